using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Media;
using TalkingMachines.Media.Speech;
using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Speech;

public sealed class VisemeTrackTests
{
    const int Rate = 16_000;

    [Fact]
    public void Lips_touch_on_every_p_b_and_m()
    {
        var synthesizer = new SpeechSynthesizer();
        foreach (var (engine, name) in new[] { (VoiceEngine.EspeakNg, "en-us"), (VoiceEngine.EspeakNg, "es"), (VoiceEngine.Flite, "kal") })
        {
            var line = synthesizer.Speak("Mabel, Bob and Pam bump my purple umbrella, a happy baby.", new(engine, name));
            var track = VisemeTrack.Build(line, line.Sound.Samples.Length);
            var frames = track.At16();
            int closures = line.Phonemes.Count(phoneme => phoneme.Symbol is "p" or "b" or "m");
            Assert.InRange(closures, 12, 40);
            Assert.Equal(closures, track.Closed.Count(closed => closed));
            for (int i = 0; i < track.Closed.Count; i++)
            {
                if (!track.Closed[i]) continue;
                Assert.Equal(0, track.Shapes[i].Open);
                Assert.Equal(0, frames[i / VisemeTrack.ShapesPerFrame].Open);
            }
        }
    }

    [Fact]
    public void Silence_is_rest()
    {
        var track = VisemeTrack.Build(Line(("_", 16_000)), 16_000);
        Assert.Equal(64, track.Shapes.Length);
        Assert.All(track.At16(), shape => Assert.Equal(MouthShape.Rest, Rounded(shape)));
    }

    [Fact]
    public void The_mouth_rests_again_after_speech()
    {
        var track = VisemeTrack.Build(Line(("ɑ", 3200), ("_", 12_800)), 32_000);
        Assert.True(track.Shapes[4].Open > .6);
        Assert.All(track.Shapes[20..], shape => Assert.Equal(MouthShape.Rest, Rounded(shape)));
    }

    [Fact]
    public void Lips_lead_the_sound()
    {
        var track = VisemeTrack.Build(Line(("_", 8000), ("ɑ", 4000)), 12_000);
        Assert.True(track.Shapes[31].Open > .4, "the mouth opens before the vowel sounds at shape 32");
        Assert.True(track.Shapes[24].Open < .02);
    }

    [Theory]
    [InlineData("i", "u")]
    [InlineData("e", "o")]
    public void Front_vowels_spread_and_back_vowels_round(string front, string back)
    {
        var spread = Middle(front);
        var round = Middle(back);
        Assert.True(spread.Width > round.Width + .3f && round.Round > spread.Round + .5f);
    }

    [Fact]
    public void Low_vowels_open_wider_than_high_ones() => Assert.True(Middle("a").Open > Middle("ɛ").Open && Middle("ɛ").Open > Middle("i").Open);

    [Fact]
    public void Teeth_show_on_f_and_v()
    {
        Assert.True(Middle("f").Teeth > .9f && Middle("v").Teeth > .9f);
        Assert.True(Middle("f").Open < .15f);
    }

    [Fact]
    public void A_back_consonant_takes_the_lips_of_its_vowel()
    {
        var rounded = VisemeTrack.Build(Line(("u", 2400), ("k", 1200), ("u", 2400)), 6000).Shapes[10];
        var spread = VisemeTrack.Build(Line(("i", 2400), ("k", 1200), ("i", 2400)), 6000).Shapes[10];
        Assert.True(rounded.Round > .6f && spread.Round < .1f && spread.Width > .7f);
    }

    [Fact]
    public void A_louder_vowel_opens_wider()
    {
        var line = Line(("ɛ", 3200), ("k", 1600), ("ɛ", 3200));
        for (int i = 0; i < 3200; i++) line.Sound.Samples[i] *= .2f;
        var shapes = VisemeTrack.Build(line, 8000).Shapes;
        Assert.True(shapes[23].Open > 1.2 * shapes[4].Open);
    }

    [Fact]
    public void Any_symbols_give_shapes_within_their_range()
    {
        Prop.ForAll<NonNull<string>[]>(symbols =>
        {
            var line = Line([.. symbols.Select(symbol => (symbol.Get.Length == 0 ? "_" : symbol.Get, 900))]);
            var track = VisemeTrack.Build(line, line.Sound.Samples.Length);
            return track.Shapes.Concat(track.At16()).All(InRange);
        }).QuickCheckThrowOnFailure();
    }

    static bool InRange(MouthShape s) => new[] { s.Open, s.Width, s.Round, s.Teeth, s.Tongue }.All(value => value is >= 0 and <= 1.0001f);

    static MouthShape Middle(string symbol) => VisemeTrack.Build(Line(("_", 1600), (symbol, 3200), ("_", 1600)), 6400).Shapes[10];

    /// <summary>A tone for each phoneme, silence for pauses.</summary>
    static SpokenLine Line(params (string Symbol, int Samples)[] sounds)
    {
        var phonemes = new List<TimedPhoneme>();
        var samples = new List<float>();
        foreach (var (symbol, count) in sounds)
        {
            phonemes.Add(new(symbol, samples.Count, samples.Count + count));
            samples.AddRange(Enumerable.Range(0, count).Select(i => symbol == "_" ? 0 : .3f * MathF.Sin(.06f * i)));
        }
        return new(new Sound([.. samples], Rate), phonemes);
    }

    static MouthShape Rounded(MouthShape s) => new(MathF.Round(s.Open, 4), MathF.Round(s.Width, 4), MathF.Round(s.Round, 4), MathF.Round(s.Teeth, 4), MathF.Round(s.Tongue, 4));
}
