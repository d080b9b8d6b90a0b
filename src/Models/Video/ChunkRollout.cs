using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// Denoises one chunk after another, each in few steps: the only rollout. Times count as in the paper (eq. 1), 0 noise to 1
/// data, x_t = t x1 + (1 - t) x0, and a velocity points to the data.
/// </summary>
/// <param name="steps">Times at which a chunk is denoised, from 0 upwards; the last step ends at 1.</param>
public abstract class ChunkRollout<TCondition>(float[] steps)
{
    /// <summary>Chunks that are done.</summary>
    protected long Chunk { get; private set; }

    /// <summary>What a chunk starts from (draw 0), or is noised with again between its steps (draw 1, 2, ...).</summary>
    protected abstract Tensor Noise(int draw);

    /// <summary>Velocity of the chunk x at the time of a step.</summary>
    protected abstract Tensor Velocity(Tensor x, int step, TCondition condition);

    /// <summary>From time t to the next along the velocity: Euler's step.</summary>
    protected virtual Tensor Advance(Tensor x, Tensor velocity, float t, float next, int step)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(x + (velocity * (next - t)));
    }

    /// <summary>Called with the finished chunk, before the next.</summary>
    protected virtual void Remember(Tensor x, TCondition condition)
    {
    }

    /// <summary>The next chunk, in the current scope.</summary>
    protected Tensor Denoise(TCondition condition)
    {
        using var scope = Tensor.Scope();
        var x = Noise(0);
        for (int step = 0; step < steps.Length; step++)
        {
            float next = step + 1 < steps.Length ? steps[step + 1] : 1;
            using var inner = Tensor.Scope();
            var advanced = inner.Keep(Advance(x, Velocity(x, step, condition), steps[step], next, step));
            scope.Swap(ref x, advanced);
        }
        Remember(x, condition);
        Chunk++;
        return scope.Keep(x);
    }
}
