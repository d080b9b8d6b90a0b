using TalkingMachines.Media;
using TalkingMachines.Models.Video;
using TalkingMachines.Models.Wan;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.Serving;
using Xunit;

namespace TalkingMachines.Tests.Wan;

/// <summary>From words, picture and sound to frames by folders of random weights, one of each kind.</summary>
public sealed class WanGenerationTests : IDisposable
{
    static readonly Dictionary<string, TinyWan> Kinds = new()
    {
        ["t2v"] = new(),
        ["t2v, sharded, both decoders"] = new() { Form = TinyForm.Sharded, Tiny = true },
        ["t2v, .pth, tiny decoder alone"] = new() { Form = TinyForm.Pickle, Tiny = true, Full = false },
        ["t2v, diffusers' names"] = new() { Form = TinyForm.Diffusers },
        ["i2v"] = new() { Type = "i2v" },
        ["i2v, diffusers' names, tiny decoder alone"] = new() { Type = "i2v", Form = TinyForm.Diffusers, Tiny = true, Full = false },
        ["i2v, DPM++"] = new() { Type = "i2v", Sampling = { ["solver"] = "dpm++" } },
        ["causal t2v"] = new() { Form = TinyForm.Student },
        ["causal i2v"] = new() { Type = "i2v", Form = TinyForm.Student },
        ["MultiTalk"] = new() { Type = "i2v", AddOn = WanPart.MultiTalk },
        ["MultiTalk, prompt not guided"] = new() { Type = "i2v", AddOn = WanPart.MultiTalk, Sampling = { ["textGuidance"] = 1 } },
        ["FantasyTalking"] = new() { Type = "i2v", AddOn = WanPart.FantasyTalking },
        ["causal MultiTalk"] = new() { Type = "i2v", AddOn = WanPart.MultiTalk, Form = TinyForm.Student },
        ["causal FantasyTalking"] = new() { Type = "i2v", AddOn = WanPart.FantasyTalking, Form = TinyForm.Student, Tiny = true },
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static Picture Face => new PuppetRenderer().Draw(Puppet.FromSeed(7), PuppetPose.Neutral, 40);

    static Sound Voice(int samples, int seed = 0)
    {
        float[] all = SoundInMemory.Samples(new VoiceLikeSound(samples + seed));
        return new Sound(all[seed..], SoundBlock.SampleRate);
    }

    FilmInMemory Film(TinyWan kind, WanOrder order, string name = "model", string device = "cpu:0", bool leaves = false)
    {
        string path = folder.File(name);
        if (!Directory.Exists(path)) kind.Write(path);
        using var opened = WanFolder.Open(path);
        opened.LeavesWeights = leaves;
        using var placement = Placement.Open(device);
        var film = new FilmInMemory();
        LeakCheck.Around(placement.Diffusion, () =>
        {
            Assert.Equal(opened.Parts.Keys, opened.Check(placement.Diffusion).Keys);
            var report = new WanGeneration(opened, placement, opened.Sampling).Run(order, film);
            Assert.Equal(film.Frames.Count, report.Frames);
        });
        return film;
    }

    static WanOrder Order(TinyWan kind) => new()
    {
        Prompt = "A puppet says hello.",
        Picture = kind.Type == "i2v" ? Face : null,
        Speech = kind.AddOn is null ? null : Voice(27_000),
        Seed = 3,
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_kind_of_folder_makes_a_video(string name)
    {
        var kind = Kinds[name];
        var order = Order(kind);
        var film = Film(kind, order);
        var size = kind.Type == "i2v" ? new PictureSize(4, 4) : new PictureSize(4, 6); // 48 x 32 pixels, or a square of that area
        int fps = kind.AddOn switch { WanPart.MultiTalk => 25, WanPart.FantasyTalking => 23, _ => 16 };
        Assert.Equal(kind.AddOn is null ? 9 : Math.Ceiling(27_000d * fps / SoundBlock.SampleRate), film.Frames.Count);
        Assert.All(film.Frames, frame => Assert.Equal(size.Width * size.Height * 3, frame.Length));
        Assert.All(film.Frames, frame => Assert.True(frame.Distinct().Count() > 8, "A frame is flat."));
        Assert.True(film.IsComplete);
        Assert.Equal((long)film.Frames.Count * SoundBlock.SampleRate / fps, film.Sound.Count);
    }

    [Theory]
    [InlineData("i2v")]
    [InlineData("causal i2v")]
    [InlineData("MultiTalk")]
    [InlineData("FantasyTalking")]
    [InlineData("causal MultiTalk")]
    [InlineData("causal FantasyTalking")]
    public void Prompt_picture_seed_and_sound_each_change_the_video_and_the_same_give_the_same(string name)
    {
        var kind = Kinds[name];
        var order = Order(kind);
        var first = Film(kind, order);
        Assert.Equal(first.Frames, Film(kind, order, device: "cpu:0,cpu:0").Frames);
        Assert.NotEqual(first.Frames, Film(kind, order with { Prompt = "It is silent." }).Frames);
        Assert.NotEqual(first.Frames, Film(kind, order with { Seed = 4 }).Frames);
        Assert.NotEqual(first.Frames, Film(kind, order with { Picture = new PuppetRenderer().Draw(Puppet.FromSeed(8), PuppetPose.Neutral, 40) }).Frames);
        if (kind.AddOn is not null) Assert.NotEqual(first.Frames, Film(kind, order with { Speech = Voice(27_000, seed: 2500) }).Frames);
    }

    static readonly TinyWan Pair = new() { Type = "i2v", AddOn = WanPart.MultiTalk, Sampling = { ["width"] = 64, ["height"] = 64 } };

    static WanOrder PairOrder => Order(Pair) with { Speech = Voice(9000), SecondSpeech = Voice(18_000, seed: 2500) };

    [Fact]
    public void Two_speakers_talk_as_long_as_the_longer_sound_and_are_heard_together()
    {
        var film = Film(Pair, PairOrder);
        Assert.Equal(Math.Ceiling(18_000d * 25 / SoundBlock.SampleRate), film.Frames.Count);
        float[] first = PairOrder.Speech!.Samples, second = PairOrder.SecondSpeech!.Samples;
        for (int i = 0; i < second.Length; i++) Assert.Equal(Math.Clamp(second[i] + (i < first.Length ? first[i] : 0), -1, 1), film.Sound[i]);
        Assert.Equal(film.Frames, Film(Pair, PairOrder with { Speakers = SpeakerAreas.Halves(40, 40) }).Frames);
    }

    [Fact]
    public void Each_speaker_s_sound_and_place_change_the_video()
    {
        var film = Film(Pair, PairOrder);
        Assert.NotEqual(film.Frames, Film(Pair, PairOrder with { SecondSpeech = null, Frames = film.Frames.Count }).Frames);
        Assert.NotEqual(film.Frames, Film(Pair, PairOrder with { Speech = Voice(9000, seed: 900) }).Frames);
        Assert.NotEqual(film.Frames, Film(Pair, PairOrder with { SecondSpeech = Voice(18_000, seed: 900) }).Frames);
        Assert.NotEqual(film.Frames, Film(Pair, PairOrder with { Speech = PairOrder.SecondSpeech, SecondSpeech = PairOrder.Speech }).Frames);
        Assert.NotEqual(film.Frames, Film(Pair, PairOrder with { Speakers = SpeakerAreas.Boxes(40, 40, new(1, 1, 12, 39), new(25, 20, 39, 39)) }).Frames);
    }

    [Theory]
    [InlineData("MultiTalk", false, "with the sound of one")]
    [InlineData("i2v", true, "expected a folder with MultiTalk's audio layers")]
    [InlineData("FantasyTalking", true, "expected a folder with MultiTalk's audio layers")]
    [InlineData("causal MultiTalk", true, "makes causal video")]
    [InlineData("MultiTalk", true, "holds none of the 2 x 2 cells")]
    public void Two_speakers_that_a_model_cannot_film_are_refused_in_one_line(string name, bool withFirst, string expected)
    {
        var kind = Kinds[name];
        var order = Order(kind) with { Speech = withFirst ? Voice(9000) : null, SecondSpeech = Voice(9000), Frames = 9 };
        var error = Assert.Throws<MediaException>(() => Film(kind, order));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("t2v")]
    [InlineData("i2v")]
    public void A_folder_in_diffusers_layout_makes_the_same_video(string name)
    {
        var kind = Kinds[name] with { TextLength = new WanConfig { Width = 1, FeedForward = 1, Heads = 1, Layers = 1 }.TextLength }; // which diffusers' config.json does not say
        Assert.Equal(Film(kind, Order(kind)).Frames, Film(kind with { Form = TinyForm.Diffusers }, Order(kind), "diffusers").Frames);
    }

    [Fact]
    public void CausVid_s_steps_are_timesteps_themselves()
    {
        var kind = Kinds["causal t2v"] with { Sampling = new() { ["stepList"] = new[] { 1000, 522 }, ["frames"] = 9 } };
        Assert.NotEqual(Film(kind, Order(kind)).Frames, Film(kind with { Sampling = new(kind.Sampling) { ["warpsSteps"] = false } }, Order(kind), "plain").Frames);
    }

    [Fact]
    public void A_causal_t2v_student_starts_from_a_picture_that_it_is_shown()
    {
        var kind = Kinds["causal t2v"];
        var with = Film(kind, Order(kind) with { Picture = Face, Frames = 20 });
        Assert.Equal(20, with.Frames.Count);
        Assert.NotEqual(with.Frames, Film(kind, Order(kind) with { Picture = Face.CroppedToSquare().Resized(30, 30), Frames = 20 }).Frames);
    }

    [Fact]
    public void A_causal_video_does_not_depend_on_how_long_it_goes_on()
    {
        var kind = Kinds["causal i2v"];
        Assert.Equal(Film(kind, Order(kind) with { Frames = 9 }).Frames, Film(kind, Order(kind) with { Frames = 60 }).Frames.Take(9));
    }

    [Theory]
    [InlineData("t2v, .pth, tiny decoder alone")]
    [InlineData("MultiTalk")]
    [InlineData("causal FantasyTalking")]
    public void Weights_left_in_their_files_give_the_same_video(string name) =>
        Assert.Equal(Film(Kinds[name], Order(Kinds[name])).Frames, Film(Kinds[name], Order(Kinds[name]), leaves: true).Frames);

    [Fact]
    public void A_video_has_the_picture_s_aspect_ratio()
    {
        var kind = Kinds["i2v"];
        var film = Film(kind, Order(kind) with { Picture = Face.Resized(80, 20) });
        Assert.Equal(16 * 64 * 3, film.Frames[0].Length);
    }

    [Theory]
    [InlineData("i2v", false, "is an i2v model, expected a picture")]
    [InlineData("t2v", true, "is a t2v model, which can't see a picture")]
    public void What_a_model_cannot_film_is_refused_in_one_line(string name, bool withPicture, string expected)
    {
        var kind = Kinds[name];
        var error = Assert.Throws<MediaException>(() => Film(kind, new WanOrder { Picture = withPicture ? Face : null }));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
