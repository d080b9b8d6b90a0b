using System.Threading.Channels;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>
/// Sound to what moves the character, a chunk at a time: hears it, tells speaking from silent latents, acts. A chunk
/// leaves as soon as the sound that its last latent hears has come, 15 frames after its end; at the end of the input silence
/// follows and the last chunk shows only the frames begun. A call asks for each chunk instead, and gets it from what has come.
/// A block of a newer turn takes the place of all sound not yet sent.
/// </summary>
public sealed class DriveStage : Stage<SoundBlock, DriveChunk>
{
    /// <summary>Samples of a video frame's sound.</summary>
    public const int FrameSamples = SoundBlock.SampleRate / 16;

    const int PerLatent = AutoencoderConfig.FramesPerLatent;
    const int GestureMargin = PerLatent; // one latent before and after a chunk
    const int Memory = 64;               // frames of gestures kept
    const int MostRewind = Memory / 2;   // frames a new turn may go back to in the motion

    static readonly float[] silence = new float[SoundBlock.Capacity];

    readonly Avatar avatar;
    readonly TurnCounter turns;
    readonly bool onRequest;
    readonly HearingStream hearing;
    readonly SpeechActivity activity = new();
    readonly Resampler resampler = new(SoundBlock.SampleRate, Performance.SampleRate);
    readonly GestureSampler sampler;
    readonly float[] gestures = new float[Memory * Gesture.Count];
    readonly LendingPool<float> sounds;
    readonly float[] heard;
    readonly float[] features;
    readonly float[] acted;
    float[] unsent;
    int unsentCount;
    long number;
    long motion;                     // frame of the gestures at which the next chunk begins
    long sampledTo = -GestureMargin; // gestures exist up to this frame
    int turn;

    /// <param name="seed">Of the gestures.</param>
    /// <param name="onRequest">Makes a chunk at each <see cref="SoundBlock.EndsRequest"/>, and only then.</param>
    public DriveStage(
        Avatar avatar, ulong seed, bool onRequest, TurnCounter turns,
        ChannelReader<SoundBlock> sound, ChannelWriter<DriveChunk> drives, CancellationToken stop)
        : base("drive", sound, drives, stop)
    {
        (this.avatar, this.turns, this.onRequest) = (avatar, turns, onRequest);
        var config = avatar.Config;
        hearing = new HearingStream(avatar.Hearing, avatar.Diffusion);
        sampler = new GestureSampler((long)seed);
        sounds = new LendingPool<float>(config.ChunkFrames * FrameSamples);
        heard = new float[Math.Max(resampler.MaxOutput(SoundBlock.Capacity), resampler.MaxTail)];
        features = new float[(config.ChunkFrames + (2 * config.AudioMargin)) * config.AudioFeatures];
        acted = new float[(config.ChunkFrames + (2 * GestureMargin)) * Gesture.Count];
        unsent = new float[((Ahead + 1) * FrameSamples) + SoundBlock.Capacity];
    }

    /// <summary>Frames from the start of a chunk up to the end of the sound that it depends on.</summary>
    int Ahead => FramesAhead(avatar.Config);

    /// <summary>Frames of sound, from its first on, that a chunk is best made from.</summary>
    public static int FramesAhead(AvatarConfig config) => config.ChunkFrames + config.AudioMargin + HearingStream.Lookahead;

    /// <summary>First frame of the next chunk.</summary>
    long NextFrame => number * avatar.Config.ChunkFrames;

    protected override void Process(SoundBlock message)
    {
        if (turns.IsStale(message.Turn)) return;
        if (message.Turn != turn) BeginTurn(message);
        Hold(message.Samples);
        Hear(heard.AsSpan(0, resampler.Process(message.IsOthers ? silence.AsSpan(0, message.Count) : message.Samples, heard)));
        if (onRequest)
        {
            if (message.EndsRequest) SendChunk(avatar.Config.ChunkFrames);
            return;
        }
        while (hearing.Samples >= (NextFrame + Ahead) * HearingStream.SamplesPerFrame) SendChunk(avatar.Config.ChunkFrames);
    }

    protected override void Finish()
    {
        Hear(heard.AsSpan(0, resampler.Finish(heard)));
        int chunk = avatar.Config.ChunkFrames;
        while (unsentCount > 0)
        {
            HushUntil(NextFrame + Ahead); // all that the next chunk depends on
            SendChunk(Math.Min(chunk, (unsentCount + FrameSamples - 1) / FrameSamples));
        }
    }

    void BeginTurn(SoundBlock first)
    {
        DropUnsent();
        turn = first.Turn;
        if (first.ResumeMotionAt is { } seen) motion = Math.Clamp(seen, Math.Max(0, motion - MostRewind), motion);
    }

    // The picture goes on where it is; only what it has not yet shown is said differently. A chunk that was asked for early may have
    // been made of less sound than it lasts: what comes next belongs behind its end all the same.
    void DropUnsent()
    {
        unsentCount = 0;
        resampler.Finish(heard);
        HushUntil(NextFrame);
        hearing.Truncate(NextFrame * HearingStream.SamplesPerFrame);
        activity.Truncate(NextFrame);
    }

    void Hold(ReadOnlySpan<float> sound)
    {
        if (unsentCount + sound.Length > unsent.Length) Array.Resize(ref unsent, 2 * (unsentCount + sound.Length));
        sound.CopyTo(unsent.AsSpan(unsentCount));
        unsentCount += sound.Length;
    }

    void Hear(ReadOnlySpan<float> sound)
    {
        hearing.Append(sound);
        activity.Append(sound);
    }

    // Silence as far as nothing was heard yet.
    void HushUntil(long frame)
    {
        heard.AsSpan().Clear();
        for (long missing; (missing = (frame * HearingStream.SamplesPerFrame) - hearing.Samples) > 0;)
            Hear(heard.AsSpan(0, (int)Math.Min(missing, heard.Length)));
    }

    void SendChunk(int frames)
    {
        if (turns.IsStale(turn)) // interrupted: what waits here will never be said
        {
            DropUnsent();
            return;
        }
        var sound = sounds.Lend();
        int samples = Math.Min(unsentCount, frames * FrameSamples);
        unsent.AsSpan(0, samples).CopyTo(sound.Array);
        unsent.AsSpan(samples, unsentCount - samples).CopyTo(unsent);
        unsentCount -= samples;
        Send(new DriveChunk(turn, number, motion, frames, samples, sound, MakeDrive()));
        number++;
        motion += avatar.Config.ChunkFrames;
    }

    Drive MakeDrive()
    {
        using var scope = Tensor.Scope();
        var config = avatar.Config;
        int heardFrames = config.ChunkFrames + (2 * config.AudioMargin), actedFrames = config.ChunkFrames + (2 * GestureMargin);
        hearing.Features(NextFrame - config.AudioMargin, heardFrames).Read(features);
        var speaking = HushSilentLatents();
        Act();
        return new Drive(
            Tensor.From(avatar.Diffusion, [1, heardFrames, config.AudioFeatures], features).Own(),
            Tensor.From(avatar.Diffusion, [1, actedFrames, Gesture.Count], acted).Own(),
            speaking);
    }

    /// <summary>Zeroes the features of silent latents, as in training, and returns the mode of the chunk's own.</summary>
    bool[] HushSilentLatents()
    {
        var config = avatar.Config;
        int margin = config.AudioMargin / PerLatent, values = PerLatent * config.AudioFeatures;
        var speaking = new bool[config.ChunkLatents];
        for (int i = 0; i < config.ChunkLatents + (2 * margin); i++)
        {
            bool speaks = activity.IsLatentSpeaking((NextFrame / PerLatent) + i - margin);
            if (!speaks) features.AsSpan(i * values, values).Clear();
            if (i >= margin && i < margin + speaking.Length) speaking[i - margin] = speaks;
        }
        return speaking;
    }

    /// <summary>Samples gestures up to the end of what the next chunk needs and lays them out.</summary>
    void Act()
    {
        long first = motion - GestureMargin;
        int count = acted.Length / Gesture.Count;
        for (; sampledTo < first + count; sampledTo++)
            sampler.Next(activity.IsSpeaking(NextFrame + sampledTo - motion)).CopyTo(Row(sampledTo));
        for (int i = 0; i < count; i++) Row(first + i).CopyTo(acted.AsSpan(i * Gesture.Count));
    }

    Span<float> Row(long frame) => gestures.AsSpan((int)((frame + Memory) % Memory) * Gesture.Count, Gesture.Count);
}
