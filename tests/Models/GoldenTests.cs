using TalkingMachines.Cli.Verify;
using Xunit;

namespace TalkingMachines.Tests.Models;

/// <summary>Stored activations of the published networks: ours compute the same numbers.</summary>
public sealed class GoldenTests
{
    static readonly GoldenFolder Folder = new(Checkout.File("tests/Golden"));

    /// <summary>Cases whose network is still to come. Nothing else may be unknown.</summary>
    static readonly string[] Pending =
    [
        "causal_i2v_tiny", "causal_t2v_tiny", "clip_visual_tiny", "fantasytalking_tiny", "i3d_fvd", "multitalk_tiny", "syncnet",
        "t5_tiny", "taehv", "wan_i2v_tiny", "wan_t2v_tiny", "wan_vae_tiny", "wav2vec2_base_tiny", "wav2vec2_large_tiny",
    ];

    public static TheoryData<string> Cases => [.. Folder.Names.Except(Pending)];

    public static TheoryData<string> CasesWithCopies => [.. Folder.Names.Where(name => Folder.WeightFiles(name).Count > 1)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Our_network_computes_the_numbers_of_the_published_one(string name) => LeakCheck.On("cpu", device =>
    {
        var rows = GoldenReplay.Run(Folder, name, device);
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.True(row.Holds, row.ToString()));
    });

    [Theory]
    [MemberData(nameof(CasesWithCopies))]
    public void Weights_are_the_same_in_every_format(string name)
    {
        using var golden = Folder.Open(name);
        var rows = WeightCopies.Compare(golden).ToArray();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.True(row.Holds, row.ToString()));
    }

    [Fact]
    public void No_pending_case_is_known()
    {
        foreach (string name in Pending)
        {
            using var golden = Folder.Open(name);
            Assert.True(Networks.Find(golden) is null, $"{name} has its network: strike it off the pending ones.");
        }
    }
}
