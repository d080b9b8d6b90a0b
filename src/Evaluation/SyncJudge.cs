using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Judges;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>Judges the lip sync of a clip of faces with SyncNet: windows of five frames against the cepstrum of the same 0.2 s.</summary>
public sealed class SyncJudge(SyncNet network, Device device)
{
    const int SamplesPerFrame = MelCepstrum.SampleRate / 25;
    const int Batch = 8; // windows at a time: bounds memory

    /// <summary>
    /// The score of T faces [T,3,224,224], blue, green, red of 0 to 255, 25 a second, and of their sound, 16 kHz in steps of 16
    /// bits.
    /// </summary>
    public SyncScore Judge(ReadOnlySpan<float> faces, ReadOnlySpan<float> samples)
    {
        const int Face = 3 * SyncNet.Size * SyncNet.Size;
        int frames = Math.Min(faces.Length / Face, samples.Length / SamplesPerFrame), windows = frames - SyncNet.Frames;
        if (windows < 1) throw new ArgumentException($"{faces.Length / Face} faces and {samples.Length} samples came, expected at least {SyncNet.Frames + 1} frames of both.");
        float[] cepstrum = new MelCepstrum().Compute(samples);
        var (lips, sound) = (new float[windows * SyncNet.Width], new float[windows * SyncNet.Width]);
        for (int first = 0; first < windows; first += Batch)
        {
            int count = Math.Min(Batch, windows - first);
            using var scope = Tensor.Scope();
            network.Lips(Faces(faces, first, count)).Read(lips.AsSpan(first * SyncNet.Width, count * SyncNet.Width));
            network.Sound(Cepstra(cepstrum, first, count)).Read(sound.AsSpan(first * SyncNet.Width, count * SyncNet.Width));
        }
        return SyncScore.Of(lips, sound, SyncNet.Width);
    }

    /// <summary>Windows of faces [count,3,5,224,224].</summary>
    Tensor Faces(ReadOnlySpan<float> faces, int first, int count)
    {
        const int Plane = SyncNet.Size * SyncNet.Size;
        float[] values = new float[count * 3 * SyncNet.Frames * Plane];
        for (int n = 0, at = 0; n < count; n++)
            for (int colour = 0; colour < 3; colour++)
                for (int t = 0; t < SyncNet.Frames; t++, at += Plane)
                    faces.Slice((((first + n + t) * 3) + colour) * Plane, Plane).CopyTo(values.AsSpan(at));
        return Tensor.From(device, [count, 3, SyncNet.Frames, SyncNet.Size, SyncNet.Size], values);
    }

    /// <summary>Windows of a cepstrum [columns,13] as [count,1,13,20]: four columns a frame.</summary>
    Tensor Cepstra(ReadOnlySpan<float> cepstrum, int first, int count)
    {
        const int Rows = MelCepstrum.Coefficients, Columns = SyncNet.Columns, PerFrame = SamplesPerFrame / MelCepstrum.Hop;
        float[] values = new float[count * Rows * Columns];
        for (int n = 0, at = 0; n < count; n++)
            for (int row = 0; row < Rows; row++)
                for (int column = 0; column < Columns; column++, at++)
                    values[at] = cepstrum[((((first + n) * PerFrame) + column) * Rows) + row];
        return Tensor.From(device, [count, 1, Rows, Columns], values);
    }
}
