using TalkingMachines.Media;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>
/// Clips of characters that speak, listen and move: the sound's mel features, the true mouth and gestures by video frame, and
/// whether it speaks. A set is a function of its seed and size; it is made once and kept in a file beside the runs.
/// </summary>
public sealed class ClipSet
{
    /// <summary>Frames of a clip, 6.5 s: a teacher's 21 latents, the sound around them, and some choice of where to begin.</summary>
    public const int Frames = 104;

    const int MelFrames = 4 * Frames;
    const int ClipMel = MelSpectrogram.Bands * MelFrames;
    const uint Magic = 0x544D4332; // "TMC2"

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

    public ReadOnlySpan<Half> Mouth(int clip, int frame) => mouths.AsSpan(((clip * Frames) + frame) * MouthShape.Count, MouthShape.Count);

    public ReadOnlySpan<Half> Gestures(int clip, int frame) => gestures.AsSpan(((clip * Frames) + frame) * Gesture.Count, Gesture.Count);

    public bool Speaking(int clip, int frame) => speaking[(clip * Frames) + frame];

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
    /// Reads the set from <paramref name="path"/>, or makes and writes it. Characters from <paramref name="firstCharacter"/> on, with
    /// held-out voices and sentences, when validating; random training characters otherwise.
    /// </summary>
    public static ClipSet Open(string path, ulong seed, int count, int? firstCharacter, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        if (Read(path, seed, count, firstCharacter) is { } found) return found;
        var set = new ClipSet(count);
        var spectrogram = new MelSpectrogram();
        var random = new RandomStream(seed);
        float[] values = new float[ClipMel];
        for (int clip = 0; clip < count; clip++)
        {
            cancel.ThrowIfCancellationRequested();
            var own = random.Fork((ulong)clip);
            set.characters[clip] = firstCharacter is { } first ? first + clip : own.Integer(CharacterSeeds.Training);
            var performance = TrainingPerformance.Draw((long)((seed << 32) + (ulong)clip), Frames, heldOut: firstCharacter is not null, stop: cancel);
            set.Fill(clip, performance, spectrogram, values);
            progress.Report(new Preparing($"speaking {count} clips", (clip + 1.0) / count));
        }
        set.Write(path, seed, firstCharacter);
        return set;
    }

    void Fill(int clip, Performance performance, MelSpectrogram spectrogram, float[] values)
    {
        spectrogram.Compute(performance.Sound.Samples, 0, 0, MelFrames, values);
        for (int i = 0; i < ClipMel; i++) mel[((long)clip * ClipMel) + i] = (Half)values[i];
        Span<float> row = stackalloc float[Gesture.Count];
        for (int frame = 0; frame < Frames; frame++)
        {
            var pose = performance.Poses[frame];
            pose.Mouth.CopyTo(row);
            for (int i = 0; i < MouthShape.Count; i++) mouths[(((clip * Frames) + frame) * MouthShape.Count) + i] = (Half)row[i];
            pose.Gesture.CopyTo(row);
            for (int i = 0; i < Gesture.Count; i++) gestures[(((clip * Frames) + frame) * Gesture.Count) + i] = (Half)row[i];
            speaking[(clip * Frames) + frame] = performance.Speaking[frame];
        }
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
        file.Complete();
    }

    IEnumerable<Memory<byte>> Parts() => [RawMemory.Of(characters), RawMemory.Of(mel), RawMemory.Of(mouths), RawMemory.Of(gestures), RawMemory.Of(speaking)];
}
