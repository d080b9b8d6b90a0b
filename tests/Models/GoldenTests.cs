using TalkingMachines.Cli.Verify;
using Xunit;

namespace TalkingMachines.Tests.Models;

/// <summary>Stored activations of the published networks: ours compute the same numbers.</summary>
public sealed class GoldenTests
{
    static readonly GoldenFolder Folder = new(Checkout.File("tests/Golden"));

    public static TheoryData<string> Cases => [.. Folder.Names];

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
}
