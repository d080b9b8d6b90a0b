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
/// <param name="RecordedWidth">Of recorded people's voices alone; null where none spoke.</param>
public sealed record HeardScore(Figure Open, Figure Width, Figure Round, Figure? RecordedWidth, Figure? RecordedRound)
{
    /// <summary>Sums up one clip a character, at least one.</summary>
    /// <param name="clips">What was asked for, and what was heard in each frame.</param>
    public static HeardScore Of(IReadOnlyList<(Performance Clip, MouthShape[] Heard)> clips)
    {
        static Figure? Over(IEnumerable<(Performance Clip, MouthShape[] Heard)> some, Func<MouthShape, float> value) =>
            Figure.Of(some.Select(each => (double?)Series.Correlation(Column(each.Clip.Poses.Select(pose => pose.Mouth), value), Column(each.Heard, value))));
        Figure Sure(Func<MouthShape, float> value) => Over(clips, value) ?? throw new ArgumentException("No clip came, expected one or more.");
        var recorded = clips.Where(each => each.Clip.IsRecordedVoice).ToArray();
        return new HeardScore(
            Sure(mouth => mouth.Open), Sure(mouth => mouth.Width), Sure(mouth => mouth.Round),
            Over(recorded, mouth => mouth.Width), Over(recorded, mouth => mouth.Round));
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
