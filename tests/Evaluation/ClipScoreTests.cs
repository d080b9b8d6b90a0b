using TalkingMachines.Evaluation;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class ClipScoreTests
{
    static RenditionScore Generated(EvaluationReport report) => report.Named(RenditionScore.Generated)!;

    [Fact]
    public void Truth_against_itself_is_perfect()
    {
        var report = PaintedClip.Report(poses => poses);
        var score = Generated(report);
        foreach (var figure in new[] { score.Open, score.OpenInSpeech!.Value, score.Width, score.Round, score.OpenAtLag })
            Assert.InRange(figure.Mean, 0.999, 1); // colours have 255 steps
        Assert.Equal((0, 1.0, 1.0, 0.0), (score.Lag.Mean, score.Amplitude!.Value.Mean, score.Closures!.Value.Mean, score.MovingInSilence!.Value.Mean));
        Assert.Equal((3, 3, 3), (score.BlinksAsked, score.BlinksSeen, score.BlinksMatched));
        Assert.Equal(3 * 60.0 * 16 / report.FramesEach, score.BlinksAMinute, 6);
        Assert.Empty(report.Findings);
    }

    [Fact]
    public void Closures_are_those_of_lips_that_shut_not_of_pauses()
    {
        static PuppetPose Open(PuppetPose pose) => pose with { Mouth = pose.Mouth with { Open = 0.5f } };
        var inPauses = PaintedClip.Report(poses => poses.Select((pose, i) => PaintedClip.IsPause(i) ? Open(pose) : pose));
        Assert.Equal(1, Generated(inPauses).Closures!.Value.Mean);
        var half = PaintedClip.Report(poses => poses.Select((pose, i) => i < 60 && pose.Mouth.Open == 0 ? Open(pose) : pose));
        Assert.InRange(Generated(half).Closures!.Value.Mean, 0.4, 0.6);
        Assert.Equal((4, 8), (Generated(half).ClosuresSeen, Generated(half).ClosingFrames));
    }

    [Fact]
    public void Voices_of_recorded_people_are_summed_up_apart_too()
    {
        var clip = Generated(PaintedClip.Report(poses => poses)).Clips[0];
        RenditionScore Of(params IEnumerable<(bool IsRecorded, double Width, double Round)> clips) =>
            RenditionScore.Of(RenditionScore.Generated, [.. clips.Select(each => clip with { IsRecordedVoice = each.IsRecorded, Width = each.Width, Round = each.Round })]);

        var score = Of((true, 0.25, 0.5), (false, 0.75, 0.75));
        Assert.Equal((0.5, 0.625), (score.Width.Mean, score.Round.Mean));
        Assert.Equal((0.25, 0.5), (score.RecordedWidth!.Value.Mean, score.RecordedRound!.Value.Mean));
        Assert.Null(Of((false, 0.75, 0.75)).RecordedWidth);
    }

    [Fact]
    public void Shuffled_mouths_correlate_with_nothing()
    {
        var random = new RandomStream(3);
        var report = PaintedClip.Report(poses => poses.Select(pose => (Key: random.Uniform(), pose)).OrderBy(each => each.Key).Select(each => each.pose));
        Assert.InRange(Generated(report).Open.Mean, -0.25, 0.25);
        Assert.Contains(report.Findings, finding => finding.Contains("follows the sound with", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(8, "8.0 frames too late")]
    [InlineData(-8, "8.0 frames too early")]
    public void A_shift_of_half_a_second_is_flagged(int shift, string expected)
    {
        var report = PaintedClip.Report(poses => Enumerable.Range(0, poses.Count).Select(i => poses[Math.Clamp(i - shift, 0, poses.Count - 1)]));
        Assert.Equal(shift, Generated(report).Lag.Mean);
        Assert.InRange(Generated(report).OpenAtLag.Mean, 0.99, 1);
        Assert.Contains(report.Findings, finding => finding.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_frozen_picture_is_flagged()
    {
        var report = PaintedClip.Report(poses => poses.Select(_ => PuppetPose.Neutral));
        Assert.Equal((0, 0), (Generated(report).Open.Mean, Generated(report).Amplitude!.Value.Mean));
        Assert.Equal(0, Generated(report).BlinksSeen);
        Assert.Equal(10, report.Aims.Single(aim => aim.What == "blinks a minute").Missed);
        Assert.Contains(report.Findings, finding => finding.Contains("hardly moves", StringComparison.Ordinal));
        Assert.Contains(report.Findings, finding => finding.Contains("0 of 3 blinks", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mouth_that_stands_open_is_flagged()
    {
        var report = PaintedClip.Report(poses => poses.Select(pose => pose with { Mouth = MouthShape.Rest with { Open = 0.5f } }));
        Assert.Equal((1, 0), (Generated(report).MovingInSilence!.Value.Mean, Generated(report).Closures!.Value.Mean));
        Assert.Contains(report.Findings, finding => finding.Contains("open in 100 % of the listening frames", StringComparison.Ordinal));
    }

    [Fact]
    public void Half_the_motion_has_half_the_amplitude()
    {
        var report = PaintedClip.Report(poses => poses.Select(pose => pose with { Mouth = pose.Mouth with { Open = pose.Mouth.Open / 2 } }));
        Assert.InRange(Generated(report).Amplitude!.Value.Mean, 0.49, 0.51);
        Assert.InRange(Generated(report).Open.Mean, 0.999, 1);
    }

    [Fact]
    public void Listening_keeps_away_from_speech_on_either_side()
    {
        int[] expected = [.. Enumerable.Range(0, 14), .. Enumerable.Range(102, 26)];
        Assert.Equal(expected, ClipScore.Listening(PaintedClip.Performance));
    }

    [Fact]
    public void Readings_of_another_clip_are_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => ClipScore.Of(PaintedClip.Performance, new FaceReading[5], new FaceReading[128]));
        Assert.Equal("Readings are of 5 and 128 frames, expected 128.", refusal.Message);
    }

    [Fact]
    public void Another_sound_that_moves_the_mouth_as_well_is_flagged()
    {
        var report = PaintedClip.Report(poses => poses);
        var other = Generated(report) with { Name = RenditionScore.OtherSound };
        report = report with { Renditions = [.. report.Renditions, other] };
        Assert.Contains(report.Findings, finding => finding.StartsWith("Another clip's sound gives 1.00", StringComparison.Ordinal));
    }

    [Fact]
    public void Drift_beyond_that_of_true_frames_is_flagged()
    {
        static Figure One(double value) => Figure.Of([value])!.Value;
        var report = PaintedClip.Report(poses => poses);
        DriftPoint first = new(1, One(0.1), One(0.1), One(0.2), One(0.2)), last = new(60, One(0.3), One(0.1), One(0.3), One(0.28));
        report = report with { OtherCharacter = new(One(0.8), One(0.5)), Drift = [first, last with { ColoursGrown = Figure.Of([0.19, 0.2, 0.21]), FeaturesGrown = Figure.Of([0.03, 0.02, 0.02]) }] };
        Assert.Equal(["Colours drift: 0.2000 further from the reference at 60 s than at 1 s, where another character is 0.8000 away."], report.Findings);
        Assert.False(report.Aims.Single(aim => aim.What.StartsWith("colours grown", StringComparison.Ordinal)).IsMet);
        Assert.True(report.Aims.Single(aim => aim.What.StartsWith("features grown", StringComparison.Ordinal)).IsMet);

        // what one character does and the others do not is chance
        report = report with { Drift = [first, last with { ColoursGrown = Figure.Of([0.6, 0, 0]) }] };
        Assert.Empty(report.Findings);

        report = report with { Drift = [new(1, One(0.4), One(0.1), One(0.2), One(0.2)), new(60, One(0.4), One(0.1), One(0.2), One(0.2))] };
        Assert.Equal(["Colours are not the reference's from the start: 0.30 further from it than those of true frames."], report.Findings);
    }

    [Fact]
    public void What_is_asked_of_a_shipped_model_is_told_with_what_is_missing()
    {
        var report = PaintedClip.Report(poses => [.. poses.Select(pose => pose with { Mouth = pose.Mouth with { Open = 0.8f * pose.Mouth.Open } })]);
        var amplitude = report.Aims.Single(aim => aim.What.StartsWith("amplitude", StringComparison.Ordinal));
        Assert.Equal(("0.85 to 1.15", false), (amplitude.Bounds, amplitude.IsMet));
        Assert.Equal(0.05, amplitude.Missed, 0.005);
        Assert.True(report.Aims.Single(aim => aim.What == "opening, correlation") is { IsMet: true, Missed: 0, Bounds: ">= 0.9" });
        Assert.Contains($"{report.Aims.Count(aim => aim.IsMet)} of {report.Aims.Count} aims are met.", report.ToText(), StringComparison.Ordinal);

        var better = Generated(report) with { Name = "teacher", Width = Figure.Of([2.0])!.Value };
        report = report with { Renditions = [.. report.Renditions, better], Teacher = "teacher" };
        Assert.Equal(["width, by the teacher's"], report.Aims.Where(aim => aim.What.EndsWith("by the teacher's", StringComparison.Ordinal) && !aim.IsMet).Select(aim => aim.What));
    }

    [Fact]
    public void Sound_that_is_lost_on_the_way_is_flagged()
    {
        static Figure One(double value) => Figure.Of([value])!.Value;
        var report = PaintedClip.Report(poses => poses) with { LongOpenFirst = One(0.92) };
        Assert.Empty((report with { LongOpenLast = One(0.89) }).Findings);
        Assert.Contains("The sound is lost", Assert.Single((report with { LongOpenLast = One(0.05) }).Findings), StringComparison.Ordinal);
    }

    [Fact]
    public void Sound_that_a_sync_judge_finds_early_or_not_at_all_is_flagged()
    {
        static Figure One(double value) => Figure.Of([value])!.Value;
        static SyncFigures Judged(string name, double confidence, double late) => new()
        {
            Judge = "judge",
            Name = name,
            Confidence = One(confidence),
            Distance = One(3),
            OffsetMilliseconds = One(late),
            ShiftMilliseconds = 62.5,
            Distances = new double[SyncScore.Shifts],
        };
        var report = PaintedClip.Report(poses => poses);
        report = report with { Sync = [Judged(RenditionScore.Truth, 5, 0), Judged(RenditionScore.Generated, 4, 500), Judged(RenditionScore.OtherSound, 0.3, 0)] };
        Assert.Equal(["generated: by judge the mouth is 500 ms too late."], report.Findings);

        report = report with { Sync = [Judged(RenditionScore.Truth, 5, 62.5), Judged(RenditionScore.Generated, 1, 500)] };
        Assert.Equal(["generated: judge hears the sound in the lips with Sync-C 1.00 only, true frames have 5.00."], report.Findings);

        report = report with { Sync = [Judged(RenditionScore.Truth, 5, 62.5), Judged(RenditionScore.Generated, 4, 62.5)] };
        Assert.Empty(report.Findings);
    }
}
