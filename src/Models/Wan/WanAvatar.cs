using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// A loaded model of the Wan family: the transformer with its audio layers on one device, the autoencoders on another or the same.
/// Encoders of prompts, pictures and sound come and go by <see cref="WanConditions"/>.
/// </summary>
public sealed class WanAvatar : IDisposable
{
    readonly List<Weights> weights = [];
    readonly MultiTalk? multiTalk;
    readonly FantasyTalking? fantasyTalking;

    /// <summary>Loads transformer, audio layers and autoencoders. The folder stays open, and the caller's, as long as this lives.</summary>
    public WanAvatar(WanFolder folder, Device diffusion, Device decoder)
    {
        (Folder, Diffusion, Decoder) = (folder, diffusion, decoder);
        try
        {
            if (folder.AddOn == WanPart.MultiTalk) multiTalk = new MultiTalk(Load(WanPart.MultiTalk, diffusion), folder.Config, folder.MultiTalkConfig());
            else if (folder.AddOn == WanPart.FantasyTalking) fantasyTalking = folder.FantasyTalking(Load(WanPart.FantasyTalking, diffusion));
            Model = new WanModel(Load(WanPart.Transformer, diffusion), folder.Config, multiTalk, fantasyTalking);
            Decoding = Autoencoder(folder.Decoder);
            Encoding = folder.Encoder == folder.Decoder ? Decoding : Autoencoder(folder.Encoder);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public WanFolder Folder { get; }

    public WanConfig Config => Folder.Config;

    public Device Diffusion { get; }

    public Device Decoder { get; }

    public WanModel Model { get; }

    /// <summary>Makes frames of latents.</summary>
    public VideoAutoencoder Decoding { get; }

    /// <summary>Makes latents of pictures.</summary>
    public VideoAutoencoder Encoding { get; }

    /// <summary>The weights of a part, for as long as it is used.</summary>
    internal static Weights Open(WanFolder folder, WanPart part, Device device) =>
        folder.LeavesWeights ? Weights.Left(device, folder.Parts[part]) : Weights.From(device, folder.Parts[part]);

    Weights Load(WanPart part, Device device)
    {
        var loaded = Open(Folder, part, device);
        weights.Add(loaded);
        return loaded;
    }

    VideoAutoencoder Autoencoder(WanPart part)
    {
        var from = Load(part, Decoder);
        if (part == WanPart.Autoencoder) return new FullVideoAutoencoder(new WanAutoencoder(from, WanAutoencoderConfig.Of(from)));
        var config = TinyAutoencoderConfig.Of(from);
        return new TinyVideoAutoencoder(new TinyAutoencoder(from, config), Folder.IsLightTiny ? LatentScale.OfWan(from, config.LatentChannels) : null);
    }

    /// <summary>The sound of a scene as its audio layers want it; null for a model without. The caller disposes.</summary>
    public SpeechTrack? Track(WanConditions conditions, WanScene scene)
    {
        if (conditions.Sounds.Count == 0) return null;
        using var scope = Tensor.Scope();
        return multiTalk is not null
            ? new MultiTalkTrack(multiTalk, Folder.MultiTalkConfig(), [.. conditions.Sounds.Select(sound => sound.Detach().Own())], Map(scene))
            : new FantasyTalkingTrack(fantasyTalking!.Project(conditions.Sounds[0]).Own(), scene.Frames);
    }

    SpeakerMap? Map(WanScene scene)
    {
        if (scene.Speakers is not { } areas) return null;
        var grid = SpeakerAreas.Grid(scene.Size);
        return new SpeakerMap(Diffusion, new AttentionHeads(Config.Width, Config.Heads), grid, areas.Masks(scene.Size), grid.Height, grid.Width);
    }

    public void Dispose()
    {
        foreach (var each in weights) each.Dispose();
    }
}
