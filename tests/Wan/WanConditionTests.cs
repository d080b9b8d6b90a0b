using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Models.Wan;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Wan;

/// <summary>Conditions cut into chunks are those of the whole, and guidance is the published formula.</summary>
public sealed class WanConditionTests
{
    static readonly TinyWan Kind = new() { Type = "i2v" };

    static void AssertClose(Tensor expected, Tensor found, float tolerance = 1e-5f)
    {
        Assert.Equal(expected.Shape, found.Shape);
        float[] a = expected.ToArray(), b = found.ToArray();
        for (int i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], tolerance);
    }

    [Theory]
    [InlineData(480, 832, 60, 104)]
    [InlineData(832, 480, 104, 60)]
    [InlineData(512, 512, 78, 78)]
    [InlineData(1, 3000, 2, 4326)]
    public void Pictures_keep_their_aspect_ratio_within_the_area(int height, int width, int latentHeight, int latentWidth) =>
        Assert.Equal(new PictureSize(latentHeight, latentWidth), PictureSize.Within(832 * 480, height, width));

    [Fact]
    public void Sound_for_MultiTalk_in_chunks_is_the_whole_in_pieces() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var config = TinyWan.MultiTalk;
        var talk = new MultiTalk(weights, Kind.Config, config);
        using var track = new MultiTalkTrack(talk, config, [Tensor.Normal(device, [11, config.Layers, config.Channels], new RandomStream(1)).Own()]);
        var whole = track.Heard(0, 17).Tokens;
        AssertClose(whole, Tensor.Concat(0, track.Heard(0, 5).Tokens, track.Heard(5, 12).Tokens));
        AssertClose(whole, Tensor.Concat(0, track.Heard(0, 1).Tokens, track.Heard(1, 4).Tokens, track.Heard(5, 12).Tokens));
        AssertClose(track.Silence(track.Heard(0, 9))!.Tokens.Narrow(0, 0, 2), track.Silence(track.Heard(0, 5))!.Tokens);
    });

    [Fact]
    public void Two_people_s_sound_is_each_one_s_side_by_side_and_silence_is_nobody_s() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var config = TinyWan.MultiTalk;
        var talk = new MultiTalk(weights, Kind.Config, config);
        Tensor States(ulong seed) => Tensor.Normal(device, [11, config.Layers, config.Channels], new RandomStream(seed)).Own();
        MultiTalkTrack One(ulong seed) => new(talk, config, [States(seed)]);
        var areas = SpeakerAreas.Halves(40, 40);
        using var both = new MultiTalkTrack(talk, config, [States(1), States(2)], new SpeakerMap(device, new AttentionHeads(48, 2), new TokenGrid(1, 4, 4), areas.Masks(new PictureSize(8, 8)), 4, 4));
        using var first = One(1);
        using var second = One(2);
        var heard = both.Heard(5, 8);
        AssertClose(Tensor.Concat(1, first.Heard(5, 8).Tokens, second.Heard(5, 8).Tokens), heard.Tokens);
        Assert.Same(both.Speakers, heard.Speakers);
        AssertClose(first.Silence(heard).Tokens, both.Silence(heard).Tokens);
        Assert.Null(both.Silence(heard).Speakers);
    });

    [Fact]
    public void Two_speakers_have_a_half_each_but_for_a_margin_and_the_rest_is_background()
    {
        float[] masks = SpeakerAreas.Halves(40, 80).Masks(new PictureSize(2 * 40, 2 * 80)); // a cell for each pixel
        for (int y = 0; y < 40; y++)
            for (int x = 0; x < 80; x++)
            {
                int side = x % 40, person = x / 40;
                bool inside = y is >= 2 and < 38 && side is >= 2 and < 38;
                int[] found = [.. Enumerable.Range(0, 3).Select(area => (int)masks[(((area * 40) + y) * 80) + x])];
                Assert.Equal(inside ? person == 0 ? [1, 0, 0] : [0, 1, 0] : [0, 0, 1], found);
            }
    }

    [Fact]
    public void Areas_without_a_cell_of_the_video_are_named()
    {
        Assert.Null(SpeakerAreas.Halves(40, 40).Problem(new PictureSize(8, 8)));
        var (left, corner, all) = (new PictureBox(1, 1, 30, 39), new PictureBox(31, 31, 33, 33), new PictureBox(0, 0, 40, 40));
        Assert.Equal("The second speaker's area holds none of the 4 x 4 cells of the 64x64 video, expected at least one.", SpeakerAreas.Boxes(40, 40, left, corner).Problem(new PictureSize(8, 8)));
        Assert.StartsWith("The first speaker's area", SpeakerAreas.Boxes(40, 40, corner, left).Problem(new PictureSize(8, 8)), StringComparison.Ordinal);
        Assert.StartsWith("The background, which neither speaker has,", SpeakerAreas.Boxes(40, 40, left, all).Problem(new PictureSize(8, 8)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_light_tiny_autoencoder_is_given_latents_as_wide_as_wan_s() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var network = new TinyAutoencoder(weights, new() { EncoderWidth = 8, DecoderWidths = [16, 8, 8, 8] });
        var scale = LatentScale.OfWan(weights, 16);
        var latents = Tensor.Normal(device, [1, 16, 2, 2, 2], new RandomStream(4));
        Tensor Decoded(VideoAutoencoder autoencoder, Tensor x)
        {
            using var cache = new FrameCache();
            return autoencoder.Decode(x, cache);
        }
        var (plain, light) = (new TinyVideoAutoencoder(network), new TinyVideoAutoencoder(network, scale));
        AssertClose(Decoded(plain, (latents * scale.Deviation) + scale.Mean), Decoded(light, latents));
        using FrameCache one = new(), other = new();
        var video = Decoded(plain, latents);
        AssertClose((plain.Encode(video, one) - scale.Mean) / scale.Deviation, light.Encode(video, other));
    });

    [Fact]
    public void Sound_for_FantasyTalking_in_chunks_is_the_whole_in_pieces() => LeakCheck.On("cpu:0", device =>
    {
        using var scope = Tensor.Scope();
        using var track = new FantasyTalkingTrack(Tensor.Normal(device, [1, 173, 24], new RandomStream(1)).Own(), 81);
        var (whole, start, rest) = (track.Heard(0, 81), track.Heard(0, 9), track.Heard(9, 72));
        AssertClose(whole.Tokens, Tensor.Concat(0, start.Tokens, rest.Tokens));
        Assert.Equal(whole.Lengths!, start.Lengths!.Concat(rest.Lengths!));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_picture_s_latents_in_chunks_are_those_of_one_video_and_end_by_repeating(bool tiny) => LeakCheck.On("cpu:0", device =>
    {
        const int Latents = 14;
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        VideoAutoencoder autoencoder = tiny
            ? new TinyVideoAutoencoder(new TinyAutoencoder(weights, new() { EncoderWidth = 8, DecoderWidths = [16, 8, 8, 8] }))
            : new FullVideoAutoencoder(new WanAutoencoder(weights, new() { Widths = [4, 8, 8, 8] }));
        var picture = Tensor.Normal(device, [1, 3, 1, 16, 32], new RandomStream(2));
        using var stream = new PictureStream(autoencoder, picture);
        var pieces = Tensor.Concat(2, stream.Next(1), stream.Next(3), stream.Next(Latents - 4));
        using var cache = new FrameCache();
        var video = Tensor.Concat(2, picture, Tensor.Zeros(device, [1, 3, 4 * (Latents - 1), 16, 32]));
        AssertClose(autoencoder.Encode(video, cache), pieces.Narrow(1, 4, 16));
        float[] mask = pieces.Narrow(1, 0, 4).ToArray();
        for (int i = 0; i < mask.Length; i++) Assert.Equal(i / (2 * 4) % Latents == 0 ? 1 : 0, mask[i]);
    });

    [Fact]
    public void Guidance_is_the_published_sum_of_passes() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var talk = new MultiTalk(weights, Kind.Config, TinyWan.MultiTalk);
        var model = new WanModel(weights, Kind.Config, talk);
        var clip = Tensor.Normal(device, [1, 5, 32], new RandomStream(4));
        using var prompt = model.Context([Tensor.Normal(device, [3, 40], new RandomStream(5))], clip);
        using var negative = model.Context([Tensor.Normal(device, [4, 40], new RandomStream(6))], clip);
        SpeechTokens Speech(ulong seed) => new(Tensor.Normal(device, [2, 4, 16], new RandomStream(seed)));
        var (heard, silence, x) = (Speech(7), Speech(8), Tensor.Normal(device, [1, 36, 2, 4, 4], new RandomStream(9)));
        using var pattern = BlockPattern.Whole(device, Kind.Config.HeadWidth, TokenGrid.Of(x.Shape));
        Tensor V(WanContext context, SpeechTokens speech) => model.Forward(x, [500], new WanCondition(context, speech), pattern);
        Tensor Guided(Guidance guidance) => guidance.Velocity(model, x, 500, pattern);
        var (v00, v0a, vca, vc0) = (V(negative, silence), V(negative, heard), V(prompt, heard), V(prompt, silence));
        AssertClose(v0a + ((vca - v0a) * 5), Guided(Guidance.OfText(prompt, negative, 5, heard)), 1e-4f);
        AssertClose(v00 + ((vca - v0a) * 5) + ((v0a - v00) * 4), Guided(Guidance.OfSoundThenText(prompt, negative, 5, 4, heard, silence)), 1e-4f);
        AssertClose(vc0 + ((vca - vc0) * 4), Guided(Guidance.OfSoundThenText(prompt, negative, 1, 4, heard, silence)), 1e-4f);
        AssertClose(v00 + ((vc0 - v00) * 3) + ((vca - vc0) * 5), Guided(Guidance.OfTextThenSound(prompt, negative, 3, 5, heard, silence)), 1e-4f);
        Assert.Equal(2, Guidance.OfTextThenSound(prompt, negative, 5, 5, heard, silence).Passes);
        Assert.Equal(1, Guidance.OfText(prompt, negative, 1).Passes);
    });
}
