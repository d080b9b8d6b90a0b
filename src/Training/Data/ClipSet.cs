using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using TalkingMachines.Media;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>
/// Clips of characters that speak, listen and move: the sound's mel features, the true mouth and gestures by video frame, and
/// whether a call's detector, which has heard nothing before, hears speech. A set is a function of its seed and size, and of the
/// code and the voices that make it; it is made once and kept in a file beside the runs.
/// </summary>
public sealed class ClipSet
{
    /// <summary>Frames of a clip, 6.5 s: a teacher's 21 latents, the sound around them, and some choice of where to begin.</summary>
    public const int Frames = 104;

    const int MelFrames = 4 * Frames;
    const int ClipMel = MelSpectrogram.Bands * MelFrames;
    const uint Magic = 0x544D4332; // "TMC2"
    const int Witnesses = 8;
    const float Nearness = 0.05f; // log-mels span 14, codes deviate by 2

    readonly int[] characters;
    readonly Half[] mel;
    readonly Half[] mouths;
    readonly Half[] gestures;
    readonly bool[] speaking;

    ClipSet(int count)
    {
        Count = count;
        characters = new int[count];
        mel = new Half[(long)count * ClipMel];
        mouths = new Half[count * Frames * MouthShape.Count];
        gestures = new Half[count * Frames * Gesture.Count];
        speaking = new bool[count * Frames];
    }

    public int Count { get; }

    public int Character(int clip) => characters[clip];

    /// <summary>Mel features of a clip, band by band.</summary>
    public ReadOnlySpan<Half> Mel(int clip) => mel.AsSpan(clip * ClipMel, ClipMel);

    public ReadOnlySpan<Half> Mouth(int clip, int frame) => Mouth(clip, frame, 1);

    public ReadOnlySpan<Half> Gestures(int clip, int frame) => Gestures(clip, frame, 1);

    ReadOnlySpan<Half> Mouth(int clip, int first, int frames) => mouths.AsSpan(((clip * Frames) + first) * MouthShape.Count, frames * MouthShape.Count);

    ReadOnlySpan<Half> Gestures(int clip, int first, int frames) => gestures.AsSpan(((clip * Frames) + first) * Gesture.Count, frames * Gesture.Count);

    /// <summary>By frame, as a call's detector has it: models learn by what they will be told.</summary>
    public ReadOnlySpan<bool> Speaking(int clip) => speaking.AsSpan(clip * Frames, Frames);

    /// <summary>The pose of a frame, for drawing it.</summary>
    public PuppetPose Pose(int clip, int frame)
    {
        var m = Mouth(clip, frame);
        var g = Gestures(clip, frame);
        return new PuppetPose(
            new MouthShape((float)m[0], (float)m[1], (float)m[2], (float)m[3], (float)m[4]),
            new Gesture((float)g[0], (float)g[1], (float)g[2], (float)g[3], (float)g[4], (float)g[5], (float)g[6], (float)g[7]));
    }

    /// <summary>
    /// Reads the set from <paramref name="path"/>, or makes and writes it: also where a few clips, spoken anew, differ from the file's.
    /// Characters from <paramref name="firstCharacter"/> on, with
    /// held-out voices and sentences, when validating; random training characters otherwise.
    /// </summary>
    public static ClipSet Open(string path, ulong seed, int count, int? firstCharacter, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        if (Read(path, seed, count, firstCharacter) is { } found && found.IsAsSpokenAnew(seed, firstCharacter, cancel)) return found;
        var set = new ClipSet(count);
        set.Speak(seed, firstCharacter, progress, cancel);
        set.Write(path, seed, firstCharacter);
        return set;
    }

    /// <summary>A digest of characters and poses, by which what is made of the clips is known to be theirs.</summary>
    internal byte[] Digest()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var bytes in (Memory<byte>[])[RawMemory.Of(characters), RawMemory.Of(mouths), RawMemory.Of(gestures)]) digest.AppendData(bytes.Span);
        return digest.GetHashAndReset();
    }

    // Sound may differ in its last bits between processors.
    bool IsAsSpokenAnew(ulong seed, int? firstCharacter, CancellationToken cancel)
    {
        var anew = new ClipSet(1);
        int witnesses = Math.Min(Witnesses, Count);
        for (int i = 0; i < witnesses; i++)
        {
            int clip = (int)((long)i * Count / witnesses);
            anew.Speak(0, clip, seed, firstCharacter, cancel);
            bool same = anew.characters[0] == characters[clip]
                && anew.Mouth(0, 0, Frames).SequenceEqual(Mouth(clip, 0, Frames)) && anew.Gestures(0, 0, Frames).SequenceEqual(Gestures(clip, 0, Frames))
                && IsNear(anew.Mel(0), Mel(clip)) && anew.Speaking(0).SequenceEqual(Speaking(clip));
            if (!same) return false;
        }
        return true;
    }

    /// <summary>Whether values differ by no more than processors do: hardly any by <see cref="Nearness"/>. A mean would not see a changed mouth.</summary>
    internal static bool IsNear(ReadOnlySpan<Half> a, ReadOnlySpan<Half> b)
    {
        int far = 0;
        for (int i = 0; i < a.Length; i++)
            if (Math.Abs((float)a[i] - (float)b[i]) > Nearness) far++;
        return far <= a.Length / 10_000;
    }

    // Each clip fills its own place: whichever thread speaks it, the set is the same.
    void Speak(ulong seed, int? firstCharacter, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        int spoken = 0;
        try
        {
            Parallel.For(0, Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, clip =>
            {
                Speak(clip, clip, seed, firstCharacter, cancel);
                lock (characters) progress.Report(new Preparing($"speaking {Count} clips", ++spoken / (double)Count));
            });
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    void Speak(int place, int clip, ulong seed, int? firstCharacter, CancellationToken cancel)
    {
        characters[place] = firstCharacter is { } first ? first + clip : new RandomStream(seed).Fork((ulong)clip).Integer(CharacterSeeds.Training);
        Fill(place, TrainingPerformance.Draw((long)((seed << 32) + (ulong)clip), Frames, heldOut: firstCharacter is not null, stop: cancel));
    }

    void Fill(int clip, Performance performance)
    {
        float[] values = new float[ClipMel];
        new MelSpectrogram().Compute(performance.Sound.Samples, 0, 0, MelFrames, values);
        for (int i = 0; i < ClipMel; i++) mel[((long)clip * ClipMel) + i] = (Half)values[i];
        Span<float> row = stackalloc float[Gesture.Count];
        for (int frame = 0; frame < Frames; frame++)
        {
            var pose = performance.Poses[frame];
            pose.Mouth.CopyTo(row);
            for (int i = 0; i < MouthShape.Count; i++) mouths[(((clip * Frames) + frame) * MouthShape.Count) + i] = (Half)row[i];
            pose.Gesture.CopyTo(row);
            for (int i = 0; i < Gesture.Count; i++) gestures[(((clip * Frames) + frame) * Gesture.Count) + i] = (Half)row[i];
        }
        SpeechActivity.Of(performance.Sound.Samples).CopyTo(speaking, clip * Frames);
    }

    static ClipSet? Read(string path, ulong seed, int count, int? firstCharacter)
    {
        if (!File.Exists(path)) return null;
        using var reader = new BinaryReader(File.OpenRead(path));
        if (reader.BaseStream.Length < 24 || reader.ReadUInt32() != Magic || reader.ReadUInt64() != seed || reader.ReadInt32() != count || reader.ReadInt32() != (firstCharacter ?? -1)) return null;
        var set = new ClipSet(count);
        long expected = 20 + (4L * count) + (2L * (set.mel.Length + set.mouths.Length + set.gestures.Length)) + set.speaking.Length;
        if (reader.BaseStream.Length != expected) return null;
        foreach (var bytes in set.Parts()) reader.BaseStream.ReadExactly(bytes.Span);
        return set;
    }

    void Write(string path, ulong seed, int? firstCharacter)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var file = new PendingFile(path);
        var writer = new BinaryWriter(file.Stream);
        writer.Write(Magic);
        writer.Write(seed);
        writer.Write(Count);
        writer.Write(firstCharacter ?? -1);
        foreach (var bytes in Parts()) writer.Write(bytes.Span);
        file.Stream.Flush(flushToDisk: true); // whole in length and zeros in places would train on
        file.Complete();
    }

    IEnumerable<Memory<byte>> Parts() => [RawMemory.Of(characters), RawMemory.Of(mel), RawMemory.Of(mouths), RawMemory.Of(gestures), RawMemory.Of(speaking)];
}
