using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// Sound as it arrives to the features of video frames. Frame i covers samples 1000 i .. 1000 i + 999; before the first
/// sample there was silence. Features of a frame are the same however the sound was cut into pieces. Keeps the few seconds it
/// still needs, so a call may last for ever.
/// </summary>
public sealed class HearingStream(MelEncoder encoder, Device device)
{
    public const int SamplesPerFrame = MelSpectrogram.SampleRate / 16;

    const int MelPerFrame = 4;
    const int ContextFrames = MelEncoder.Context / MelPerFrame;

    /// <summary>Frames of sound after a frame that its features need.</summary>
    public const int Lookahead = ContextFrames + 1;

    readonly MelSpectrogram mel = new();
    float[] samples = new float[16 * MelSpectrogram.SampleRate];
    float[] bands = [];
    long origin;
    int count;

    /// <summary>Samples received.</summary>
    public long Samples => origin + count;

    /// <summary>Adds sound, 16 kHz mono.</summary>
    public void Append(ReadOnlySpan<float> sound)
    {
        if (count + sound.Length > samples.Length) Array.Resize(ref samples, Math.Max(samples.Length * 2, count + sound.Length));
        sound.CopyTo(samples.AsSpan(count));
        count += sound.Length;
    }

    /// <summary>
    /// Features [1,frames,37] of frames first .. first + frames, in the current scope. Sound not yet received counts as silence;
    /// sound before the earliest frame asked for last time, less its context, has been forgotten.
    /// </summary>
    public Tensor Features(long first, int frames)
    {
        using var scope = Tensor.Scope();
        int melCount = (frames + (2 * ContextFrames)) * MelPerFrame;
        int size = MelSpectrogram.Bands * melCount;
        if (bands.Length < size) bands = new float[size];
        mel.Compute(samples.AsSpan(0, count), origin, (first - ContextFrames) * MelPerFrame, melCount, bands);
        var all = encoder.Forward(Tensor.From(device, [1, MelSpectrogram.Bands, melCount], bands.AsSpan(0, size)));
        Forget((first - ContextFrames - 1) * SamplesPerFrame);
        return scope.Keep(all.Narrow(1, ContextFrames, frames));
    }

    /// <summary>Takes back the sound from sample <paramref name="end"/> on: other sound follows there.</summary>
    public void Truncate(long end) => count = (int)Math.Clamp(end - origin, 0, count);

    void Forget(long before)
    {
        int gone = (int)Math.Clamp(before - origin, 0, count);
        if (gone < samples.Length / 2) return; // move seldom
        samples.AsSpan(gone, count - gone).CopyTo(samples);
        origin += gone;
        count -= gone;
    }
}
