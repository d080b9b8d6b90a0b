using TalkingMachines.Evaluation;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

/// <summary>Puppets with known faults under the same measurement, clips, lip reader and findings as the models of `evaluate`.</summary>
public sealed class KnownFaultTests
{
    const int HalfSecond = 8, Size = 128;

    static readonly EvaluationSettings Short = new() { Characters = 2, Seconds = 4, DriftCharacters = 0 };

    static EvaluationReport Evaluate(Func<PuppetPose[], IEnumerable<PuppetPose>> fault)
    {
        EvaluationReport? report = null;
        LeakCheck.On("cpu:0", device =>
        {
            using var reader = LipReader.Load(Checkout.File($"models/mini/{LipReader.File}"), device);
            using var network = PuppetSyncNet.Load(Checkout.File($"models/mini/{PuppetSyncNet.File}"), device);
            var judges = new EvaluationJudges(reader) { Sync = [new PuppetSyncJudge(network)], Videos = [new MiniVideoFeatures(reader)] };
            var evaluation = new ClipEvaluation(Size, [new PuppetActor(fault)], judges, Short, hear: clip => [.. clip.Poses.Select(pose => pose.Mouth)]);
            evaluation.Run(folder: null);
            report = evaluation.Report("puppet");
        });
        return report!;
    }

    static RenditionScore Generated(EvaluationReport report) => report.Named(RenditionScore.Generated)!;

    static SyncFigures Judged(EvaluationReport report, string name) => report.Sync.Single(figures => figures.Name == name);

    static void AssertFinding(EvaluationReport report, string expected) =>
        Assert.Contains(report.Findings, finding => finding.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Truth_against_itself_is_perfect_and_another_sound_is_chance()
    {
        var report = Evaluate(poses => poses);
        var (truth, made) = (report.Named(RenditionScore.Truth)!, Generated(report));
        Assert.Equal(truth.Clips, made.Clips);
        Assert.Equal((1.0, 0.0), (made.Amplitude!.Value.Mean, made.Lag.Mean));
        Assert.InRange(made.Open.Least, 0.97, 1);
        Assert.Equal(made.BlinksAsked, made.BlinksMatched);
        Assert.Empty(report.Findings);
        Assert.InRange(report.Named(RenditionScore.OtherSound)!.Open.Mean, -0.3, 0.3);
        Assert.InRange(report.AlikeWithOtherSound!.Value.Mean, -0.3, 0.3);
        var (heard, mistaken) = (Judged(report, RenditionScore.Generated), Judged(report, RenditionScore.OtherSound));
        Assert.Equal((0.0, 0.0), (heard.OffsetMilliseconds.Least, heard.OffsetMilliseconds.Mean));
        Assert.Equal(Judged(report, RenditionScore.Truth).Confidence, heard.Confidence);
        Assert.True(mistaken.Confidence.Mean < 0.4 * heard.Confidence.Mean && mistaken.Distance.Mean > heard.Distance.Mean, $"{heard}, {mistaken}");
        Assert.All([report.Heard!.Open, report.Heard.Width, report.Heard.Round], figure => Assert.InRange(figure.Least, 1 - 1e-9, 1));
        var quality = report.Quality[0];
        Assert.Equal(RenditionScore.Generated, quality.Name);
        Assert.True(quality.Whole.Least > 100, $"PSNR {quality.Whole}"); // not a bit differs
        Assert.Equal(1, quality.Ssim.Least, 1e-5);
        var distances = report.Videos.ToDictionary(distance => distance.Name, distance => distance.Distance);
        Assert.InRange(distances[RenditionScore.Generated], -1e-3, 1e-3);
        Assert.True(distances[QualityScore.Still] > 0.1, $"distances {string.Join(", ", distances)}");
    }

    [Fact]
    public void Shuffled_sound_is_chance_and_flagged()
    {
        var report = Evaluate(poses =>
        {
            var random = new RandomStream(5);
            var pieces = poses.Select(pose => pose.Mouth).Chunk(4).OrderBy(_ => random.Uniform()).SelectMany(piece => piece);
            return poses.Zip(pieces, (pose, mouth) => pose with { Mouth = mouth });
        });
        Assert.InRange(Generated(report).Open.Mean, -0.3, 0.3);
        AssertFinding(report, "the mouth follows the sound with");
        var (mistaken, truth) = (Judged(report, RenditionScore.Generated), Judged(report, RenditionScore.Truth));
        Assert.True(mistaken.Confidence.Mean < 0.4 * truth.Confidence.Mean && mistaken.Distance.Mean > truth.Distance.Mean, $"{mistaken}, {truth}");
        AssertFinding(report, "puppet SyncNet hears the sound in the lips with Sync-C");
    }

    [Theory]
    [InlineData(HalfSecond, "8.0 frames too late")]
    [InlineData(-HalfSecond, "8.0 frames too early")]
    public void A_delay_of_half_a_second_is_measured_and_flagged(int frames, string expected)
    {
        var report = Evaluate(poses => poses.Select((_, i) => poses[Math.Clamp(i - frames, 0, poses.Length - 1)]));
        Assert.Equal(frames, Generated(report).Lag.Mean);
        Assert.InRange(Generated(report).OpenAtLag.Mean, 0.9, 1);
        AssertFinding(report, expected);
        Assert.Equal(frames * 62.5, Judged(report, RenditionScore.Generated).OffsetMilliseconds.Mean, 40.0);
        AssertFinding(report, $"by puppet SyncNet the mouth is 500 ms too {(frames > 0 ? "late" : "early")}");
    }

    [Fact]
    public void A_frozen_picture_is_flagged()
    {
        var report = Evaluate(poses => poses.Select(_ => PuppetPose.Neutral));
        AssertFinding(report, "the mouth hardly moves, 0.00 of the truth");
        AssertFinding(report, "the mouth follows the sound with 0.00");
        AssertFinding(report, "puppet SyncNet hears the sound in the lips with Sync-C");
        Assert.Null(report.AlikeWithOtherSound);
    }

    [Fact]
    public void A_mouth_that_babbles_whatever_it_hears_is_flagged()
    {
        var report = Evaluate(poses => poses.Select((pose, i) => pose with { Mouth = MouthShape.Rest with { Open = 0.5f + (0.4f * MathF.Sin(i * 1.3f)) } }));
        Assert.InRange(report.AlikeWithOtherSound!.Value.Least, 0.95, 1);
        AssertFinding(report, "the model ignores the sound");
        AssertFinding(report, "the mouth follows the sound with");
        AssertFinding(report, "puppet SyncNet hears the sound in the lips with Sync-C");
        AssertFinding(report, "% of the listening frames");
    }
}
