using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// Chunk after chunk of a causal student, in constant memory (FACTS 4.2). A network with channels for a picture is given
/// it with every chunk; one without is shown the picture's latent as the video's first.
/// </summary>
public sealed class CausalFilm : WanFilm
{
    readonly WanSampling sampling;
    readonly RollingPattern pattern;
    readonly WanRollout rollout;
    readonly PictureStream? pictures;
    readonly FrameCache cache = new();
    Action? stepped;
    int latent;

    public CausalFilm(WanAvatar avatar, WanSampling sampling, WanScene scene, WanConditions conditions)
        : base(avatar, scene, conditions, withNegative: false) // students were taught what guidance gives
    {
        this.sampling = sampling;
        var (device, size) = (avatar.Diffusion, scene.Size);
        var table = new TimestepTable(sampling.Shift);
        pattern = new RollingPattern(device, avatar.Config, size.LatentHeight / TokenGrid.Patch, size.LatentWidth / TokenGrid.Patch, sampling.Window, sampling.Sink);
        var noise = WanRollout.Noise(device, [1, avatar.Config.OutputChannels, sampling.ChunkLatents, size.LatentHeight, size.LatentWidth], scene.Seed);
        rollout = new WanRollout(avatar.Model, Prompt, pattern, table, [.. sampling.StepList.Select(step => sampling.WarpsSteps ? table.Warp(step) : step)], (chunk, draw) =>
        {
            stepped?.Invoke();
            return noise(chunk, draw);
        });
        if (Picture is not null) pictures = new PictureStream(avatar.Encoding, Picture);
    }

    public override void Next(Action<Tensor> show, Action? stepped = null)
    {
        this.stepped = stepped;
        using var scope = Tensor.Scope();
        if (latent == 0 && pictures is not null && !TakesPicture)
        {
            var given = Moved(pictures.Next(1), Avatar.Diffusion).Narrow(1, WanSampling.FramesPerLatent, Avatar.Config.OutputChannels);
            rollout.Show(given, Drive(1));
            Pass(given, show);
            return;
        }
        Pass(rollout.Next(Drive(sampling.ChunkLatents)), show);
    }

    void Pass(Tensor latents, Action<Tensor> show)
    {
        latent += latents.Shape[2];
        Show(latents, cache, show);
    }

    WanDrive Drive(int count)
    {
        int first = latent == 0 ? 0 : 1 + (WanSampling.FramesPerLatent * (latent - 1));
        int frames = (WanSampling.FramesPerLatent * count) - (latent == 0 ? WanSampling.FramesPerLatent - 1 : 0);
        return new WanDrive(TakesPicture ? Moved(pictures!.Next(count), Avatar.Diffusion) : null, Track?.Heard(first, frames));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        pattern.Dispose();
        pictures?.Dispose();
        cache.Dispose();
    }
}
