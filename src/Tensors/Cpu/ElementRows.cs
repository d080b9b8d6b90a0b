using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>Loops over contiguous runs of floats for the elementwise ops. The second, scalar loop of each is its definition.</summary>
internal static unsafe class ElementRows
{
    /// <summary>Floats of a vector step.</summary>
    public const int Lanes = 16;

    /// <summary>Where the vector loop ends; 0 on hardware without vectors, where emulating them is slower than the scalar loop.</summary>
    public static long Whole(long count) => Vector128.IsHardwareAccelerated ? count & -Lanes : 0;

    /// <summary>Sum of the lanes, by halves: shorter than the library's, which adds in lane order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(Vector512<float> x)
    {
        var half = x.GetLower() + x.GetUpper();
        return Vector128.Sum(half.GetLower() + half.GetUpper());
    }

    /// <summary>y = op(x)</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOperator>(float* x, float* y, long count) where TOperator : struct, IUnaryOperator
    {
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes) TOperator.Of(Vector512.Load(x + i)).Store(y + i);
        for (; i < count; i++) y[i] = TOperator.Of(x[i]);
    }

    /// <summary>dx = dy * op'(x)</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyGradient<TOperator>(float* x, float* dy, float* dx, long count) where TOperator : struct, IUnaryOperator
    {
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes) (Vector512.Load(dy + i) * TOperator.Slope(Vector512.Load(x + i))).Store(dx + i);
        for (; i < count; i++) dx[i] = dy[i] * TOperator.Slope(x[i]);
    }

    /// <summary>y = a op b, where a step of 0 repeats the operand's one float.</summary>
    public static void Combine<TOperator>(float* a, long stepA, float* b, long stepB, float* y, long count) where TOperator : struct, IBinaryOperator
    {
        if (stepA == 0 && stepB == 0) new Span<float>(y, checked((int)count)).Fill(TOperator.Of(*a, *b));
        else if (stepB == 0) CombineWithNumber<TOperator>(a, *b, y, count);
        else if (stepA == 0) CombineNumber<TOperator>(*a, b, y, count);
        else CombineRows<TOperator>(a, b, y, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CombineRows<TOperator>(float* a, float* b, float* y, long count) where TOperator : struct, IBinaryOperator
    {
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes) TOperator.Of(Vector512.Load(a + i), Vector512.Load(b + i)).Store(y + i);
        for (; i < count; i++) y[i] = TOperator.Of(a[i], b[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CombineWithNumber<TOperator>(float* a, float b, float* y, long count) where TOperator : struct, IBinaryOperator
    {
        long i = 0, whole = Whole(count);
        var everywhere = Vector512.Create(b);
        for (; i < whole; i += Lanes) TOperator.Of(Vector512.Load(a + i), everywhere).Store(y + i);
        for (; i < count; i++) y[i] = TOperator.Of(a[i], b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CombineNumber<TOperator>(float a, float* b, float* y, long count) where TOperator : struct, IBinaryOperator
    {
        long i = 0, whole = Whole(count);
        var everywhere = Vector512.Create(a);
        for (; i < whole; i += Lanes) TOperator.Of(everywhere, Vector512.Load(b + i)).Store(y + i);
        for (; i < count; i++) y[i] = TOperator.Of(a, b[i]);
    }

    /// <summary>y = x * scale + offset</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine(float* x, float scale, float offset, float* y, long count)
    {
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes) ((Vector512.Load(x + i) * scale) + Vector512.Create(offset)).Store(y + i);
        for (; i < count; i++) y[i] = (x[i] * scale) + offset;
    }

    /// <summary>y += x * scale</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(float* x, float scale, float* y, long count)
    {
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes) (Vector512.Load(y + i) + (Vector512.Load(x + i) * scale)).Store(y + i);
        for (; i < count; i++) y[i] += x[i] * scale;
    }

    /// <summary>y = x + a * gate</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGated(float* x, float* a, float* gate, float* y, long count)
    {
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes) (Vector512.Load(x + i) + (Vector512.Load(a + i) * Vector512.Load(gate + i))).Store(y + i);
        for (; i < count; i++) y[i] = x[i] + (a[i] * gate[i]);
    }

    /// <summary>Sum in double: exact enough for millions of terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(float* x, long count)
    {
        long i = 0, whole = Whole(count);
        Vector512<double> low = default, high = default;
        for (; i < whole; i += Lanes)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Load(x + i));
            low += lower;
            high += upper;
        }
        double sum = whole > 0 ? Vector512.Sum(low + high) : 0;
        for (; i < count; i++) sum += x[i];
        return sum;
    }

    /// <summary>sums += x</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddToSums(float* x, double* sums, long count)
    {
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Load(x + i));
            (Vector512.Load(sums + i) + lower).Store(sums + i);
            (Vector512.Load(sums + i + 8) + upper).Store(sums + i + 8);
        }
        for (; i < count; i++) sums[i] += x[i];
    }

    /// <summary>Copies a run; short ones without the price of a call to the system's copy.</summary>
    public static void Copy(float* x, float* y, long count)
    {
        if (count >= 2 * Lanes) Buffer.MemoryCopy(x, y, count * sizeof(float), count * sizeof(float));
        else
            for (long i = 0; i < count; i++) y[i] = x[i];
    }
}

/// <summary>What one step of AdamW needs beside the four arrays. Corrections are 1 / (1 - beta^step).</summary>
internal readonly record struct AdamStep(float Rate, float Beta1, float Beta2, float Epsilon, float Decay, float Correction1, float Correction2)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Apply(float* weight, float* gradient, float* m, float* v, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += ElementRows.Lanes)
        {
            var g = Vector512.Load(gradient + i);
            var w = Vector512.Load(weight + i);
            var mean = (Vector512.Load(m + i) * Beta1) + (g * (1 - Beta1));
            var square = (Vector512.Load(v + i) * Beta2) + (g * g * (1 - Beta2));
            mean.Store(m + i);
            square.Store(v + i);
            var change = (mean * Correction1 / (Vector512.Sqrt(square * Correction2) + Vector512.Create(Epsilon))) + (w * Decay);
            (w - (change * Rate)).Store(weight + i);
        }
        for (; i < count; i++)
        {
            float g = gradient[i];
            m[i] = (m[i] * Beta1) + (g * (1 - Beta1));
            v[i] = (v[i] * Beta2) + (g * g * (1 - Beta2));
            weight[i] -= ((m[i] * Correction1 / (MathF.Sqrt(v[i] * Correction2) + Epsilon)) + (weight[i] * Decay)) * Rate;
        }
    }
}
