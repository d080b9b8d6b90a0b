using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>What belongs to the latents of one chunk.</summary>
/// <param name="Picture">In i2v: mask and picture [B,20,F,h,w], joined to the noisy latents.</param>
/// <param name="Speech">With an audio add-on: what is said.</param>
public sealed record WanDrive(Tensor? Picture = null, SpeechTokens? Speech = null);

/// <summary>
/// Chunk after chunk from a causal student (FACTS 4.2): each step guesses the clean chunk and noises it again with fresh
/// noise to the next timestep; the finished chunk passes once more at timestep 0, so that the next ones see it clean.
/// </summary>
public sealed class WanRollout : ChunkRollout<WanDrive>
{
    readonly WanModel model;
    readonly WanContext context;
    readonly RollingPattern pattern;
    readonly double[] timesteps;
    readonly Func<long, int, Tensor> noise;
    int frame;
    int frames;

    /// <summary>
    /// With the timesteps of the steps, from 1000 downwards, whose noise levels stand in the table. <paramref name="noise"/>
    /// makes noise [B,16,F,h,w] by chunk and draw. Context and pattern stay the caller's.
    /// </summary>
    public WanRollout(WanModel model, WanContext context, RollingPattern pattern, TimestepTable table, double[] timesteps, Func<long, int, Tensor> noise)
        : base([.. timesteps.Select(t => (float)(1 - table.Sigma(t)))])
    {
        if (timesteps.Length == 0) throw new ArgumentException("No timesteps were given, expected at least one.");
        (this.model, this.context, this.pattern, this.timesteps, this.noise) = (model, context, pattern, timesteps, noise);
    }

    /// <summary>Noise by seed, chunk and draw alone: endless, and the same on every device.</summary>
    public static Func<long, int, Tensor> Noise(Device device, Shape shape, ulong seed)
    {
        var random = new RandomStream(seed);
        return (chunk, draw) => Tensor.Normal(device, shape, random.Fork((ulong)chunk).Fork((ulong)draw));
    }

    /// <summary>The next chunk's latents [B,16,F,h,w], in the current scope.</summary>
    public Tensor Next(WanDrive drive) => Denoise(drive);

    /// <summary>Shows the network latents that are given, such as a picture's at the start: they count as passed.</summary>
    public void Show(Tensor latents, WanDrive drive)
    {
        frames = latents.Shape[2];
        Remember(latents, drive);
    }

    protected override Tensor Noise(int draw)
    {
        var fresh = noise(Chunk, draw);
        if (draw == 0) frames = fresh.Shape[2];
        return fresh;
    }

    protected override Tensor Velocity(Tensor x, int step, WanDrive condition)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(-Pass(x, timesteps[step], condition)); // Wan's velocities point to the noise
    }

    Tensor Pass(Tensor x, double timestep, WanDrive drive)
    {
        using var scope = Tensor.Scope();
        pattern.Begin(frame, frames);
        var input = drive.Picture is null ? x : Tensor.Concat(1, x, drive.Picture);
        double[] times = new double[x.Shape[0]];
        Array.Fill(times, timestep);
        return scope.Keep(model.Forward(input, times, new WanCondition(context, drive.Speech), pattern));
    }

    protected override Tensor Advance(Tensor x, Tensor velocity, float t, float next, int step)
    {
        using var scope = Tensor.Scope();
        var clean = x + (velocity * (1 - t));
        return scope.Keep(step + 1 == timesteps.Length ? clean : (clean * next) + (Noise(step + 1) * (1 - next)));
    }

    protected override void Remember(Tensor x, WanDrive condition)
    {
        using var scope = Tensor.Scope();
        Pass(x, 0, condition);
        frame += frames;
    }
}
