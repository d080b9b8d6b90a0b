using TalkingMachines.Evaluation;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>I3D: its features of a video, and the Frechet distance of given features.</summary>
internal sealed class InflatedInceptionCase : IGoldenNetwork
{
    public string Stem => "i3d";

    public bool Recognises(GoldenCase golden) => golden.HasOutput("fvd") || golden.HasWeight("Conv3d_1a_7x7.conv3d.weight");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        var values = new List<GoldenValue>();
        if (golden.HasOutput("fvd"))
            values.Add(new("fvd", [(float)FrechetDistance.Of(golden.Input("fvd_fake"), golden.Input("fvd_real"), golden.InputShape("fvd_fake").Last)]));
        if (!golden.HasOutput("logits400") && !golden.HasOutput("avgpool1024")) return values;
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var network = new InflatedInception(weights);
        var pooled = network.Pooled(golden.Input("video", device));
        var s = pooled.Shape;
        values.Add(new("avgpool1024", pooled.SumTo([s[0], s[1], 1, 1, 1]) * (1f / s[2])));
        values.Add(new("logits400", network.LogitsOf(pooled)));
        return values;
    }
}
