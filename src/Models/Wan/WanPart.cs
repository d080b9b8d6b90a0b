using System.Text.RegularExpressions;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>A network that a folder of the Wan family may hold.</summary>
public enum WanPart
{
    Transformer,
    Autoencoder,
    TinyAutoencoder,
    TextEncoder,
    ImageEncoder,
    SoundEncoder,
    MultiTalk,
    FantasyTalking,
}

/// <summary>Which network a file of weights is of, told by its keys: publishers and repackagers name files as they like.</summary>
public static partial class WanParts
{
    static readonly (WanPart Part, string[] Keys)[] Signs =
    [
        (WanPart.Transformer, ["patch_embedding.weight", "text_embedding.0.weight"]),
        (WanPart.Autoencoder, ["encoder.downsamples.0.residual.2.weight"]),
        (WanPart.TinyAutoencoder, ["encoder.0.weight", "decoder.1.weight"]),
        (WanPart.TextEncoder, ["token_embedding.weight", "blocks.0.attn.q.weight"]),
        (WanPart.ImageEncoder, ["visual.patch_embedding.weight"]),
        (WanPart.SoundEncoder, ["feature_projection.projection.weight"]),
        (WanPart.SoundEncoder, ["wav2vec2.feature_projection.projection.weight"]),
        (WanPart.MultiTalk, ["audio_proj.proj1.weight"]),
        (WanPart.FantasyTalking, ["proj_model.proj.weight"]),
    ];

    /// <summary>The network whose weights these are; null where none of the family.</summary>
    public static WanPart? Of(IWeightSource source)
    {
        foreach (var (part, keys) in Signs)
            if (Array.TrueForAll(keys, source.Tensors.ContainsKey)) return part;
        return null;
    }

    /// <summary>
    /// What a file holds, network by network: MultiTalk's layers may lie among those of the transformer that they belong to, as by the
    /// index that MultiTalk publishes. Views: the source stays the caller's.
    /// </summary>
    public static IEnumerable<IWeightSource> Apart(IWeightSource source)
    {
        if (Of(source) != WanPart.Transformer || !source.Tensors.Keys.Any(IsMultiTalk)) return [source];
        IWeightSource Those(bool talk) => new RenamedWeights(source, source.Tensors.Keys.Where(name => IsMultiTalk(name) == talk).ToDictionary(name => name, StringComparer.Ordinal));
        return [Those(false), Those(true)];
    }

    static bool IsMultiTalk(string name) => MultiTalkLayer().IsMatch(name);

    [GeneratedRegex(@"^(audio_proj|blocks\.\d+\.(audio_cross_attn|norm_x))\.")]
    private static partial Regex MultiTalkLayer();

    /// <summary>What errors and tables call it, with the name of a published file.</summary>
    public static string Described(this WanPart part) => part switch
    {
        WanPart.Transformer => "transformer (such as diffusion_pytorch_model.safetensors)",
        WanPart.Autoencoder => "autoencoder (such as Wan2.1_VAE.pth)",
        WanPart.TinyAutoencoder => "tiny autoencoder (such as taew2_1.pth)",
        WanPart.TextEncoder => "text encoder (such as models_t5_umt5-xxl-enc-bf16.pth)",
        WanPart.ImageEncoder => "CLIP image encoder (such as models_clip_open-clip-xlm-roberta-large-vit-huge-14.pth)",
        WanPart.SoundEncoder => "wav2vec2 sound encoder (such as chinese-wav2vec2-base/model.safetensors)",
        WanPart.MultiTalk => "MultiTalk audio layers (such as multitalk.safetensors)",
        WanPart.FantasyTalking => "FantasyTalking audio layers (such as fantasytalking_model.ckpt)",
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "unknown part"),
    };
}
