using TalkingMachines.Models.Video;
using TalkingMachines.Models.Wan;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models;

/// <summary>The <see cref="Budget"/> of a model folder of ours, from its configuration and the headers of its files alone.</summary>
public static class AvatarBudget
{
    const int ActivationRows = 13; // as wide as the network, of each token in a block

    /// <summary>For a video of so many seconds.</summary>
    public static Budget Of(string folder, double seconds)
    {
        var config = Avatar.ReadConfig(Path.Combine(folder, Avatar.ConfigFile));
        string weights = Avatar.WeightsFolder(folder, config);
        BudgetPart[] parts = [Part(weights, Avatar.TransformerFile), Part(weights, Avatar.AudioFile), Part(weights, Avatar.AutoencoderFile)];
        long tokens = (long)config.ChunkLatents * config.Tokens, keys = (2 * tokens) + config.Tokens, pixels = (long)config.Picture * config.Picture;
        var autoencoder = config.Autoencoder;
        BudgetMemory[] memory =
        [
            new("transformer and hearing", parts[0].Parameters + parts[1].Parameters, false),
            new("keys and values of the past", CachedPattern.CacheBytes(config) / sizeof(float), false),
            new("activations of a pass", tokens * Math.Max(ActivationRows * config.Width, (5 * config.Width) + (2 * config.FeedForward)), false),
            new("autoencoder", parts[2].Parameters, true),
            new("frames of a chunk at work", config.ChunkFrames * pixels * (3 + (autoencoder.Width4 / 4)), true),
        ];
        double chunks = Math.Ceiling(seconds * config.FramesPerSecond / config.ChunkFrames), d = config.Width;
        double pass = tokens * config.Layers * ((8 * d * d) + (4 * d * config.FeedForward) + (4 * keys * d));
        BudgetWork[] work = [new($"transformer, a pass over {tokens} tokens (the decoder is not counted)", pass, chunks * config.Steps.Length)];
        string video = FormattableString.Invariant($"{config.Picture}x{config.Picture}, {seconds:0.#} s at {config.FramesPerSecond} frames a second, {config.Steps.Length} steps a chunk");
        return new Budget(video, seconds, parts, memory, work, 0);
    }

    static BudgetPart Part(string folder, string file)
    {
        using var source = SafeTensors.Open(Path.Combine(folder, file));
        return new BudgetPart(Path.GetFileNameWithoutExtension(file), source.Name, source.Tensors.Values.Sum(tensor => tensor.Shape.Count), source.Tensors.Values.Sum(tensor => tensor.Bytes));
    }
}
