using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Solvers;

/// <summary>
/// UniPC of order 2 (Zhao et al. 2023; B(h) = e^h - 1, on guesses of the data), Wan's usual solver: each step first corrects the
/// sample that the step before predicted, now that the network has seen it, then predicts the next.
/// </summary>
public sealed class UniPcSolver(int steps, double shift) : FlowSolver(EvenLevels(steps, shift, MostNoise))
{
    const double MostNoise = 0.999f; // pure noise has no logarithm of data over noise

    Tensor? lastSample, lastData, olderData;
    int lastOrder;

    protected override Tensor Advance(int step, Tensor x, Tensor velocity)
    {
        var data = Data(step, x, velocity);
        var sample = step == 0 ? x : Correct(step, data);
        int order = Math.Min(2, Math.Min(Steps - step, step + 1));
        var next = Predict(step, order, sample, data);
        Remember(ref olderData, lastData);
        Remember(ref lastData, data);
        Remember(ref lastSample, sample);
        lastOrder = order;
        return next;
    }

    Tensor Predict(int step, int order, Tensor sample, Tensor data)
    {
        var (h, share) = Between(step, step + 1);
        var next = Straight(step, step + 1, sample, data, share);
        if (order == 1) return next;
        double ratio = (Lambda(step - 1) - Lambda(step)) / h;
        return next + ((lastData! - data) * (float)(0.5 * share / ratio));
    }

    /// <summary>The sample at <paramref name="step"/> again, from the one before, with the guess that it led to.</summary>
    Tensor Correct(int step, Tensor data)
    {
        int from = step - 1;
        var (h, share) = Between(from, step);
        var again = Straight(from, step, lastSample!, lastData!, share);
        var change = data - lastData!;
        if (lastOrder == 1) return again + (change * (float)(0.5 * share));
        double ratio = (Lambda(from - 1) - Lambda(from)) / h;
        var (older, newer) = Weights(h, ratio);
        return again + ((olderData! - lastData!) * (float)(share * older / ratio)) + (change * (float)(share * newer));
    }

    /// <summary>Step in lambda, and -alpha' (e^-h - 1): the part of the data in the next sample.</summary>
    (double H, double Share) Between(int from, int to)
    {
        double h = Lambda(to) - Lambda(from);
        return (h, -Alpha(to) * (Math.Exp(-h) - 1));
    }

    Tensor Straight(int from, int to, Tensor sample, Tensor data, double share) => (sample * (Sigmas[to] / Sigmas[from])) + (data * (float)share);

    /// <summary>Solves [[1, 1], [r, 1]] (older, newer) = ((phi / g - 1) / phi, 2 ((phi / g - 1) / g - 1/2) / phi), g = -h, phi = e^g - 1.</summary>
    static (double Older, double Newer) Weights(double h, double ratio)
    {
        double g = -h, phi = Math.Exp(g) - 1, one = (phi / g) - 1, two = (one / g) - 0.5;
        double first = one / phi, second = 2 * two / phi, older = (first - second) / (1 - ratio);
        return (older, first - older);
    }

    protected override void Dispose(bool disposing)
    {
        Remember(ref lastSample, null);
        Remember(ref lastData, null);
        Remember(ref olderData, null);
    }
}
