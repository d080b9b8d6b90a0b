using TalkingMachines.Models.Vae;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// Tells speech from silence, video frame by video frame: a frame speaks if it is well above the noise floor, and for a while
/// after. The floor is the quietest frame of the last seconds, so a steady noise is silence soon after it began. The answer
/// for a frame depends on no later sound, nor on how the sound was cut.
/// </summary>
public sealed class SpeechActivity
{
    /// <summary>Frames after speech that still speak: pauses within a phrase, up to 0.3 s, belong to it.</summary>
    public const int Hangover = 5;

    const int LatentFrames = AutoencoderConfig.FramesPerLatent;
    const float Margin = 9;         // dB above the floor
    const float LowestFloor = -60;  // dB to full scale: hiss below is silence, whatever came before
    const float FirstFloor = -50;   // highest floor while little has been heard: sound may begin with a word
    const int FloorFrames = 48;     // 3 s: speech has a quiet moment in that time
    const int Memory = 128;         // frames whose answers are kept
    const float PreEmphasis = 0.97f; // takes away hum and rumble, which would hide a whisper

    readonly float[] levels = new float[FloorFrames];
    readonly bool[] speaking = new bool[Memory];
    int hangover;
    int count;
    double energy;
    float last;

    /// <summary>Whether each frame of a sound speaks, to one who has heard nothing before; a rest that fills no frame is left out.</summary>
    public static bool[] Of(ReadOnlySpan<float> sound)
    {
        var activity = new SpeechActivity();
        var frames = new bool[sound.Length / HearingStream.SamplesPerFrame];
        for (int frame = 0; frame < frames.Length; frame++)
        {
            activity.Append(sound.Slice(frame * HearingStream.SamplesPerFrame, HearingStream.SamplesPerFrame));
            frames[frame] = activity.IsSpeaking(frame);
        }
        return frames;
    }

    /// <summary>Frames heard in full.</summary>
    public long Frames { get; private set; }

    /// <summary>Adds sound, 16 kHz mono.</summary>
    public void Append(ReadOnlySpan<float> sound)
    {
        foreach (float sample in sound)
        {
            float difference = sample - (PreEmphasis * last);
            last = sample;
            energy += difference * difference;
            if (++count == HearingStream.SamplesPerFrame) EndFrame();
        }
    }

    /// <summary>Whether a frame speaks; false for frames not yet heard and before the first. The last 128 frames are known.</summary>
    public bool IsSpeaking(long frame) => frame >= 0 && frame < Frames && (frame >= Frames - Memory
        ? speaking[frame % Memory]
        : throw new ArgumentOutOfRangeException(nameof(frame), frame, $"expected the last {Memory} of {Frames} frames"));

    /// <summary>Whether a latent of four frames speaks: one of them or of their two neighbours does. So in training, evaluation and calls.</summary>
    public bool IsLatentSpeaking(long latent)
    {
        for (long frame = (LatentFrames * latent) - 1; frame <= LatentFrames * (latent + 1); frame++)
            if (IsSpeaking(frame)) return true;
        return false;
    }

    /// <summary>The same of the latent that begins with a frame of a clip; no frame outside speaks.</summary>
    /// <param name="speaking">By frame.</param>
    /// <param name="first">The latent's first frame; may lie before the clip.</param>
    public static bool IsLatentSpeakingFrom(ReadOnlySpan<bool> speaking, long first)
    {
        long start = Math.Max(0, first - 1), end = Math.Min(first + LatentFrames + 1, speaking.Length);
        return start < end && speaking[(int)start..(int)end].Contains(true);
    }

    /// <summary>Forgets the frames from <paramref name="frames"/> on; other sound follows there. The noise floor stays.</summary>
    public void Truncate(long frames)
    {
        if (frames < Frames) Frames = frames;
        (hangover, count, energy, last) = (0, 0, 0, 0);
    }

    void EndFrame()
    {
        float level = 10 * MathF.Log10((float)(energy / count) + 1e-12f);
        levels[Frames % FloorFrames] = level;
        hangover = level > Floor() + Margin ? Hangover + 1 : Math.Max(0, hangover - 1);
        speaking[Frames % Memory] = hangover > 0;
        Frames++;
        (count, energy) = (0, 0);
    }

    // Called while the newest level is in place and not yet counted.
    float Floor()
    {
        bool full = Frames + 1 >= FloorFrames;
        float floor = full ? float.MaxValue : FirstFloor;
        foreach (float level in full ? levels : levels.AsSpan(0, (int)Frames + 1)) floor = MathF.Min(floor, level);
        return MathF.Max(floor, LowestFloor);
    }
}
