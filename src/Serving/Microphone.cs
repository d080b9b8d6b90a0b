using TalkingMachines.Media;
using TalkingMachines.Models.Audio;

namespace TalkingMachines.Serving;

/// <summary>What a caller's microphone does.</summary>
public enum MicrophoneUse
{
    /// <summary>Nothing: it is not listened to.</summary>
    Off,

    /// <summary>Speaking up makes the character fall silent.</summary>
    Interrupt,

    /// <summary>The character says what the microphone hears, in step.</summary>
    Character,

    /// <summary>An assistant hears it and answers.</summary>
    Assistant,
}

/// <summary>The caller's microphone, 48 kHz mono as it comes from the network.</summary>
public sealed class Microphone(Session session)
{
    const int Remembered = 14 * DriveStage.FrameSamples; // a chunk and a little more: a character that starts to follow begins at once
    const int SpeechFrames = 3;                          // 0.19 s of speech is no cough
    const float Audible = 0.01f;                         // root mean square of a frame, -40 dB: quieter is no interruption
    const int Pause = SoundBlock.SampleRate;             // silence by which an assistant knows that a caller has finished

    readonly Lock gate = new();
    readonly Resampler resampler = new(SoundBlock.SampleRate, 16_000);
    readonly SpeechActivity activity = new();
    readonly float[] memory = new float[Remembered];
    float[] narrow = [];
    long heard;
    int speechFrames;
    double energy;
    int energySamples;
    MicrophoneUse use;
    SoundQueue? said;

    /// <summary>Where <see cref="MicrophoneUse.Assistant"/> sends the sound.</summary>
    public Action<ReadOnlyMemory<float>>? Assistant { get; set; }

    public MicrophoneUse Use
    {
        get
        {
            lock (gate) return use;
        }

        set
        {
            lock (gate)
            {
                if (use == value) return;
                if (use == MicrophoneUse.Assistant) Assistant?.Invoke(new float[Pause]); // muted right after a question: no pause would ever be heard
                use = value;
                if (value != MicrophoneUse.Character) EndFollowing();
            }
        }
    }

    /// <summary>Takes the next sound.</summary>
    public void Hear(ReadOnlySpan<float> sound)
    {
        lock (gate)
        {
            Remember(sound);
            switch (use)
            {
                case MicrophoneUse.Interrupt:
                    Watch(sound);
                    break;
                case MicrophoneUse.Character:
                    Follow(sound);
                    break;
                case MicrophoneUse.Assistant:
                    Assistant?.Invoke(sound.ToArray());
                    break;
            }
        }
    }

    void Remember(ReadOnlySpan<float> sound)
    {
        foreach (float sample in sound) memory[heard++ % Remembered] = sample;
    }

    void Watch(ReadOnlySpan<float> sound)
    {
        if (narrow.Length < resampler.MaxOutput(sound.Length)) narrow = new float[resampler.MaxOutput(sound.Length)];
        long before = activity.Frames;
        activity.Append(narrow.AsSpan(0, resampler.Process(sound, narrow)));
        foreach (float sample in sound) energy += sample * sample;
        energySamples += sound.Length;
        if (activity.Frames == before) return;
        bool speaks = activity.IsSpeaking(activity.Frames - 1) && energy > energySamples * Audible * Audible;
        (energy, energySamples) = (0, 0);
        speechFrames = speaks ? speechFrames + 1 : 0;
        if (speechFrames == SpeechFrames && session.IsSpeaking) session.Interrupt();
    }

    void Follow(ReadOnlySpan<float> sound)
    {
        if (said is null || said.Turn != session.CurrentTurn)
        {
            if (said is not null) // another turn took over: it has the word until it ends
            {
                if (session.IsSpeaking) return;
                EndFollowing();
            }
            said = session.Speak(isLive: true);
            int count = (int)Math.Min(heard, Remembered);
            Span<float> past = new float[count];
            for (int i = 0; i < count; i++) past[i] = memory[(heard - count + i) % Remembered];
            said.TryAppend(past);
            return;
        }
        said.TryAppend(sound);
    }

    void EndFollowing()
    {
        said?.Complete();
        said = null;
    }
}
