using TalkingMachines.Evaluation;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>Views of n frames with what the characters do in them.</summary>
/// <param name="Targets">[n,7]: open, width, round, teeth and tongue as far as they show, both lids.</param>
/// <param name="Weights">[n,7] of the squared errors.</param>
public sealed record LipReaderBatch(FaceViews Views, float[] Targets, float[] Weights);

/// <summary>
/// Draws random characters in random poses, a little blurred, noisy, lighter or darker, so that reading decoded pictures is
/// fair. A batch is a function of seed and number alone. For one thread.
/// </summary>
public sealed class LipReaderPictures(ulong seed)
{
    /// <summary>Side of the whole picture.</summary>
    public const int Size = 256;

    const int FramesEach = 8;

    static readonly float[] ValueWeights = [4, 1, 1, 0.5f, 0.5f, 1, 1];

    readonly PuppetRenderer renderer = new();

    /// <summary>Twelve training characters, eight poses of each.</summary>
    public LipReaderBatch Make(int step)
    {
        var random = new RandomStream(seed).Fork((ulong)step);
        return Make(random, [.. Enumerable.Range(0, 12).Select(_ => (long)random.Integer(CharacterSeeds.Training))], FramesEach, spoiled: true);
    }

    /// <summary>Poses of the characters given.</summary>
    /// <param name="spoiled">Whether frames are blurred and so on.</param>
    public LipReaderBatch Make(RandomStream random, IReadOnlyList<long> characters, int framesEach, bool spoiled)
    {
        int n = characters.Count * framesEach;
        var batch = new LipReaderBatch(new FaceViews(n), new float[n * LipReader.Values], new float[n * LipReader.Values]);
        for (int c = 0; c < characters.Count; c++)
        {
            var puppet = Puppet.FromSeed(characters[c]);
            var windows = FaceWindows.Of(puppet.Geometry, Size);
            int first = c * framesEach;
            Draw(puppet, PuppetPose.Neutral, windows, batch.Views, first, reference: true);
            for (int k = 0; k < framesEach; k++)
            {
                var pose = Portraits.RandomPose(random);
                if (k > 0) batch.Views.CopyReference(first, first + k);
                Draw(puppet, pose, windows, batch.Views, first + k, reference: false);
                if (spoiled) Spoil(random, batch.Views, first + k);
                SetTargets(batch, first + k, pose);
            }
        }
        return batch;
    }

    void Draw(Puppet puppet, PuppetPose pose, in FaceWindows windows, FaceViews views, int index, bool reference) => views.Set(
        index, reference, renderer.Draw(puppet, pose, Size, windows.Mouth),
        renderer.Draw(puppet, pose, Size, windows.LeftEye), renderer.Draw(puppet, pose, Size, windows.RightEye));

    static void SetTargets(LipReaderBatch batch, int index, PuppetPose pose)
    {
        var mouth = pose.Mouth;
        float parted = Math.Clamp(mouth.Open / 0.1f, 0, 1); // teeth and tongue hide behind closed lips
        ReadOnlySpan<float> values = [mouth.Open, mouth.Width, mouth.Round, mouth.Teeth * parted, mouth.Tongue * parted, pose.Gesture.Blink, pose.Gesture.Blink];
        values.CopyTo(batch.Targets.AsSpan(index * LipReader.Values));
        ValueWeights.CopyTo(batch.Weights.AsSpan(index * LipReader.Values));
    }

    /// <summary>What decoders and codecs do to a frame and not to its reference.</summary>
    static void Spoil(RandomStream random, FaceViews views, int index)
    {
        if (random.Uniform() < 0.25f) return; // some stay as drawn
        var blemish = Blemish.Draw(random);
        blemish.Spoil(random, views.Mouth(index, reference: false), FaceWindows.MouthWidth);
        for (int side = 0; side < 2; side++) blemish.Spoil(random, views.Eye(index, side, reference: false), FaceWindows.EyeWidth);
    }
}
