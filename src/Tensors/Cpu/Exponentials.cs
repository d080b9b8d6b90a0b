using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>exp and its relatives on sixteen floats and on one, within 2 ulp. In f32 throughout: the library's vector exp goes by way of double.</summary>
internal static class Exponentials
{
    const float Largest = 89; // above, exp is infinite in f32
    const float Smallest = -104; // below, it is 0
    const float RoundingBias = 12582912; // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    const int RoundingBiasBits = 0x4B400000;
    const float LogTwoHigh = 0.693359375f; // nine bits, so that its multiples are exact
    const float LogTwoLow = -2.12194440e-4f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        var bounded = Vector512.MaxNative(Vector512.Create(Smallest), Vector512.MinNative(Vector512.Create(Largest), x)); // in this order NaN stays NaN
        var biased = Vector512.FusedMultiplyAdd(bounded, Vector512.Create(1.44269504088896341f), Vector512.Create(RoundingBias));
        var power = biased - Vector512.Create(RoundingBias);
        var r = Vector512.FusedMultiplyAdd(power, Vector512.Create(-LogTwoHigh), bounded);
        r = Vector512.FusedMultiplyAdd(power, Vector512.Create(-LogTwoLow), r);
        // Taylor series: |r| <= ln(2) / 2, the term after the last is below 5e-9
        var sum = Vector512.FusedMultiplyAdd(r, Vector512.Create(1 / 5040f), Vector512.Create(1 / 720f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 120f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 24f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1 / 6f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(0.5f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        // 2^power in two factors: the ends of the range, 2^128 and 2^-150, are no floats
        var whole = biased.AsInt32() - Vector512.Create(RoundingBiasBits);
        var half = whole >> 1;
        return sum * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> PowerOfTwo(Vector512<int> power) => ((power + Vector512.Create(127)) << 23).AsSingle();

    /// <summary>1 / (1 + exp(-x))</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    public static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    /// <summary>tanh(x): through exp, and near 0, where that cancels, an odd polynomial (coefficients of Moshier's Cephes, tanhf).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        var one = Vector512<float>.One;
        var far = one - (Vector512.Create(2f) / (Exp(x + x) + one));
        var square = x * x;
        var near = Vector512.FusedMultiplyAdd(square, Vector512.Create(-5.70498872745e-3f), Vector512.Create(2.06390887954e-2f));
        near = Vector512.FusedMultiplyAdd(near, square, Vector512.Create(-5.37397155531e-2f));
        near = Vector512.FusedMultiplyAdd(near, square, Vector512.Create(1.33314422036e-1f));
        near = Vector512.FusedMultiplyAdd(near, square, Vector512.Create(-3.33332819422e-1f));
        near = Vector512.FusedMultiplyAdd(near * square, x, x);
        return Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(x), Vector512.Create(0.625f)), near, far);
    }

    /// <summary>Probability that a standard normal number is below x, within 1e-7 (Abramowitz and Stegun, 7.1.26).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> NormalCumulative(Vector512<float> x)
    {
        var z = Vector512.Abs(x) * 0.70710678f;
        var t = Vector512<float>.One / Vector512.FusedMultiplyAdd(z, Vector512.Create(0.3275911f), Vector512<float>.One);
        var sum = Vector512.FusedMultiplyAdd(t, Vector512.Create(0.5f * 1.061405429f), Vector512.Create(0.5f * -1.453152027f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(0.5f * 1.421413741f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(0.5f * -0.284496736f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(0.5f * 0.254829592f));
        var tail = sum * t * Exp(-(z * z));
        return Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), Vector512<float>.One - tail, tail);
    }

    public static float NormalCumulative(float x)
    {
        float z = MathF.Abs(x) * 0.70710678f;
        float t = 1 / (1 + (0.3275911f * z));
        float sum = (((((((1.061405429f * t) - 1.453152027f) * t) + 1.421413741f) * t) - 0.284496736f) * t) + 0.254829592f;
        float tail = 0.5f * sum * t * MathF.Exp(-z * z);
        return x > 0 ? 1 - tail : tail;
    }
}
