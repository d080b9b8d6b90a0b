using System.Text.Json;
using TalkingMachines.Cli.Verify;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.WeightFiles;
using Xunit;

namespace TalkingMachines.Tests.Cli;

/// <summary>What verify says of cases that don't hold: nothing is passed over in silence.</summary>
public sealed class VerifyTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Numbers_that_differ_miss()
    {
        Case("tables", ("out.warp_1000_500_shift5", [1000, 833.33f]), ("out.warp_1000_shift1", [1000.2f]));
        var rows = Verify("tables");
        Assert.Equal([true, false], rows.Select(row => row.Holds));
        Assert.Equal(0.2f, rows[1].Largest, 3);
    }

    [Fact]
    public void What_nobody_computes_misses()
    {
        Case("tables", ("out.warp_1000_shift1", [1000]), ("out.something", [1]));
        Assert.Equal("NOT COMPUTED", Assert.Single(Verify("tables"), row => !row.Holds).Problem);
    }

    [Fact]
    public void A_replay_that_fails_says_why()
    {
        Case("tables", ("out.warp_1000_shift1", [1000]), ("out.warp_1001_shift1", [1]));
        Assert.Contains("A step is 1001", Assert.Single(Verify("tables"), row => !row.Holds).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_lengths_and_numbers_that_are_none_miss()
    {
        Case("tables", ("out.warp_1000_shift1", [1000, 1]), ("out.warp_500_shift1", [float.NaN]));
        Assert.All(Verify("tables"), row => Assert.False(row.Holds));
    }

    [Theory]
    [InlineData("out.pixels", "of no known network")]
    [InlineData("in.x", "holds no out.*: nothing to compare")]
    public void A_case_that_says_nothing_misses(string tensor, string problem)
    {
        Case("other", (tensor, [1]));
        Assert.Equal(problem, Assert.Single(Verify("other")).Problem);
    }

    [Fact]
    public void Broken_files_and_unknown_names_miss()
    {
        Case("good", ("out.warp_1000_shift1", [1000]));
        folder.Write("broken.io.safetensors", [1, 2, 3]);
        Assert.All(Verify("good"), row => Assert.True(row.Holds));
        Assert.False(Assert.Single(Verify("broken")).Holds);
        Assert.Contains("broken, good", Assert.Single(Verify("missing")).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("funi([2,2],1)", new[] { 0.21640219f, 0.10016382f, -0.73454446f, -0.98506582f })]
    [InlineData("2*funi([2],1)", new[] { 0.43280438f, 0.20032764f })]
    [InlineData("(funi([2],1)+1)/2", new[] { 0.6082011f, 0.5500819f })]
    [InlineData("hash32(n,1)>>24 as float, shape [4]", new[] { 155f, 140f, 33f, 1f })]
    public void Formulas_give_the_numbers_of_the_index(string formula, float[] expected)
    {
        float[] found = GoldenFormula.Parse(formula).Values();
        Assert.Equal(expected.Select(value => MathF.Round(value, 6)), found.Select(value => MathF.Round(value, 6)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("normal([2],1)")]
    [InlineData("funi([-2],1)")]
    [InlineData("funi([99999999999],1)")]
    [InlineData("funi([99999,99999,99999],1)")]
    public void Formulas_that_make_no_sense_are_refused(string formula) =>
        Assert.ThrowsAny<WeightFileException>(() => GoldenFormula.Parse(formula).Values());

    IReadOnlyList<GoldenRow> Verify(string name)
    {
        using var device = Device.Parse("cpu:0");
        return GoldenReplay.Run(new GoldenFolder(folder.Root), name, device);
    }

    void Case(string name, params (string Name, float[] Values)[] tensors)
    {
        var header = new Dictionary<string, object>();
        var data = new List<byte>();
        foreach (var (key, values) in tensors)
        {
            header.Add(key, new { dtype = "F32", shape = new[] { values.Length }, data_offsets = new[] { data.Count, data.Count + (4 * values.Length) } });
            foreach (float value in values) data.AddRange(BitConverter.GetBytes(value));
        }
        folder.Write(name + ".io.safetensors", SafeTensorsTests.Bytes(JsonSerializer.Serialize(header), [.. data]));
    }

    public void Dispose() => folder.Dispose();
}
