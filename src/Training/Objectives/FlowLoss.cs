using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>
/// Flow matching (paper, eq. 1-3): x_t = t x1 + (1 - t) x0, the network's answer against a target of unit variance, weighted by
/// how much a cell moves and what it shows.
/// </summary>
internal static class FlowLoss
{
    /// <summary>Clean latents [B,C,F,h,w] with noise to the given times, one for each clip or for each latent.</summary>
    public static Tensor Noisy(Tensor clean, Tensor noise, ReadOnlySpan<float> times)
    {
        using var scope = Tensor.Scope();
        var t = Tensor.From(clean.Device, [clean.Shape[0], 1, times.Length / clean.Shape[0], 1, 1], times);
        return scope.Keep((clean * t) + (noise * ((t * -1) + 1)));
    }

    // 1 - t, by clip or by latent
    static Tensor Left(Tensor clean, ReadOnlySpan<float> times)
    {
        float[] left = new float[times.Length];
        for (int i = 0; i < left.Length; i++) left[i] = 1 - times[i];
        return Tensor.From(clean.Device, [clean.Shape[0], 1, times.Length / clean.Shape[0], 1, 1], left);
    }

    /// <summary>The loss for clean latents at times, with the noise given; <paramref name="ofClean"/> adds one of the clean latents that the answer leads to.</summary>
    public static Tensor Of(ClipFlow flow, Tensor clean, MotionBatch batch, Tensor errorWeights, ReadOnlySpan<float> times, Tensor noise, Func<Tensor, Tensor>? ofClean = null)
    {
        using var scope = Tensor.Scope();
        var x = Noisy(clean, noise, times);
        var (input, guess, answer) = flow.Factors(times, clean.Shape[0]);
        var target = (clean - noise - (x * guess)) / answer;
        var found = flow.Answer(x * input, times, ClipCondition.Of(flow.Model, batch.Drive, batch.References));
        var error = found - target;
        var loss = (error.Square() * (batch.CellWeights * errorWeights)).Mean();
        return scope.Keep(ofClean is null ? loss : loss + ofClean(clean + (error * (answer * Left(clean, times)))));
    }
}
