using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>What is to be filmed.</summary>
/// <param name="Size">Of the video.</param>
/// <param name="Frames">How many frames it will have at least.</param>
/// <param name="Seed">Of the noise: the same seed gives the same video.</param>
/// <param name="Picture">[1,3,H,W] in [-1, 1], of any size; null for a video of words alone.</param>
/// <param name="Speakers">Where two speakers are in the picture (MultiTalk, clips); null with one.</param>
public sealed record WanScene(PictureSize Size, int Frames, ulong Seed, Tensor? Picture, SpeakerAreas? Speakers = null);

/// <summary>
/// A video of the Wan family piece by piece: chunks of a causal student without end, or clips of a bidirectional model. What a piece
/// holds is shown latent by latent as it is decoded.
/// </summary>
public abstract class WanFilm : IDisposable
{
    readonly WanContext? negative;

    /// <param name="conditions">Read at once; may be disposed afterwards.</param>
    protected WanFilm(WanAvatar avatar, WanScene scene, WanConditions conditions, bool withNegative)
    {
        (Avatar, Scene) = (avatar, scene);
        using var scope = Tensor.Scope();
        Prompt = avatar.Model.Context([conditions.Prompt], conditions.Clip);
        if (withNegative) negative = avatar.Model.Context([conditions.Negative], conditions.Clip);
        Track = avatar.Track(conditions, scene);
        // At full size, not smoothed, as the reference has it (FACTS 1.6).
        Picture = scene.Picture is null ? null : Moved(
            Layers.Interpolation.Bicubic(scene.Picture, scene.Size.Height, scene.Size.Width).Reshape(1, 3, 1, scene.Size.Height, scene.Size.Width), avatar.Decoder).Detach().Own();
    }

    /// <summary>The film of a model's kind: causal or of clips.</summary>
    public static WanFilm Of(WanAvatar avatar, WanSampling sampling, WanScene scene, WanConditions conditions) =>
        sampling.Causal ? new CausalFilm(avatar, sampling, scene, conditions) : new ClipFilm(avatar, sampling, scene, conditions);

    protected WanAvatar Avatar { get; }

    protected WanScene Scene { get; }

    protected WanContext Prompt { get; }

    protected WanContext Negative => negative ?? Prompt;

    protected SpeechTrack? Track { get; }

    /// <summary>The picture as the video's first frame [1,3,1,H,W], on the decoder's device.</summary>
    protected Tensor? Picture { get; }

    /// <summary>Whether the network has channels for a picture beside the noisy ones.</summary>
    protected bool TakesPicture => Avatar.Config.InputChannels > Avatar.Config.OutputChannels;

    /// <summary>Makes the next piece; frames [1,3,T,H,W] in about [-1, 1] are shown in order. <paramref name="stepped"/> is called after each pass through the network, and may throw to stop.</summary>
    public abstract void Next(Action<Tensor> show, Action? stepped = null);

    /// <summary>Decodes latents [1,16,n,h,w] one by one.</summary>
    protected void Show(Tensor latents, FrameCache cache, Action<Tensor> show)
    {
        for (int i = 0; i < latents.Shape[2]; i++)
        {
            using var scope = Tensor.Scope();
            show(Avatar.Decoding.Decode(Moved(latents.Narrow(2, i, 1), Avatar.Decoder), cache));
        }
    }

    /// <summary>On a device, in the current scope; itself where it is there already.</summary>
    protected static Tensor Moved(Tensor x, Device to) => x.Device == to ? x : Tensor.From(to, x.Shape, x.ToArray());

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Prompt.Dispose();
        negative?.Dispose();
        Track?.Dispose();
        Picture?.Dispose();
    }
}
