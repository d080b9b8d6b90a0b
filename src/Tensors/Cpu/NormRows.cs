using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>What normalising does to one row: subtract the mean (0 for the root mean square norm), multiply by the scale (1 / deviation).</summary>
internal readonly record struct RowMoments(float Mean, float Scale);

/// <summary>Loops over one row, or one run of pixels, for the norms. Scalar loops at the ends are the definitions.</summary>
internal static unsafe class NormRows
{
    const int Lanes = ElementRows.Lanes;

    /// <summary>Moments of a row; its mean is taken as 0 unless centred.</summary>
    public static RowMoments Moments(float* x, int count, bool centred, float epsilon)
    {
        float mean = centred ? Sum(x, count) / count : 0;
        return new(mean, 1 / MathF.Sqrt((SumSquares(x, mean, count) / count) + epsilon));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Sum(float* x, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        Vector512<float> even = default, odd = default;
        for (; i < whole - Lanes; i += 2 * Lanes)
        {
            even += Vector512.Load(x + i);
            odd += Vector512.Load(x + i + Lanes);
        }
        for (; i < whole; i += Lanes) even += Vector512.Load(x + i);
        float sum = whole > 0 ? ElementRows.SumLanes(even + odd) : 0;
        for (; i < count; i++) sum += x[i];
        return sum;
    }

    /// <summary>Sum of (x - mean)^2; in two passes, because the mean of squares less the squared mean cancels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float SumSquares(float* x, float mean, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        Vector512<float> even = default, odd = default;
        var centre = Vector512.Create(mean);
        for (; i < whole - Lanes; i += 2 * Lanes)
        {
            var a = Vector512.Load(x + i) - centre;
            var b = Vector512.Load(x + i + Lanes) - centre;
            even += a * a;
            odd += b * b;
        }
        for (; i < whole; i += Lanes)
        {
            var a = Vector512.Load(x + i) - centre;
            even += a * a;
        }
        float sum = whole > 0 ? ElementRows.SumLanes(even + odd) : 0;
        for (; i < count; i++) sum += (x[i] - mean) * (x[i] - mean);
        return sum;
    }

    /// <summary>y = (x - mean) * scale * weight + bias; weight and bias may be null.</summary>
    public static void Normalise(float* x, RowMoments row, float* weight, float* bias, float* y, int count)
    {
        if (weight == null) NormalisePlain(x, row.Mean, row.Scale, y, count);
        else if (bias == null) NormaliseWeighted(x, row.Mean, row.Scale, weight, y, count);
        else NormaliseAffine(x, row.Mean, row.Scale, weight, bias, y, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void NormalisePlain(float* x, float mean, float scale, float* y, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        var centre = Vector512.Create(mean);
        for (; i < whole; i += Lanes) ((Vector512.Load(x + i) - centre) * scale).Store(y + i);
        for (; i < count; i++) y[i] = (x[i] - mean) * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void NormaliseWeighted(float* x, float mean, float scale, float* weight, float* y, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        var centre = Vector512.Create(mean);
        for (; i < whole; i += Lanes) ((Vector512.Load(x + i) - centre) * scale * Vector512.Load(weight + i)).Store(y + i);
        for (; i < count; i++) y[i] = (x[i] - mean) * scale * weight[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void NormaliseAffine(float* x, float mean, float scale, float* weight, float* bias, float* y, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        var centre = Vector512.Create(mean);
        for (; i < whole; i += Lanes)
            (((Vector512.Load(x + i) - centre) * scale * Vector512.Load(weight + i)) + Vector512.Load(bias + i)).Store(y + i);
        for (; i < count; i++) y[i] = ((x[i] - mean) * scale * weight[i]) + bias[i];
    }

    /// <summary>
    /// dx = scale * (g - mean(g) - n * mean(g * n)), with g = dy * weight and n = (x - mean) * scale; mean(g) counts where centred.
    /// </summary>
    public static void Gradient(float* x, RowMoments row, bool centred, float* weight, float* dy, float* dx, int count)
    {
        var (sum, product) = GradientSums(x, row.Mean, weight, dy, count);
        float offset = centred ? -row.Scale * sum / count : 0;
        float slope = -row.Scale * (row.Scale * (row.Scale * product / count)); // in this order the largest scale meets 0 before infinity
        GradientRow(x, row.Mean, row.Scale, slope, offset, weight, dy, dx, count);
    }

    /// <summary>Sums of g and g * (x - mean).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static (float Sum, float Product) GradientSums(float* x, float mean, float* weight, float* dy, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        Vector512<float> sums = default, products = default;
        var centre = Vector512.Create(mean);
        for (; i < whole; i += Lanes)
        {
            var g = weight == null ? Vector512.Load(dy + i) : Vector512.Load(dy + i) * Vector512.Load(weight + i);
            sums += g;
            products += g * (Vector512.Load(x + i) - centre);
        }
        float sum = whole > 0 ? ElementRows.SumLanes(sums) : 0, product = whole > 0 ? ElementRows.SumLanes(products) : 0;
        for (; i < count; i++)
        {
            float g = weight == null ? dy[i] : dy[i] * weight[i];
            sum += g;
            product += g * (x[i] - mean);
        }
        return (sum, product);
    }

    /// <summary>dx = g * scale + (x - mean) * slope + offset</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void GradientRow(float* x, float mean, float scale, float slope, float offset, float* weight, float* dy, float* dx, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        var centre = Vector512.Create(mean);
        for (; i < whole; i += Lanes)
        {
            var g = weight == null ? Vector512.Load(dy + i) : Vector512.Load(dy + i) * Vector512.Load(weight + i);
            ((g * scale) + ((Vector512.Load(x + i) - centre) * slope) + Vector512.Create(offset)).Store(dx + i);
        }
        for (; i < count; i++)
        {
            float g = weight == null ? dy[i] : dy[i] * weight[i];
            dx[i] = (g * scale) + ((x[i] - mean) * slope) + offset;
        }
    }

    /// <summary>dweight += dy * (x - mean) * scale</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWeightGradient(float* x, RowMoments row, float* dy, float* dweight, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        float mean = row.Mean, scale = row.Scale;
        var centre = Vector512.Create(mean);
        for (; i < whole; i += Lanes)
            (Vector512.Load(dweight + i) + (Vector512.Load(dy + i) * (Vector512.Load(x + i) - centre) * scale)).Store(dweight + i);
        for (; i < count; i++) dweight[i] += dy[i] * (x[i] - mean) * scale;
    }

    /// <summary>sums += a * b * factor: over channels, for a run of pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProducts(float* a, float* b, float factor, float* sums, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += Lanes)
            (Vector512.Load(sums + i) + (Vector512.Load(a + i) * Vector512.Load(b + i) * factor)).Store(sums + i);
        for (; i < count; i++) sums[i] += a[i] * b[i] * factor;
    }

    /// <summary>x = factor / max(sqrt(x), 1e-12), of sums of squares</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InverseLengths(float* x, float factor, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        Vector512<float> above = Vector512.Create(factor), least = Vector512.Create(1e-12f);
        for (; i < whole; i += Lanes) (above / Vector512.Max(Vector512.Sqrt(Vector512.Load(x + i)), least)).Store(x + i);
        for (; i < count; i++) x[i] = factor / MathF.Max(MathF.Sqrt(x[i]), 1e-12f);
    }

    /// <summary>y = x * scales * factor</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScalePixels(float* x, float* scales, float factor, float* y, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += Lanes) (Vector512.Load(x + i) * Vector512.Load(scales + i) * factor).Store(y + i);
        for (; i < count; i++) y[i] = x[i] * scales[i] * factor;
    }

    /// <summary>dx = dy * scales * gain - x * slopes; returns the sum of dy * x * scales, the gradient of the gain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ChannelGradient(float* x, float* dy, float* scales, float* slopes, float gain, float* dx, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        Vector512<float> sums = default;
        for (; i < whole; i += Lanes)
        {
            var at = Vector512.Load(x + i);
            var scaled = Vector512.Load(dy + i) * Vector512.Load(scales + i);
            sums += scaled * at;
            ((scaled * gain) - (at * Vector512.Load(slopes + i))).Store(dx + i);
        }
        float sum = whole > 0 ? ElementRows.SumLanes(sums) : 0;
        for (; i < count; i++)
        {
            float scaled = dy[i] * scales[i];
            sum += scaled * x[i];
            dx[i] = (scaled * gain) - (x[i] * slopes[i]);
        }
        return sum;
    }

    /// <summary>Rotates the pairs of one head: (a, b) becomes (a cos - b sin, a sin + b cos). <paramref name="sign"/> -1 rotates back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(float* x, float* cos, float* sin, float sign, float* y, long pairs)
    {
        long i = 0, whole = ElementRows.Whole(pairs);
        for (; i < whole; i += Lanes)
        {
            var (a, b) = PairLanes.Split(Vector512.Load(x + (2 * i)), Vector512.Load(x + (2 * i) + Lanes));
            var c = Vector512.Load(cos + i);
            var s = Vector512.Load(sin + i) * sign;
            var (low, high) = PairLanes.Join((a * c) - (b * s), (a * s) + (b * c));
            low.Store(y + (2 * i));
            high.Store(y + (2 * i) + Lanes);
        }
        for (; i < pairs; i++)
        {
            float a = x[2 * i], b = x[(2 * i) + 1], c = cos[i], s = sin[i] * sign;
            y[2 * i] = (a * c) - (b * s);
            y[(2 * i) + 1] = (a * s) + (b * c);
        }
    }
}
