using TalkingMachines.Media;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>SyncNet's protocol with our own network for drawn characters: mouths cut out where they are at rest, sound as mel features.</summary>
public sealed class PuppetSyncJudge(PuppetSyncNet network) : ISyncJudge
{
    /// <summary>Samples of a mouth's frame.</summary>
    const int SamplesPerFrame = MelSpectrogram.Hop * PuppetSyncNet.ColumnsPerFrame;

    const int Batch = 32; // frames or windows at a time: bounds memory

    public string Name => "puppet SyncNet";

    public int FramesPerSecond => Performance.FrameRate;

    public SyncScore Judge(FaceGeometry face, IReadOnlyList<Picture> frames, Sound sound) => Judge(Mouths(face, frames), sound.Samples);

    /// <summary>Mouths [T,3,H,W] of a character's frames.</summary>
    public static float[] Mouths(FaceGeometry face, IReadOnlyList<Picture> frames)
    {
        float[] mouths = new float[frames.Count * PuppetSyncNet.MouthValues];
        for (int i = 0; i < frames.Count; i++)
        {
            var window = FaceWindows.Of(face, frames[i].Width).Mouth;
            FaceWindows.MouthPlanes(FaceWindows.Cut(frames[i], window), mouths.AsSpan(i * PuppetSyncNet.MouthValues, PuppetSyncNet.MouthValues));
        }
        return mouths;
    }

    /// <summary>The score of mouths [T,3,H,W] and their sound, 16 kHz.</summary>
    public SyncScore Judge(ReadOnlySpan<float> mouths, ReadOnlySpan<float> samples)
    {
        int frames = Math.Min(mouths.Length / PuppetSyncNet.MouthValues, samples.Length / SamplesPerFrame), windows = frames - PuppetSyncNet.Frames;
        if (windows < 1)
            throw new ArgumentException($"{mouths.Length / PuppetSyncNet.MouthValues} mouths and {samples.Length} samples came, expected at least {PuppetSyncNet.Frames + 1} frames of both.");
        float[] lips = Lips(mouths, frames);
        return SyncScore.Of(lips.AsSpan(0, windows * PuppetSyncNet.Width), Heard(samples, frames, windows), PuppetSyncNet.Width);
    }

    float[] Lips(ReadOnlySpan<float> mouths, int frames)
    {
        const int width = PuppetSyncNet.Width, values = PuppetSyncNet.MouthValues;
        float[] looks = new float[frames * width];
        for (int first = 0; first < frames; first += Batch)
        {
            int count = Math.Min(Batch, frames - first);
            using var scope = Tensor.Scope();
            var part = Tensor.From(network.Device, [count, 3, FaceWindows.MouthHeight, FaceWindows.MouthWidth], mouths.Slice(first * values, count * values));
            network.Look(part).Read(looks.AsSpan(first * width, count * width));
        }
        using var all = Tensor.Scope();
        return network.Lips(Tensor.From(network.Device, [frames, width], looks), runs: 1).ToArray();
    }

    float[] Heard(ReadOnlySpan<float> samples, int frames, int windows)
    {
        float[] mel = new float[MelSpectrogram.Bands * frames * PuppetSyncNet.ColumnsPerFrame], sound = new float[windows * PuppetSyncNet.Width];
        new MelSpectrogram().Compute(samples, 0, 0, frames * PuppetSyncNet.ColumnsPerFrame, mel);
        for (int first = 0; first < windows; first += Batch)
        {
            int count = Math.Min(Batch, windows - first);
            using var scope = Tensor.Scope();
            float[] cut = new float[count * MelSpectrogram.Bands * PuppetSyncNet.Columns];
            for (int i = 0; i < count; i++) CutWindow(mel, first + i, cut.AsSpan(i * cut.Length / count, cut.Length / count));
            var part = Tensor.From(network.Device, [count, MelSpectrogram.Bands, PuppetSyncNet.Columns], cut);
            network.Sound(part).Read(sound.AsSpan(first * PuppetSyncNet.Width, count * PuppetSyncNet.Width));
        }
        return sound;
    }

    /// <summary>The window [40,20] that begins with a frame, of mel features [40,columns].</summary>
    public static void CutWindow(ReadOnlySpan<float> mel, int frame, Span<float> window)
    {
        int columns = mel.Length / MelSpectrogram.Bands;
        for (int band = 0; band < MelSpectrogram.Bands; band++)
            mel.Slice((band * columns) + (frame * PuppetSyncNet.ColumnsPerFrame), PuppetSyncNet.Columns).CopyTo(window[(band * PuppetSyncNet.Columns)..]);
    }
}
