using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Correlation of the mouth values that a model's sound network gives with those asked for, at rest where the model is told of
/// silence: what its pictures hardly surpass.
/// </summary>
public sealed record HeardScore(Figure Open, Figure Width, Figure Round)
{
    /// <summary>Sums up one clip a character, at least one.</summary>
    /// <param name="clips">What was asked for, and what was heard in each frame.</param>
    public static HeardScore Of(IReadOnlyList<(Performance Clip, MouthShape[] Heard)> clips)
    {
        Figure Over(Func<MouthShape, float> value) =>
            Figure.Of(clips.Select(each => (double?)Series.Correlation(Column(each.Clip.Poses.Select(pose => pose.Mouth), value), Column(each.Heard, value)))) ??
            throw new ArgumentException("No clip came, expected one or more.");
        return new HeardScore(Over(mouth => mouth.Open), Over(mouth => mouth.Width), Over(mouth => mouth.Round));
    }

    static double[] Column(IEnumerable<MouthShape> mouths, Func<MouthShape, float> value) => [.. mouths.Select(mouth => (double)value(mouth))];

    /// <summary>The mouth that an avatar hears in each frame of a clip.</summary>
    public static MouthShape[] Hear(Avatar avatar, Performance clip)
    {
        using var scope = Tensor.Scope();
        var hearing = new HearingStream(avatar.Hearing, avatar.Diffusion);
        hearing.Append(clip.Sound.Samples);
        float[] features = hearing.Features(0, clip.Poses.Length).ToArray();
        int width = features.Length / clip.Poses.Length;
        bool[] speaking = SpeechActivity.Of(clip.Sound.Samples);
        return [.. Enumerable.Range(0, clip.Poses.Length).Select(frame => SpeechActivity.IsLatentSpeakingFrom(speaking, frame - (frame % AutoencoderConfig.FramesPerLatent))
            ? MouthShape.From(features.AsSpan((frame * width) + MelEncoder.Features, MelEncoder.MouthValues))
            : PuppetPose.Neutral.Mouth)];
    }
}
