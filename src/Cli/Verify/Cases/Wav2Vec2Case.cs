using System.Text.Json;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>wav2vec 2.0 from samples to hidden states, as they are and resampled to a video's frames (interp_...).</summary>
internal sealed class Wav2Vec2Case : IGoldenNetwork
{
    public string Stem => "wav2vec2";

    public bool Recognises(GoldenCase golden) =>
        golden.HasWeight("wav2vec2.feature_projection.projection.weight") || golden.HasWeight("feature_projection.projection.weight");

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        using var scope = Tensor.Scope();
        var network = new Wav2Vec2(weights, Config(golden, Wav2Vec2Config.Of(weights)));
        var sound = Wav2Vec2.Normalise(golden.Input("wav", device));
        var features = network.Features(sound);
        var states = network.HiddenStates(features);
        var values = new List<GoldenValue>
        {
            new("normalized", sound), new("conv_features", features), new("pos_conv_plus_ln(hidden0)", states[0]),
            new("hidden_states", Stacked(states)), new("last_hidden_state", states[^1]),
        };
        if (!golden.HasOutput("interp_features") && !golden.HasOutput("interp_hidden_states")) return values;
        var resampled = Wav2Vec2.Resample(features, Frames(golden));
        values.Add(new("interp_features", resampled));
        values.Add(new("interp_hidden_states", Stacked(network.HiddenStates(resampled))));
        return values;
    }

    /// <summary>What weights don't tell: strides and heads, under the names of torchaudio or of Hugging Face.</summary>
    static Wav2Vec2Config Config(GoldenCase golden, Wav2Vec2Config config)
    {
        config = config with { Heads = golden.Number("encoder_num_heads", golden.Number("num_attention_heads", config.Heads)) };
        if (golden.HasConfig("layer_norm_first")) config = config with { NormFirst = golden.Config.GetProperty("layer_norm_first").GetBoolean() };
        if (golden.HasConfig("do_stable_layer_norm")) config = config with { NormFirst = golden.Config.GetProperty("do_stable_layer_norm").GetBoolean() };
        int[]? strides = golden.HasConfig("conv") ? [.. golden.Config.GetProperty("conv").EnumerateArray().Select(layer => layer[2].GetInt32())]
            : golden.HasConfig("conv_stride") ? [.. golden.Config.GetProperty("conv_stride").EnumerateArray().Select(stride => stride.GetInt32())]
            : null;
        if (strides is null) return config;
        if (strides.Length != config.Convolutions.Count) throw new JsonException($"The config has {strides.Length} strides, expected {config.Convolutions.Count}.");
        return config with { Convolutions = [.. config.Convolutions.Zip(strides, (layer, stride) => layer with { Stride = stride })] };
    }

    static int Frames(GoldenCase golden) =>
        golden.Number("interp_len", golden.Output(golden.HasOutput("interp_features") ? "interp_features" : "interp_hidden_states").Shape[1]);

    static Tensor Stacked(Tensor[] states) => Tensor.Concat(0, states);
}
