using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models;

/// <summary>
/// The video transformer as a flow: what it says of a noisy latent becomes a velocity. Latents are code differences to the
/// reference picture, of unit deviation over the training clips; x_t = t x1 + (1 - t) x0 with x0 noise and x1 data (paper, eq. 1).
/// The network answers only what a linear guess cannot: velocity = guess + deviation * network, target of unit variance
/// (MINI-MODEL, "Target preconditioned"). B batch, F latents, C channels.
/// </summary>
public sealed class AvatarModel
{
    readonly Tensor scale;
    readonly Tensor deviation;
    readonly float[] deviations;

    public AvatarModel(Weights weights, AvatarConfig config, bool withAudio = true)
    {
        Config = config;
        Transformer = new VideoTransformer(weights, config, withAudio);
        int c = config.Autoencoder.LatentChannels, side = config.LatentSide;
        scale = weights.Get("latent.scale", [c], Initial.Ones);
        deviation = weights.Get("latent.deviation", [c, side, side], Initial.Ones);
        deviations = deviation.ToArray();
    }

    public AvatarConfig Config { get; }

    public VideoTransformer Transformer { get; }

    public Device Device => scale.Device;

    /// <summary>Whether a weight is measured on clips, never trained.</summary>
    public static bool IsStatistic(string weight) => weight.StartsWith("latent.", StringComparison.Ordinal);

    /// <summary>A rollout for a character's reference features [1,C,1,h,w], of the model's kind.</summary>
    public IRollout Rollout(Tensor referenceAt16, ulong seed) =>
        Config.Bidirectional ? new TeacherRollout(this, referenceAt16, seed) : new BlockRollout(this, referenceAt16, seed);

    /// <summary>What a chunk starts from [1,C,F,h,w]: a function of stream and chunk alone, endless.</summary>
    internal Tensor ChunkNoise(RandomStream random, long chunk) =>
        Tensor.Normal(Device, [1, Config.Autoencoder.LatentChannels, Config.ChunkLatents, Config.LatentSide, Config.LatentSide], random.Fork((ulong)chunk));

    /// <summary>Sets the statistics of the training latents: deviation by channel, and by cell after dividing by that.</summary>
    public void SetStatistics(ReadOnlySpan<float> scale, ReadOnlySpan<float> deviation)
    {
        this.scale.Load(scale);
        this.deviation.Load(deviation);
        deviation.CopyTo(deviations);
    }

    /// <summary>Codes [4 F,C/4,h,w] of one clip, and its reference's code [1,C/4,h,w], to latents [1,C,F,h,w].</summary>
    public Tensor ToLatents(Tensor codes, Tensor referenceCode)
    {
        using var scope = Tensor.Scope();
        var s = codes.Shape;
        int f = s[0] / AutoencoderConfig.FramesPerLatent, c = Config.Autoencoder.LatentChannels;
        var latents = (codes - referenceCode).Reshape(1, f, c, s[2], s[3]).Permute(0, 2, 1, 3, 4);
        return scope.Keep(latents / scale.Reshape(1, c, 1, 1, 1));
    }

    /// <summary>The inverse: latents [1,C,F,h,w] to codes [4 F,C/4,h,w] for the decoder.</summary>
    public Tensor ToCodes(Tensor latents, Tensor referenceCode)
    {
        using var scope = Tensor.Scope();
        var s = latents.Shape;
        var codes = (latents * scale.Reshape(1, s[1], 1, 1, 1)).Permute(0, 2, 1, 3, 4)
            .Reshape(s[2] * AutoencoderConfig.FramesPerLatent, Config.Autoencoder.CodeChannels, s[3], s[4]);
        return scope.Keep(codes + referenceCode);
    }

    /// <summary>Factors [n,C,1,h,w] of each latent's time: of the input, of the linear guess, and of the network's answer.</summary>
    public (Tensor Input, Tensor Guess, Tensor Answer) Factors(ReadOnlySpan<float> times)
    {
        int cells = deviations.Length, side = Config.LatentSide;
        float[] input = new float[times.Length * cells], guess = new float[input.Length], answer = new float[input.Length];
        for (int n = 0; n < times.Length; n++)
            for (int i = 0; i < cells; i++)
            {
                float t = times[n], s = deviations[i], variance = (t * t * s * s) + ((1 - t) * (1 - t));
                int at = (n * cells) + i;
                input[at] = 1 / MathF.Sqrt(variance);
                guess[at] = ((t * s * s) - (1 - t)) / variance;
                answer[at] = s / MathF.Sqrt(variance);
            }
        Shape shape = [times.Length, Config.Autoencoder.LatentChannels, 1, side, side];
        return (Tensor.From(Device, shape, input), Tensor.From(Device, shape, guess), Tensor.From(Device, shape, answer));
    }
}
