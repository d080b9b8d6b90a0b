using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Solvers;

/// <summary>
/// Goes from noise to data in a few steps along the velocities of a network. Wan's convention: x = (1 - sigma) data + sigma noise,
/// velocity = noise - data, timestep = 1000 sigma. Keeps what it needs of earlier steps; one instance for one sample.
/// </summary>
public abstract class FlowSolver : IDisposable
{
    readonly float[] sigmas;
    int step;

    /// <param name="levels">Noise levels of the steps, falling; 0 follows.</param>
    protected FlowSolver(IReadOnlyList<double> levels)
    {
        if (levels.Count == 0 || levels.Any(level => level is not (> 0 and <= 1)) || levels.Zip(levels.Skip(1)).Any(pair => pair.First <= pair.Second))
            throw new ArgumentException($"The noise levels are {string.Join(", ", levels)}, expected falling numbers within (0, 1].");
        // f32, as the networks' own code has them: 1 - sigma near 1 depends on the rounding.
        sigmas = [.. levels.Select(level => (float)level), 0];
        // Whole timesteps: networks were told such ones.
        Timesteps = [.. levels.Select(level => Math.Truncate(level * TimestepTable.Most))];
    }

    public int Steps => sigmas.Length - 1;

    /// <summary>Noise level before each step, and 0.</summary>
    public IReadOnlyList<float> Sigmas => sigmas;

    /// <summary>What the network is told in each step.</summary>
    public IReadOnlyList<double> Timesteps { get; }

    /// <summary>The sample after the next step, in the current scope. <paramref name="velocity"/> is the network's at x and the step's timestep.</summary>
    public Tensor Step(Tensor x, Tensor velocity)
    {
        if (step == Steps) throw new InvalidOperationException($"All {Steps} steps are done.");
        using var scope = Tensor.Scope();
        return scope.Keep(Advance(step++, x, velocity));
    }

    protected abstract Tensor Advance(int step, Tensor x, Tensor velocity);

    /// <summary>Even levels from <paramref name="most"/> to 0, n of them without the 0, shifted.</summary>
    protected static double[] EvenLevels(int n, double shift, double most) =>
        n is >= 1 and <= 1000 ? [.. Enumerable.Range(0, n).Select(i => TimestepTable.Shifted(most - (i * most / n), shift))] : throw new ArgumentException($"Steps are {n}, expected 1 to 1000.");

    /// <summary>Share of data at the start of a step.</summary>
    protected double Alpha(int step) => 1.0 - sigmas[step];

    /// <summary>Logarithm of data over noise: minus infinity for noise, infinity for data.</summary>
    protected double Lambda(int step) => Math.Log(Alpha(step)) - Math.Log(sigmas[step]);

    /// <summary>The network's guess of the data: x - sigma velocity.</summary>
    protected Tensor Data(int step, Tensor x, Tensor velocity) => x - (velocity * sigmas[step]);

    /// <summary>Keeps a tensor for later steps in place of another.</summary>
    protected static void Remember(ref Tensor? slot, Tensor? next)
    {
        slot?.Dispose();
        slot = next?.Detach().Own();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>x + (sigma' - sigma) velocity.</summary>
public sealed class EulerSolver(IReadOnlyList<double> levels) : FlowSolver(levels)
{
    public EulerSolver(int steps, double shift) : this(EvenLevels(steps, shift, 1))
    {
    }

    protected override Tensor Advance(int step, Tensor x, Tensor velocity) => x + (velocity * (Sigmas[step + 1] - Sigmas[step]));

    protected override void Dispose(bool disposing)
    {
    }
}
