using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// What attention does between its products, on scores laid out [key][query]: 16 queries side by side in the lanes of a
/// vector, key after key <see cref="Tile.Columns"/> floats apart. So maxima and sums need no folding and no masks.
/// </summary>
internal static unsafe class QueryLanes
{
    public const int Lanes = 16;

    /// <summary>scores = exp(scores * scale + bias - max over the keys). Returns max and the sum over the keys, by query.</summary>
    public static (Vector512<float> Max, Vector512<float> Sum) Exponentiate(float* scores, float* bias, int keys, float scale)
    {
        int step = Tile.Columns;
        Vector512<float> max = Vector512.Create(float.NegativeInfinity), sum = default;
        float* line = scores;
        for (int key = 0; key < keys; key++, line += step)
        {
            var logit = Shift(line, bias, key * step, scale);
            logit.Store(line);
            max = Vector512.MaxNative(max, logit);
        }
        line = scores;
        for (int key = 0; key < keys; key++, line += step)
        {
            var weight = Exponentials.Exp(Vector512.Load(line) - max);
            weight.Store(line);
            sum += weight;
        }
        return (max, sum);
    }

    /// <summary>weights: scores in, probabilities P = exp(scores * scale + bias - logSum) out. slopes: dP in, P * (dP - delta) out, the gradient of scaled scores.</summary>
    public static void Slopes(float* weights, float* slopes, float* bias, int keys, float scale, Vector512<float> logSum, Vector512<float> delta)
    {
        int step = Tile.Columns;
        for (int key = 0; key < keys; key++, weights += step, slopes += step)
        {
            var p = Exponentials.Exp(Shift(weights, bias, key * step, scale) - logSum);
            p.Store(weights);
            (p * (Vector512.Load(slopes) - delta)).Store(slopes);
        }
    }

    /// <summary>Sum over so many lines of a * b.</summary>
    public static Vector512<float> Dot(float* a, float* b, int count)
    {
        Vector512<float> sum = default;
        for (int i = 0; i < count; i++, a += Tile.Columns, b += Tile.Columns) sum = Vector512.FusedMultiplyAdd(Vector512.Load(a), Vector512.Load(b), sum);
        return sum;
    }

    static Vector512<float> Shift(float* score, float* bias, int at, float scale)
    {
        var logit = Vector512.Load(score) * scale;
        return bias == null ? logit : logit + Vector512.Load(bias + at);
    }

    /// <summary>Multiplies so many lines.</summary>
    public static void Scale(float* lines, int count, Vector512<float> factor)
    {
        for (int i = 0; i < count; i++, lines += Tile.Columns) (Vector512.Load(lines) * factor).Store(lines);
    }
}
