using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// The published Wan 2.1 transformer, t2v and i2v, whole or causal (the causal students have the same weights): velocities
/// v = noise - data of latents at timesteps 1000 (noise) to 0 (data). It holds no state: who sees whom is the
/// <see cref="IAttentionPattern"/>'s affair. B batch, F latent frames, S tokens, D width.
/// </summary>
public sealed class WanModel
{
    readonly PatchEmbedding patches;
    readonly Linear text1;
    readonly Linear text2;
    readonly PictureEmbedding? picture;
    readonly TimeEmbedding time;
    readonly ContextLayer[] contextLayers;
    readonly TransformerBlock<WanCondition>[] blocks;
    readonly VideoHead head;

    /// <summary>With weights by their published names, and those of an audio add-on, which may come from a file of its own.</summary>
    public WanModel(Weights weights, WanConfig config, MultiTalk? multiTalk = null, FantasyTalking? fantasyTalking = null)
    {
        Config = config.Checked();
        int d = config.Width;
        patches = new PatchEmbedding(weights, config.InputChannels, d);
        text1 = new Linear(weights.Under("text_embedding.0"), config.TextWidth, d);
        text2 = new Linear(weights.Under("text_embedding.2"), d, d);
        if (config.SeesPicture) picture = new PictureEmbedding(weights.Under("img_emb"), config.ImageWidth, d);
        time = new TimeEmbedding(weights, config.Frequencies, d);
        var form = new BlockForm(d, config.FeedForward, config.Heads, [1, 6, d], RestingGate: 0, config.Epsilon);
        (contextLayers, blocks) = (new ContextLayer[config.Layers], new TransformerBlock<WanCondition>[config.Layers]);
        for (int i = 0; i < config.Layers; i++)
        {
            var part = weights.Under($"blocks.{i}");
            contextLayers[i] = new ContextLayer(part, config, i, fantasyTalking?.Layer(i));
            blocks[i] = multiTalk is null ? new(part, form, i, contextLayers[i]) : new(part, form, i, contextLayers[i], multiTalk.Layer(i));
        }
        head = new VideoHead(weights, config.OutputChannels, d, [1, 2, d], epsilon: config.Epsilon);
    }

    public WanConfig Config { get; }

    public Device Device => patches.Device;

    /// <summary>Reads prompts, each [L,text] with L up to 512, and in i2v CLIP's tokens [B,257,C]. The caller disposes.</summary>
    public WanContext Context(ReadOnlySpan<Tensor> prompts, Tensor? clip = null, Action<string, Tensor>? seen = null)
    {
        if (clip is null == Config.SeesPicture) throw new ArgumentException($"A {Config.Type} network was given {(clip is null ? "no picture" : "a picture")}.");
        using var scope = Tensor.Scope();
        var text = text2.Forward(text1.Forward(Padded(prompts)).Gelu());                                      // [B,512,D]
        seen?.Invoke("text_embedding", text);
        var image = clip is null ? null : picture!.Forward(clip);                                             // [B,257,D]
        if (image is not null) seen?.Invoke("img_emb", image);
        return new WanContext(
            [.. contextLayers.Select(layer => layer.ReadText(text).Own())],
            image is null ? null : [.. contextLayers.Select(layer => layer.ReadPicture(image).Own())]);
    }

    // Rows of zeros up to the full length: they are embedded and attended to like any other.
    Tensor Padded(ReadOnlySpan<Tensor> prompts)
    {
        using var scope = Tensor.Scope();
        var rows = new Tensor[prompts.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            var s = prompts[i].Shape;
            if (s.Rank != 2 || s[0] > Config.TextLength || s[1] != Config.TextWidth)
                throw new ArgumentException($"A prompt is {s}, expected up to {Config.TextLength} rows of {Config.TextWidth}.");
            var rest = Tensor.Zeros(Device, [Config.TextLength - s[0], Config.TextWidth]);
            rows[i] = Tensor.Concat(0, prompts[i], rest).Reshape(1, Config.TextLength, Config.TextWidth);
        }
        return scope.Keep(Tensor.Concat(0, rows));
    }

    /// <summary>Velocities [B,out,F,h,w] of latents [B,in,F,h,w]; a timestep for each clip, or for each latent of each clip.</summary>
    public Tensor Forward(Tensor latents, ReadOnlySpan<double> timesteps, WanCondition condition, IAttentionPattern pattern, Action<string, Tensor>? seen = null)
    {
        using var scope = Tensor.Scope();
        var grid = TokenGrid.Of(latents.Shape);
        if (timesteps.Length != latents.Shape[0] && timesteps.Length != latents.Shape[0] * grid.Frames)
            throw new ArgumentException($"{timesteps.Length} timesteps were given for latents {latents.Shape}, expected one for each clip or latent.");
        var x = patches.Forward(latents);                                                                     // [B,D,F,h/2,w/2]
        seen?.Invoke("patch_embedding", x);
        return scope.Keep(VideoHead.Unpatch(Blocks(PatchEmbedding.Tokens(x), timesteps, condition, pattern, seen), grid));
    }

    /// <summary>The same of clips of different sizes, each [1,in,F,h,w], as one batch padded to <paramref name="length"/> tokens.</summary>
    public Tensor[] Forward(ReadOnlySpan<Tensor> clips, ReadOnlySpan<double> timesteps, WanCondition condition, int length)
    {
        if (timesteps.Length != clips.Length) throw new ArgumentException($"{timesteps.Length} timesteps were given for {clips.Length} clips.");
        using var scope = Tensor.Scope();
        var grids = new TokenGrid[clips.Length];
        var tokens = new Tensor[clips.Length];
        for (int i = 0; i < clips.Length; i++)
        {
            grids[i] = TokenGrid.Of(clips[i].Shape);
            if (grids[i].Count > length) throw new ArgumentException($"A clip has {grids[i].Count} tokens, expected at most {length}.");
            var rest = Tensor.Zeros(Device, [1, length - grids[i].Count, Config.Width]);
            tokens[i] = Tensor.Concat(1, PatchEmbedding.Tokens(patches.Forward(clips[i])), rest);
        }
        using var pattern = new PaddedPattern(Device, Config.HeadWidth, grids);
        var y = Blocks(Tensor.Concat(0, tokens), timesteps, condition, pattern, null);                        // [B,length,4 out]
        var velocities = new Tensor[clips.Length];
        for (int i = 0; i < clips.Length; i++)
            velocities[i] = scope.Keep(VideoHead.Unpatch(y.Narrow(0, i, 1).Narrow(1, 0, grids[i].Count), grids[i]));
        return velocities;
    }

    Tensor Blocks(Tensor x, ReadOnlySpan<double> timesteps, WanCondition condition, IAttentionPattern pattern, Action<string, Tensor>? seen)
    {
        using var scope = Tensor.Scope();
        var e = time.Embed(Device, timesteps);                                                                // [n,D]
        var embedding = time.Modulation(e);                                                                   // [n,6D]
        seen?.Invoke("time_embedding", e);
        seen?.Invoke("time_projection", embedding);
        foreach (var block in blocks) scope.Swap(ref x, block.Forward(x, embedding, condition, pattern, seen));
        return scope.Keep(head.Forward(x, e));
    }
}
