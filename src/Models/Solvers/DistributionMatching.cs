using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Solvers;

/// <summary>
/// Distribution matching distillation (Yin et al. 2024, DMD2; FACTS 4.3): the difference of two guesses of the data, one by a critic
/// of the student's own clips, one by the frozen teacher, is the direction in which the student's clips are to move.
/// </summary>
public static class DistributionMatching
{
    /// <summary>
    /// (fake - real) / mean |x - real| for each clip, real = cond + guidance (cond - uncond). All are clean latents of one shape [B,...];
    /// a guidance of 3.5 is a usual classifier-free weight of 4.5. A clip without difference gives no direction.
    /// </summary>
    public static Tensor Gradient(Tensor x, Tensor fake, Tensor realWithPrompt, Tensor realWithout, float guidance)
    {
        using var scope = Tensor.Scope();
        var (clips, made) = (x.Detach(), fake.Detach());
        var real = realWithPrompt.Detach() + ((realWithPrompt.Detach() - realWithout.Detach()) * guidance);
        int batch = x.Shape[0], each = x.Shape.Product(1, x.Shape.Rank);
        float[] spread = (clips - real).Abs().Reshape(batch, each).SumTo([batch, 1]).ToArray();
        var factors = Tensor.From(x.Device, [batch, 1], [.. spread.Select(sum => float.IsFinite(each / sum) ? each / sum : 0)]);
        return scope.Keep(((made - real).Reshape(batch, each) * factors).Reshape(x.Shape));
    }

    /// <summary>Half the mean square of (x - target), target = x - gradient standing still: its gradient by x is <paramref name="gradient"/> / count.</summary>
    public static Tensor Loss(Tensor x, Tensor gradient)
    {
        using var scope = Tensor.Scope();
        var target = x.Detach() - gradient.Detach();
        return scope.Keep((x - target).Square().Mean() * 0.5f);
    }
}
