using System.Globalization;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Text;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>umT5's encoder: features of padded texts; blockL_rowR_N, state of text R's first N tokens after layer L; buckets_A_B, classes of distances A to B.</summary>
internal sealed class UmT5Case : IGoldenNetwork
{
    public string Stem => "t5";

    public bool Recognises(GoldenCase golden) => golden.HasWeight("token_embedding.weight") && golden.HasWeight("blocks.0.ffn.gate.0.weight");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var network = new UmT5Encoder(weights, UmT5Config.Of(weights));
        int length = golden.InputShape("ids").Last;
        int[] ids = golden.Integers("ids");
        int[] mask = golden.HasInput("mask") ? golden.Integers("mask") : [.. ids.Select(_ => 1)];
        var values = new List<GoldenValue>();
        foreach (string name in golden.Outputs)
        {
            if (name == "hidden") values.Add(new(name, network.Forward(ids, mask, length)));
            else if (name.StartsWith("buckets_", StringComparison.Ordinal)) values.Add(new(name, Buckets(Numbers(name), network.Config.Buckets)));
            else if (name.StartsWith("block", StringComparison.Ordinal)) values.Add(new(name, State(network, ids, mask, length, Numbers(name))));
        }
        return values;
    }

    /// <summary>The numbers among the words of a name such as block0_row1_13.</summary>
    static int[] Numbers(string name) =>
        [.. name.Split('_').Select(word => word.TrimStart([.. "abcdefghijklmnopqrstuvwxyz"])).Where(word => word.Length > 0).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];

    static int[] Buckets(int[] ends, int buckets) => [.. Enumerable.Range(ends[0], ends[1] - ends[0] + 1).Select(distance => RelativePositions.Bucket(distance, buckets))];

    static Tensor State(UmT5Encoder network, int[] ids, int[] mask, int length, int[] numbers)
    {
        int start = numbers[1] * length;
        return network.Features(ids.AsSpan(start, length), mask.AsSpan(start, length), numbers[0] + 1).Narrow(1, 0, numbers[2]);
    }
}
