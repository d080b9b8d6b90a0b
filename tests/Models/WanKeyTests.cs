using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using Xunit;

namespace TalkingMachines.Tests.Models;

/// <summary>The published checkpoints of the Wan family hold just what our networks ask for.</summary>
public sealed class WanKeyTests
{
    static readonly WanConfig Small = new() { Width = 1536, FeedForward = 8960, Heads = 12, Layers = 30 };
    static readonly WanConfig Large = new() { Width = 5120, FeedForward = 13824, Heads = 40, Layers = 40 };
    static readonly WanConfig LargeI2V = Large with { Type = "i2v", InputChannels = 36 };

    public static TheoryData<string> Tables => [.. Networks.Keys];

    static readonly Dictionary<string, Action<Weights>> Networks = new()
    {
        ["wan2.1_t2v_1.3B"] = weights => _ = new WanModel(weights, Small),
        ["wan2.1_t2v_14B"] = weights => _ = new WanModel(weights, Large),
        ["wan2.1_i2v_14B"] = weights => _ = new WanModel(weights, LargeI2V),
        ["multitalk_audio_addon"] = weights =>
        {
            var talk = new MultiTalk(weights, LargeI2V, new MultiTalkConfig());
            for (int i = 0; i < LargeI2V.Layers; i++) talk.Layer(i);
        },
        ["fantasytalking_addon"] = weights =>
        {
            var talk = new FantasyTalking(weights, new AttentionHeads(LargeI2V.Width, LargeI2V.Heads));
            for (int i = 0; i < LargeI2V.Layers; i++) talk.Layer(i);
        },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_published_checkpoint_has_no_missing_and_no_unexpected_key(string name) => LeakCheck.On("cpu:0", device =>
    {
        using var table = new KeyTable(name);
        Assert.Equal(table.Parameters, KeyReport.Expect(device, table, Networks[name]).Count);
    });
}
