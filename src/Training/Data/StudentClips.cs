using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Data;

/// <summary>
/// The codes that a student makes of training clips, beside the poses that it was told: what a decoder is given in a call. A pose
/// says what the true frame shows, but for its mouth, which the student knows from a sound alone.
/// </summary>
public sealed class StudentClips
{
    /// <summary>Frames of a clip, 6 s.</summary>
    public const int Frames = 96;

    const float BlinkShare = 0.5f; // of the frames that are drawn, where a clip has any: blinks are soon over

    readonly Puppet[] puppets;
    readonly PuppetPose[][] poses;
    readonly int[][] blinks;
    readonly Half[][] codes;

    StudentClips(int count, AutoencoderConfig config, int side)
    {
        (Channels, Side) = (config.CodeChannels, side);
        puppets = new Puppet[count];
        poses = new PuppetPose[count][];
        blinks = new int[count][];
        codes = new Half[count][];
    }

    public int Count => puppets.Length;

    public int Channels { get; }

    /// <summary>Side of a code.</summary>
    public int Side { get; }

    public Puppet Puppet(int clip) => puppets[clip];

    public PuppetPose Pose(int clip, int frame) => poses[clip][frame];

    /// <summary>A frame's code [C,h,w].</summary>
    public ReadOnlySpan<Half> Code(int clip, int frame) => codes[clip].AsSpan(frame * Channels * Side * Side, Channels * Side * Side);

    /// <summary>The frames of a clip in which it blinks.</summary>
    public IReadOnlyList<int> Blinks(int clip) => blinks[clip];

    /// <summary>Any frame of a clip, half of the time one in which it blinks.</summary>
    public int DrawFrame(RandomStream random, int clip)
    {
        var blinking = blinks[clip];
        return random.Uniform() < BlinkShare && blinking.Length > 0 ? blinking[random.Integer(blinking.Length)] : random.Integer(Frames);
    }

    /// <summary>Lets an avatar perform clips, a function of the seed: of training characters, or of those that validations watch.</summary>
    /// <param name="watched">Of validation characters, with held-out voices and sentences.</param>
    public static StudentClips Make(Avatar avatar, ulong seed, int count, bool watched, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        var clips = new StudentClips(count, avatar.Config.Autoencoder, avatar.Config.LatentSide);
        using var performances = new PrefetchedBatches<Performance>(
            clip => TrainingPerformance.Draw((long)((seed << 32) + (ulong)clip), Frames, heldOut: watched, stop: cancel), capacity: 4, threads: 2);
        for (int clip = 0; clip < count; clip++)
        {
            cancel.ThrowIfCancellationRequested();
            int character = watched ? CharacterSeeds.FirstValidation + clip : new RandomStream(seed).Fork((ulong)clip).Integer(CharacterSeeds.Training);
            clips.Perform(clip, avatar, Puppets.Puppet.FromSeed(character), performances.Take(clip));
            progress.Report(new Preparing($"letting the student perform {count} clips", (clip + 1.0) / count));
        }
        return clips;
    }

    void Perform(int clip, Avatar avatar, Puppet puppet, Performance performance)
    {
        (puppets[clip], poses[clip]) = (puppet, performance.Poses);
        blinks[clip] = [.. Enumerable.Range(0, Frames).Where(frame => performance.Poses[frame].Gesture.Blink > MotionBatch.BlinkBegins)];
        codes[clip] = new Half[Frames * Channels * Side * Side];
        var reference = new PuppetRenderer().Draw(puppet, PuppetPose.Neutral, avatar.Config.Picture);
        using var rollout = new ClipRollout(avatar, reference, performance, performance.Poses, seed: (ulong)clip);
        for (int at = 0; at < codes[clip].Length;)
        {
            using var scope = Tensor.Scope();
            var made = rollout.NextCodes().ToArray();
            for (int i = 0; i < made.Length && at < codes[clip].Length; i++) codes[clip][at++] = (Half)made[i];
        }
    }
}
