using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Lets an avatar perform a clip chunk after chunk, as a call does: from the reference picture, a sound, the modes of speaking and
/// listening that a call's detector finds in it, and gestures. Nothing of the mouth but its sound goes in.
/// </summary>
public sealed class ClipRollout : IDisposable
{
    const int FramesPerLatent = AutoencoderConfig.FramesPerLatent;

    readonly Avatar avatar;
    readonly float[] sound;
    readonly bool[] speaking;
    readonly int? framesAhead;
    readonly IReadOnlyList<PuppetPose> gestures;
    readonly HearingStream hearing;
    readonly ReferenceFeatures features;
    readonly Tensor code;
    readonly IRollout rollout;
    long chunk;

    /// <param name="heard">Whose sound is used.</param>
    /// <param name="gestures">Whose gestures are used, by frame; their mouths are not looked at.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="framesAhead">So much sound after a chunk is there when it is made, silence beyond: a microphone's has not been said. Null: all of it.</param>
    public ClipRollout(Avatar avatar, Picture reference, Performance heard, IReadOnlyList<PuppetPose> gestures, ulong seed, int? framesAhead = null)
    {
        ExpectFit(avatar.Config, reference);
        (this.avatar, this.gestures, this.framesAhead) = (avatar, gestures, framesAhead);
        sound = heard.Sound.Samples;
        speaking = SpeechActivity.Of(sound);
        hearing = new HearingStream(avatar.Hearing, avatar.Diffusion);
        using var scope = Tensor.Scope();
        features = avatar.Autoencoder.Reference(PixelPlanes.ToTensor(avatar.Decoder, reference.Pixels, reference.Width, reference.Height)).Own();
        code = OnDevice(avatar.Diffusion, features.Code).Own();
        rollout = avatar.Model.Rollout(OnDevice(avatar.Diffusion, features.At16), seed);
    }

    static void ExpectFit(AvatarConfig config, Picture reference)
    {
        if (config.FramesPerSecond != Performance.FrameRate) throw new ArgumentException($"The model makes {config.FramesPerSecond} frames a second, expected {Performance.FrameRate}.");
        if (reference.Width != config.Picture || reference.Height != config.Picture)
            throw new ArgumentException($"The reference is {reference.Width}x{reference.Height}, expected {config.Picture}x{config.Picture}.");
    }

    // Always a tensor of its own, for the caller owns it.
    static Tensor OnDevice(Device device, Tensor tensor) => Tensor.From(device, tensor.Shape, tensor.ToArray());

    /// <summary>All frames of a clip, with its own gestures, to the sound of <paramref name="heard"/>; the noise is the character's.</summary>
    public static Picture[] Film(Avatar avatar, HeldOutClip clip, Performance heard, int? framesAhead = null, CancellationToken stop = default)
    {
        var frames = new List<Picture>();
        using var rollout = new ClipRollout(avatar, clip.Reference, heard, clip.Performance.Poses, (ulong)clip.Puppet.Seed, framesAhead);
        while (frames.Count < clip.Performance.Poses.Length)
        {
            stop.ThrowIfCancellationRequested();
            frames.AddRange(rollout.Next());
        }
        return [.. frames.Take(clip.Performance.Poses.Length)];
    }

    /// <summary>The next chunk's frames.</summary>
    public Picture[] Next()
    {
        using var scope = Tensor.Scope();
        return ToPictures(avatar.Autoencoder.Decode(OnDevice(avatar.Decoder, NextCodes()), features));
    }

    /// <summary>The codes [N,C,h,w] of the next chunk, not decoded, in the current scope.</summary>
    public Tensor NextCodes()
    {
        using var scope = Tensor.Scope();
        return scope.Keep(avatar.Model.ToCodes(rollout.Next(Drive(chunk++)), code));
    }

    /// <summary>Goes on by a chunk whose frames nobody looks at: all later ones are as if it had been decoded.</summary>
    public void Skip()
    {
        using var scope = Tensor.Scope();
        rollout.Next(Drive(chunk++));
    }

    /// <summary>Frames [N,3,H,W] in [-1, 1] as pictures.</summary>
    public static Picture[] ToPictures(Tensor frames) =>
        [.. Enumerable.Range(0, frames.Shape[0]).Select(i => new Picture(frames.Shape[3], frames.Shape[2], PixelPlanes.ToBytes(frames, i)))];

    /// <summary>What drives a chunk. Sound is zero in latents without speech, and it reaches two latents either side.</summary>
    Drive Drive(long index)
    {
        using var scope = Tensor.Scope();
        var config = avatar.Config;
        long first = index * config.ChunkFrames;
        int heardFrames = config.ChunkFrames + (2 * config.AudioMargin), margin = FramesPerLatent;
        var known = speaking.AsSpan(0, (int)Math.Min(speaking.Length, framesAhead is { } ahead ? first + config.ChunkFrames + ahead : long.MaxValue));
        HearUntil(known.Length);
        float[] features = hearing.Features(first - config.AudioMargin, heardFrames).ToArray();
        for (int i = 0; i < heardFrames; i += FramesPerLatent)
            if (!SpeechActivity.IsLatentSpeakingFrom(known, first - config.AudioMargin + i)) features.AsSpan(i * config.AudioFeatures, FramesPerLatent * config.AudioFeatures).Clear();
        float[] motion = new float[(config.ChunkFrames + (2 * margin)) * Gesture.Count];
        for (int i = 0; i < motion.Length / Gesture.Count; i++)
            gestures[(int)Math.Clamp(first - margin + i, 0, gestures.Count - 1)].Gesture.CopyTo(motion.AsSpan(i * Gesture.Count));
        return new Drive(
            scope.Keep(Tensor.From(avatar.Diffusion, [1, heardFrames, config.AudioFeatures], features)),
            scope.Keep(Tensor.From(avatar.Diffusion, [1, motion.Length / Gesture.Count, Gesture.Count], motion)),
            Modes(known, first));
    }

    bool[] Modes(ReadOnlySpan<bool> known, long first)
    {
        bool[] modes = new bool[avatar.Config.ChunkLatents];
        for (int latent = 0; latent < modes.Length; latent++) modes[latent] = SpeechActivity.IsLatentSpeakingFrom(known, first + (latent * FramesPerLatent));
        return modes;
    }

    void HearUntil(int frames)
    {
        // the rest of a clip that fills no frame comes with the last
        int end = frames == speaking.Length ? sound.Length : frames * HearingStream.SamplesPerFrame;
        if (end > hearing.Samples) hearing.Append(sound.AsSpan((int)hearing.Samples..end));
    }

    public void Dispose()
    {
        rollout.Dispose();
        code.Dispose();
        features.Dispose();
    }
}
