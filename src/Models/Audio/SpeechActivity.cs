using TalkingMachines.Models.Vae;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// Tells speech from silence, video frame by video frame: a frame speaks if it is well above the noise floor, and for a while
/// after. The floor is the quietest frame of the last seconds, so a steady noise is silence soon after it began. Heights are listened to, where a
/// whisper stands out of hum and rumble, and the middle, where a voice stands out of hiss: what is loud in either speaks. The answer
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

    readonly Part heights = new(new Heights()), middle = new(new Middle());
    readonly bool[] speaking = new bool[Memory];
    int hangover;
    int count;

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
            heights.Add(sample);
            middle.Add(sample);
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
        (hangover, count) = (0, 0);
        heights.Cut();
        middle.Cut();
    }

    void EndFrame()
    {
        bool isLoud = heights.EndFrame(Frames) | middle.EndFrame(Frames);
        hangover = isLoud ? Hangover + 1 : Math.Max(0, hangover - 1);
        speaking[Frames % Memory] = hangover > 0;
        Frames++;
        count = 0;
    }

    interface IFilter
    {
        float Next(float sample);

        void Clear();
    }

    /// <summary>A part of the spectrum: its level in each frame, and its floor.</summary>
    sealed class Part(IFilter filter)
    {
        readonly float[] levels = new float[FloorFrames];
        double energy;

        public void Add(float sample)
        {
            float value = filter.Next(sample);
            energy += value * value;
        }

        /// <summary>Other sound follows; the floor stays.</summary>
        public void Cut()
        {
            energy = 0;
            filter.Clear();
        }

        /// <summary>Whether the frame that ends stands out of the floor.</summary>
        public bool EndFrame(long frame)
        {
            float level = 10 * MathF.Log10((float)(energy / HearingStream.SamplesPerFrame) + 1e-12f);
            energy = 0;
            levels[frame % FloorFrames] = level;
            return level > Floor(frame) + Margin;
        }

        float Floor(long frame)
        {
            bool full = frame + 1 >= FloorFrames;
            float floor = full ? float.MaxValue : FirstFloor;
            foreach (float level in full ? levels : levels.AsSpan(0, (int)frame + 1)) floor = MathF.Min(floor, level);
            return MathF.Max(floor, LowestFloor);
        }
    }

    /// <summary>Pre-emphasis.</summary>
    sealed class Heights : IFilter
    {
        const float PreEmphasis = 0.97f;

        float last;

        public float Next(float sample)
        {
            float difference = sample - (PreEmphasis * last);
            last = sample;
            return difference;
        }

        public void Clear() => last = 0;
    }

    /// <summary>300 to 2000 Hz: the first two formants.</summary>
    sealed class Middle : IFilter
    {
        readonly Butterworth above = Butterworth.HighPass(300.0 / MelSpectrogram.SampleRate), below = Butterworth.LowPass(2000.0 / MelSpectrogram.SampleRate);

        public float Next(float sample) => (float)below.Next(above.Next(sample));

        public void Clear()
        {
            above.Clear();
            below.Clear();
        }
    }
}
