using TalkingMachines.Models.Image;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>CLIP's visual tower: of each in.image_X the prepared picture pre_X, the features feat_X and, with the last layer, all_blocks_X.</summary>
internal sealed class ClipVisualCase : IGoldenNetwork
{
    const string Prepared = "pre_", Features = "feat_", All = "all_blocks_";

    public string Stem => "clip";

    public bool Recognises(GoldenCase golden) => golden.HasWeight("visual.patch_embedding.weight");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device) => [.. Outputs(golden, device, 1, Prepared, Features), .. Outputs(golden, device, 0, All)];

    static List<GoldenValue> Outputs(GoldenCase golden, Device device, int leftOut, params string[] kinds)
    {
        var values = new List<GoldenValue>();
        string[] names = [.. golden.Outputs.Where(name => kinds.Any(kind => name.StartsWith(kind, StringComparison.Ordinal)))];
        if (names.Length == 0) return values;
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var config = ClipVisualConfig.Of(weights, golden.HasConfig("num_heads") ? golden.Number("num_heads", 1) : null);
        var network = new ClipVisualEncoder(weights, config with { LeftOut = leftOut });
        foreach (string name in names)
        {
            string kind = kinds.First(kind => name.StartsWith(kind, StringComparison.Ordinal));
            var prepared = network.Prepare(Picture(golden.Input("image_" + name[kind.Length..], device)));
            values.Add(new(name, kind == Prepared ? prepared : network.Features(prepared)));
        }
        return values;
    }

    // Pictures come as one-frame videos [3,1,H,W], channels first.
    static Tensor Picture(Tensor image) => image.Shape.Rank == 3 ? image.Reshape(1, image.Shape[0], image.Shape[1], image.Shape[2]) : image.Permute(1, 0, 2, 3);
}
