using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// Sound as it arrives to the features of video frames. Frame i covers samples 1000 i .. 1000 i + 999; before the first
/// sample there was silence. Features of a frame are the same however the sound was cut into pieces. Keeps the few seconds it
/// still needs, so a call may last for ever. Where another voice begins, that of the last four seconds is forgotten as it goes on.
/// </summary>
public sealed class HearingStream(MelEncoder encoder, Device device)
{
    public const int SamplesPerFrame = MelSpectrogram.SampleRate / 16;

    const int MelPerFrame = 4;
    const int ContextFrames = MelEncoder.Context / MelPerFrame;

    /// <summary>Frames of sound after a frame that its features need.</summary>
    public const int Lookahead = ContextFrames + 1;

    readonly MelTrack mel = new();
    float[] bands = [];
    float[] rows = [];

    /// <summary>Frames of a microphone's sound that are waited for after those that a chunk shows: more would be delay.</summary>
    public const int LiveFrames = 2;

    /// <summary>Samples received.</summary>
    public long Samples => mel.Samples;

    /// <summary>Adds sound, 16 kHz mono.</summary>
    public void Append(ReadOnlySpan<float> sound) => mel.Append(sound);

    /// <summary>
    /// Features [1,frames,37] of frames first .. first + frames, in the current scope. Sound not yet received counts as silence;
    /// sound before the earliest frame asked for last time, less its context and what is remembered of the voice, has been forgotten.
    /// </summary>
    public Tensor Features(long first, int frames)
    {
        using var scope = Tensor.Scope();
        int count = (frames + (2 * ContextFrames)) * MelPerFrame;
        if (rows.Length < VoiceMean.Rows * count)
        {
            rows = new float[VoiceMean.Rows * count];
            bands = new float[MelSpectrogram.Bands * (VoiceMean.Memory + count)];
        }
        var columns = bands.AsSpan(0, MelSpectrogram.Bands * (VoiceMean.Memory + count));
        mel.Read(((first - ContextFrames) * MelPerFrame) - VoiceMean.Memory, columns);
        VoiceMean.Apply(columns, VoiceMean.Memory, rows);
        var all = encoder.Forward(Tensor.From(device, [1, VoiceMean.Rows, count], rows.AsSpan(0, VoiceMean.Rows * count)));
        return scope.Keep(all.Narrow(1, ContextFrames, frames));
    }

    /// <summary>Takes back the sound from sample <paramref name="end"/> on: other sound follows there.</summary>
    public void Truncate(long end) => mel.Truncate(end);
}
