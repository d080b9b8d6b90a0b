using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>TAEHV, whose reference has frames before channels: [N,T,C,H,W].</summary>
internal sealed class TinyAutoencoderCase : IGoldenNetwork
{
    const string Raw = "decode_raw_before_clamp_and_trim";

    public string Stem => "taehv";

    public bool Recognises(GoldenCase golden) => golden.HasWeight("decoder.3.conv.0.weight");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var network = new TinyAutoencoder(weights, TinyAutoencoderConfig.Of(weights));
        var values = new List<GoldenValue>();
        if (golden.HasOutput(Raw))
        {
            using var cache = new FrameCache();
            values.Add(new(Raw, Turned(network.DecodeRaw(Turned(golden.Input("z", device)), cache))));
        }
        if (golden.HasOutput("decode")) values.Add(new("decode", Turned(network.Decode(Turned(golden.Input("z", device))))));
        if (golden.HasOutput("encode")) values.Add(new("encode", Turned(network.Encode(Turned(golden.Input("x", device))))));
        return values;
    }

    static Tensor Turned(Tensor x) => x.Permute(0, 2, 1, 3, 4);
}
