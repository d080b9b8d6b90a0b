using System.Text.Json;
using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Training.Data;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class AvatarEvaluationTests : IDisposable
{
    static readonly EvaluationSettings Small = new() { Characters = 2, Seconds = 2, DriftCharacters = 1, DriftSeconds = 4 };

    readonly TemporaryFolder folder = new();

    public AvatarEvaluationTests() => RandomAvatar.Write(folder.Root);

    public void Dispose() => folder.Dispose();

    /// <summary>With avatar and reader of the folder; nothing of them may live on.</summary>
    void WithAvatar(Action<Avatar, LipReader> body) => LeakCheck.On("cpu:0", device =>
    {
        using var avatar = Avatar.Load(folder.Root, device, device);
        using var reader = LipReader.Load(folder.File(LipReader.File), device);
        body(avatar, reader);
    });

    [Fact]
    public void A_model_that_learned_nothing_gets_finite_low_scores() => WithAvatar((avatar, reader) =>
    {
        var output = new EvaluationFolder(folder.File("out"));
        var reported = new Reports();
        using var oneStep = Avatar.Load(folder.Root, avatar.Diffusion, avatar.Decoder, steps: 1);
        var report = new AvatarEvaluation("random", avatar, new(reader), Small, new RolloutActor("generated, 1 steps", oneStep)).Run(output, reported);

        Assert.Equal(["true frames", "autoencoder", "generated", "from a microphone", "generated, 1 steps", "other sound"], report.Renditions.Select(each => each.Name));
        Assert.InRange(report.Named(RenditionScore.Generated)!.Open.Mean, -0.6, 0.6);
        Assert.NotEmpty(report.Findings);
        Assert.Equal([1, 2, 4], report.Drift.Select(point => point.Second));
        var (first, last) = (report.Drift[0], report.Drift[^1]);
        Assert.Null(first.ColoursGrown);
        Assert.Equal(last.Colours.Mean - last.TrueColours.Mean - (first.Colours.Mean - first.TrueColours.Mean), last.ColoursGrown!.Value.Mean, 1e-9);
        Assert.Equal(last.Features.Mean - last.TrueFeatures.Mean - (first.Features.Mean - first.TrueFeatures.Mean), last.FeaturesGrown!.Value.Mean, 1e-9);
        Assert.True(report.OtherCharacter!.Colours.Mean > last.TrueColours.Mean);
        Assert.Null(report.Teacher);
        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("out/report.json"))); // a number that is not finite would not have been written
        Assert.Equal(2, json.RootElement.GetProperty("characters").GetInt32());
        Assert.Contains("opening, correlation", File.ReadAllText(folder.File("out/report.txt")), StringComparison.Ordinal);
        string[] names = [.. Directory.GetFiles(output.Path).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(["character-1000000.png", "character-1000001.png", "drift.png", "drift.svg", "first-character.svg", "opening.svg", "report.html", "report.json", "report.txt"], names);
        Assert.Equal(new EvaluationProgress("long rollout", 6, 6), reported[^1]);
    });

    [Fact]
    public void The_shipped_model_hears_the_mouth_of_a_voice_that_it_never_met() => LeakCheck.On("cpu:0", device =>
    {
        using var avatar = Avatar.Load(Checkout.File("models/mini-light"), device, device);
        Performance clip = HeldOutClip.Draw(0, 112, 64, default).Performance, other = HeldOutClip.Draw(1, 112, 64, default).Performance;
        MouthShape[] own = HeardScore.Hear(avatar, clip), others = HeardScore.Hear(avatar, other);
        Assert.InRange(HeardScore.Of([(clip, own)]).Open.Mean, 0.85, 1);
        Assert.InRange(HeardScore.Of([(clip, others)]).Open.Mean, -0.5, 0.5);
        Assert.Equal((true, false), (clip.IsRecordedVoice, other.IsRecordedVoice));
        var both = HeardScore.Of([(other, others), (clip, own)]);
        Assert.Equal((2, 1), (both.Round.Count, both.RecordedRound!.Value.Count));
        Assert.Equal(HeardScore.Of([(clip, own)]).Round.Mean, both.RecordedRound.Value.Mean);
    });

    [Fact]
    public void A_stopped_evaluation_leaves_no_report() => WithAvatar((avatar, reader) =>
    {
        using var stop = new CancellationTokenSource();
        var output = new EvaluationFolder(folder.File("out"));
        var evaluation = new AvatarEvaluation("random", avatar, new(reader), Small with { Characters = 1 });
        var stopper = new Reports { Reported = value => { if (value.Done == 1) stop.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() => evaluation.Run(output, stopper, stop.Token));
        Assert.Empty(Directory.GetFiles(output.Path, "report*"));
    });

    [Fact]
    public void Nothing_of_the_mouth_but_its_sound_reaches_the_model() => WithAvatar((avatar, _) =>
    {
        var clip = HeldOutClip.Draw(0, 32, avatar.Config.Picture, default);
        var mute = clip.Performance with { Poses = [.. clip.Performance.Poses.Select(pose => pose with { Mouth = MouthShape.Rest })] };
        Assert.Equal(FirstChunks(avatar, clip, clip.Performance, 2), FirstChunks(avatar, clip, mute, 2));
        var told = clip.Performance with { Speaking = [.. clip.Performance.Speaking.Select(speaking => !speaking)] };
        Assert.Equal(FirstChunks(avatar, clip, clip.Performance, 2), FirstChunks(avatar, clip, told, 2));
    });

    [Fact]
    public void A_chunk_that_nobody_looks_at_changes_nothing_of_the_next() => WithAvatar((avatar, _) =>
    {
        var clip = HeldOutClip.Draw(0, 32, avatar.Config.Picture, default);
        var seen = FirstChunks(avatar, clip, clip.Performance, 2);
        using var rollout = new ClipRollout(avatar, clip.Reference, clip.Performance, clip.Performance.Poses, seed: 4);
        rollout.Skip();
        Assert.Equal(seen[1], Bytes(rollout.Next()));
    });

    [Fact]
    public void A_chunk_hears_its_own_sound_and_none_beyond_its_lookahead() => WithAvatar((avatar, _) =>
    {
        var clip = HeldOutClip.Draw(0, 48, avatar.Config.Picture, default);
        var loud = clip.Performance with { Sound = new Sound([.. Enumerable.Range(0, 48_000).Select(i => MathF.Sin(i * i * 1e-6f))], 16_000) };
        Assert.DoesNotContain(false, SpeechActivity.Of(loud.Sound.Samples)[1..28]);
        var original = FirstChunks(avatar, clip, loud, 2);
        Assert.Equal(original[0], FirstChunks(avatar, clip, WithNoiseFrom(loud, frame: 27), 1)[0]);    // 12 of the chunk, 8 of the window, 7 of the features
        Assert.NotEqual(original[0], FirstChunks(avatar, clip, WithNoiseFrom(loud, frame: 12), 1)[0]);
    });

    [Fact]
    public void From_a_microphone_a_chunk_hears_two_frames_more_and_silence_beyond() => WithAvatar((avatar, _) =>
    {
        var clip = HeldOutClip.Draw(0, 48, avatar.Config.Picture, default);
        var loud = clip.Performance with { Sound = new Sound([.. Enumerable.Range(0, 48_000).Select(i => MathF.Sin(i * i * 1e-6f))], 16_000) };
        var known = loud with { Sound = new Sound([.. loud.Sound.Samples.Take(14_000)], 16_000) }; // 12 of the chunk, 2 more
        Assert.Equal(FirstChunks(avatar, clip, known, 1)[0], FirstChunks(avatar, clip, loud, 1, HearingStream.LiveFrames)[0]);
        Assert.NotEqual(FirstChunks(avatar, clip, known, 1)[0], FirstChunks(avatar, clip, loud, 1)[0]);
        Assert.Equal(FirstChunks(avatar, clip, loud, 3), FirstChunks(avatar, clip, loud, 3, framesAhead: 15)); // all that a chunk can hear
    });

    [Fact]
    public void A_reference_of_another_size_is_refused() => WithAvatar((avatar, _) =>
    {
        var clip = HeldOutClip.Draw(0, 32, 32, default);
        var refusal = Assert.Throws<ArgumentException>(() => new ClipRollout(avatar, clip.Reference, clip.Performance, clip.Performance.Poses, 1));
        Assert.Equal("The reference is 32x32, expected 64x64.", refusal.Message);
    });

    [Fact]
    public void Held_out_clips_have_speech_and_rest_and_characters_of_their_own()
    {
        Assert.Equal(CharacterSeeds.FirstHeldOut, HeldOutClip.FirstCharacter);
        for (int i = 0; i < 3; i++)
        {
            var clip = HeldOutClip.Draw(i, 112, 16, default);
            Assert.Equal(1_000_000 + i, clip.Puppet.Seed);
            Assert.True(clip.Performance.Speaking.Count(speaking => speaking) >= 39);
            Assert.True(ClipScore.Listening(clip.Performance).Length >= 6);
        }
    }

    [Theory]
    [InlineData(0, 7, "Characters are 0, expected 1 to 1000.")]
    [InlineData(1, 0, "Seconds are 0, expected 1 to 60.")]
    public void Senseless_settings_are_refused(int characters, int seconds, string expected) =>
        Assert.Equal(expected, Assert.Throws<ArgumentException>(() => new EvaluationSettings { Characters = characters, Seconds = seconds }.Checked()).Message);

    [Theory]
    [InlineData(4, 16)]
    [InlineData(60, 240)]
    [InlineData(3600, 4800)]
    public void Mouths_are_read_in_a_quarter_at_either_end_of_a_long_rollout_but_not_in_more_than_five_minutes(int seconds, int frames) =>
        Assert.Equal(frames, new EvaluationSettings { DriftSeconds = seconds }.LongOpenFrames);

    static byte[][] FirstChunks(Avatar avatar, HeldOutClip clip, Performance heard, int chunks, int? framesAhead = null)
    {
        using var rollout = new ClipRollout(avatar, clip.Reference, heard, heard.Poses, seed: 4, framesAhead);
        return [.. Enumerable.Range(0, chunks).Select(_ => Bytes(rollout.Next()))];
    }

    static byte[] Bytes(Picture[] frames) => [.. frames.SelectMany(frame => frame.Pixels)];

    static Performance WithNoiseFrom(Performance performance, int frame)
    {
        float[] samples = [.. performance.Sound.Samples];
        var random = new RandomStream(8);
        for (int i = frame * 1000; i < samples.Length; i++) samples[i] = random.Uniform(-1, 1);
        return performance with { Sound = new Sound(samples, 16_000) };
    }

    sealed class Reports : List<EvaluationProgress>, IProgress<EvaluationProgress>
    {
        public Action<EvaluationProgress>? Reported { get; init; }

        public void Report(EvaluationProgress value)
        {
            Add(value);
            Reported?.Invoke(value);
        }
    }
}
