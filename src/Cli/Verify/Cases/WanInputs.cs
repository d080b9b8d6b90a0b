using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>What all cases of the Wan family have in common: configuration, prompt, picture, and what arises on the way.</summary>
internal static class WanInputs
{
    public const string Patches = "patch_embedding.weight", Text = "text_embedding.0.weight", Clip = "img_emb.proj.0.weight";

    /// <summary>The case's configuration, completed by the shapes of its weights where config.json names no width.</summary>
    public static WanConfig Config(GoldenCase golden)
    {
        var config = WanConfig.Parse(golden.Config.GetRawText());
        var stored = golden.Weights.Tensors;
        if (stored.TryGetValue(Text, out var text) && text.Shape.Rank == 2) config = config with { TextWidth = text.Shape[1] };
        if (stored.TryGetValue(Clip, out var clip)) config = config with { ImageWidth = clip.Shape.Last };
        return config.Checked();
    }

    /// <summary>An input [C,F,h,w] or [B,C,F,h,w] as the latter; null where the case has none.</summary>
    public static Tensor? Video(GoldenCase golden, string name, Device device)
    {
        if (!golden.HasInput(name)) return null;
        var x = golden.Input(name, device);
        return x.Shape.Rank == 5 ? x : x.Reshape([1, .. x.Shape]);
    }

    /// <summary>Noisy latents with what the case adds to them in i2v.</summary>
    public static Tensor Latents(GoldenCase golden, string noisy, string picture, Device device)
    {
        var x = Video(golden, noisy, device)!;
        return Video(golden, picture, device) is { } y ? Tensor.Concat(1, x, y) : x;
    }

    /// <summary>Prompts, each [L,text], of an input [L,text] or [B,L,text].</summary>
    public static Tensor[] Prompts(GoldenCase golden, string name, Device device)
    {
        var text = golden.Input(name, device);
        if (text.Shape.Rank == 2) return [text];
        return [.. Enumerable.Range(0, text.Shape[0]).Select(i => text.Narrow(0, i, 1).Reshape(text.Shape[1], text.Shape[2]))];
    }

    /// <summary>The context of the clips of x.</summary>
    public static WanContext Context(GoldenCase golden, WanModel model, Action<string, Tensor>? seen = null) =>
        model.Context(Prompts(golden, "context", model.Device), golden.HasInput("clip_fea") ? golden.Input("clip_fea", model.Device) : null, seen);

    public static double[] Timesteps(GoldenCase golden, string name) => [.. golden.Input(name).Select(t => (double)t)];

    /// <summary>Collects those tensors that the case asks for, under a name with an ending of its own.</summary>
    public static Action<string, Tensor> Collect(GoldenCase golden, List<GoldenValue> found, string ending = "") => (name, tensor) =>
    {
        if (golden.HasOutput(name + ending)) found.Add(new(name + ending, tensor));
    };
}
