using System.Globalization;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>Wan's autoencoder: moments of a video, frames of latents as a whole and in pieces (stream_A_B: latents A to B), and what a stream remembers.</summary>
internal sealed class WanAutoencoderCase : IGoldenNetwork
{
    const string Stream = "stream_", Cache = "cache_after_";

    public string Stem => "wan_vae";

    public bool Recognises(GoldenCase golden) => golden.HasWeight("decoder.upsamples.0.residual.0.gamma");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var config = WanAutoencoderConfig.Of(weights);
        if (golden.HasInput("mean")) config = config with { Mean = golden.Input("mean"), Deviation = golden.Input("std") };
        var network = new WanAutoencoder(weights, config);
        var values = new List<GoldenValue>();
        if (golden.HasInput("video")) Encode(golden, network, golden.Input("video", device), values);
        if (golden.HasInput("z")) Decode(golden, network, golden.Input("z", device), values);
        return values;
    }

    static void Encode(GoldenCase golden, WanAutoencoder network, Tensor video, List<GoldenValue> values)
    {
        if (golden.HasOutput("mu")) values.Add(new("mu", network.Encode(video)));
        if (golden.HasOutput("mu_first_frame_only")) values.Add(new("mu_first_frame_only", network.Encode(video.Narrow(2, 0, 1))));
    }

    static void Decode(GoldenCase golden, WanAutoencoder network, Tensor z, List<GoldenValue> values)
    {
        if (golden.HasOutput("decode")) values.Add(new("decode", network.Decode(z)));
        using var cache = new FrameCache();
        foreach (var (from, to) in golden.Outputs.Where(name => name.StartsWith(Stream, StringComparison.Ordinal)).Select(Ends).Order())
            values.Add(new($"{Stream}{from}_{to}", network.Decode(z.Narrow(2, from, to - from), cache)));
        foreach (string name in golden.Outputs.Where(name => name.StartsWith(Cache, StringComparison.Ordinal)))
            values.Add(new(name, Slot(network, z, name)));
    }

    static (int From, int To) Ends(string name)
    {
        string[] ends = name[Stream.Length..].Split('_');
        return (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Of cache_after_N_latents.SLOT</summary>
    static float[] Slot(WanAutoencoder network, Tensor z, string name)
    {
        using var scope = Tensor.Scope();
        string[] words = name[Cache.Length..].Split('_', '.');
        using var cache = new FrameCache();
        network.Decode(z.Narrow(2, 0, int.Parse(words[0], CultureInfo.InvariantCulture)), cache);
        return cache.Slots[int.Parse(words[^1], CultureInfo.InvariantCulture)].ToArray();
    }
}
