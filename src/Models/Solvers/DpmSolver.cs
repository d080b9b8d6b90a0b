using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Solvers;

/// <summary>
/// DPM-Solver++ 2M (Lu et al. 2022), midpoint, on guesses of the data: second order from the guess before, first order in the first
/// and last steps.
/// </summary>
public sealed class DpmSolver(int steps, double shift) : FlowSolver(EvenLevels(steps, shift, 1))
{
    Tensor? before;

    protected override Tensor Advance(int step, Tensor x, Tensor velocity)
    {
        var data = Data(step, x, velocity);
        double h = Lambda(step + 1) - Lambda(step);
        // Infinite where noise is pure or data is reached: e^-h is 0 there.
        double share = -Alpha(step + 1) * (Math.Exp(-h) - 1);
        var next = (x * (Sigmas[step + 1] / Sigmas[step])) + (data * (float)share);
        if (step > 0 && step < Steps - 1)
        {
            double ratio = (Lambda(step) - Lambda(step - 1)) / h;
            next += (data - before!) * (float)(0.5 * share / ratio);
        }
        Remember(ref before, data);
        return next;
    }

    protected override void Dispose(bool disposing) => Remember(ref before, null);
}
