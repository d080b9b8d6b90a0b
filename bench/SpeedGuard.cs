using System.Diagnostics;
using System.Globalization;
using TalkingMachines.Models;
using TalkingMachines.Models.Video;
using TalkingMachines.Serving;
using TalkingMachines.Tensors;

namespace TalkingMachines.Bench;

/// <summary>A ratio of two times of one core, and the least that it may be.</summary>
/// <param name="Value">1 would be the hardware's peak, or products alone.</param>
public sealed record GuardedRatio(string Name, double Value, double Least)
{
    public bool Holds => Value >= Least;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Value:0.000}, expected {Least:0.000} at least");
}

/// <summary>
/// Catches what makes us twice as slow, on any machine and beside any other work: ratios, never seconds. One core, so that all
/// the work is on the calling thread, whose own processor time counts; both sides alternate, and the best of each counts.
/// </summary>
public static class SpeedGuard
{
    const int Rounds = 25, WarmRounds = 40, SlowRounds = 7, SlowWarmRounds = 3;

    /// <summary>Kernels that the models spend their time in, against fused multiplications and additions without memory.</summary>
    /// <param name="slowness">So many calls count as one: shows that a slow-down is caught.</param>
    public static IReadOnlyList<GuardedRatio> Kernels((string Kind, int[] Sizes, double Least)[] kernels, int slowness = 1)
    {
        using var device = Device.Cpu(0);
        return [.. kernels.Select(each => Kernel(device, new KernelCase(each.Kind, each.Sizes), each.Least, slowness))];
    }

    static GuardedRatio Kernel(Device device, KernelCase kernel, double least, int slowness)
    {
        using var scope = Tensor.Scope();
        var call = Repeated(kernel.Prepare(device), slowness);
        for (int i = 0; i < WarmRounds; i++) call();
        double ours = double.PositiveInfinity, peak = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            peak = Math.Min(peak, Seconds(FmaPeak.Alone));
            ours = Math.Min(ours, Seconds(call));
        }
        return new GuardedRatio($"{kernel.Name}, share of peak", kernel.Work / ours / (FmaPeak.AloneWork / peak), least);
    }

    /// <summary>A whole chunk of a model, from drive to latents and from codes to frames, against one plain product of as many operations.</summary>
    /// <param name="slowness">So many chunks count as one: shows that a slow-down is caught.</param>
    public static IReadOnlyList<GuardedRatio> Chunk(string model, double leastDiffusion, double leastDecoder, int slowness = 1)
    {
        using var device = Device.Cpu(0);
        using var avatar = Avatar.Load(model, device, device);
        using var character = new CharacterReference(avatar, CaseBench.Portrait(avatar));
        using var rollout = new BlockRollout(avatar.Model, character.At16, 0);
        using var scope = Tensor.Scope();
        var config = avatar.Config;
        var drive = BlockRollout.StillDrive(device, config, 1, config.ChunkLatents);
        var codes = Tensor.Zeros(device, [config.ChunkFrames, config.Autoencoder.CodeChannels, config.LatentSide, config.LatentSide]);
        var product = new KernelCase("linear", 448, 192, 768);
        var plain = product.Prepare(device);
        var diffusion = Repeated(Step(() => rollout.Next(drive)), slowness);
        var decoder = Repeated(Step(() => avatar.Autoencoder.Decode(codes, character.Features)), slowness);
        for (int i = 0; i < WarmRounds; i++) plain();
        for (int i = 0; i < SlowWarmRounds; i++)
        {
            diffusion();
            decoder();
        }
        double plainBest = double.PositiveInfinity, diffusionBest = plainBest, decoderBest = plainBest;
        for (int round = 0; round < SlowRounds; round++)
        {
            for (int i = 0; i < Rounds; i++) plainBest = Math.Min(plainBest, Seconds(plain));
            diffusionBest = Math.Min(diffusionBest, Seconds(diffusion));
            decoderBest = Math.Min(decoderBest, Seconds(decoder));
        }
        double perOperation = plainBest / product.Work;
        return
        [
            new("a chunk's diffusion, share of plain products", ChunkWork.Diffusion(config) * perOperation / diffusionBest, leastDiffusion),
            new("a chunk's decoding, share of plain products", ChunkWork.Decoder(config) * perOperation / decoderBest, leastDecoder),
        ];
    }

    static Action Step(Func<Tensor> run) => () =>
    {
        using var scope = Tensor.Scope();
        run();
    };

    static Action Repeated(Action once, int times) => () =>
    {
        for (int i = 0; i < times; i++) once();
    };

    static double Seconds(Action call)
    {
        double begun = ThreadSeconds();
        call();
        return ThreadSeconds() - begun;
    }

    // Elsewhere than on Linux the clock on the wall, of which the best round has to do.
    static double ThreadSeconds() => ThreadClock.Seconds ?? Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
