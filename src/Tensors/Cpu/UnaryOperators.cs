using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>A function of one argument and its slope, on one float (the definition) and on sixteen. A type, so that each gets its own compiled loop.</summary>
internal interface IUnaryOperator
{
    static abstract float Of(float x);

    static abstract Vector512<float> Of(Vector512<float> x);

    static abstract float Slope(float x);

    static abstract Vector512<float> Slope(Vector512<float> x);
}

internal readonly struct NegateOperator : IUnaryOperator
{
    public static float Of(float x) => -x;

    public static Vector512<float> Of(Vector512<float> x) => -x;

    public static float Slope(float x) => -1;

    public static Vector512<float> Slope(Vector512<float> x) => Vector512.Create(-1f);
}

internal readonly struct AbsOperator : IUnaryOperator
{
    public static float Of(float x) => MathF.Abs(x);

    public static Vector512<float> Of(Vector512<float> x) => Vector512.Abs(x);

    public static float Slope(float x) => x > 0 ? 1 : x < 0 ? -1 : 0;

    public static Vector512<float> Slope(Vector512<float> x) =>
        (Vector512.GreaterThan(x, Vector512<float>.Zero) & Vector512<float>.One) - (Vector512.LessThan(x, Vector512<float>.Zero) & Vector512<float>.One);
}

internal readonly struct SquareOperator : IUnaryOperator
{
    public static float Of(float x) => x * x;

    public static Vector512<float> Of(Vector512<float> x) => x * x;

    public static float Slope(float x) => x + x;

    public static Vector512<float> Slope(Vector512<float> x) => x + x;
}

internal readonly struct SqrtOperator : IUnaryOperator
{
    public static float Of(float x) => MathF.Sqrt(x);

    public static Vector512<float> Of(Vector512<float> x) => Vector512.Sqrt(x);

    public static float Slope(float x) => 0.5f / MathF.Sqrt(x);

    public static Vector512<float> Slope(Vector512<float> x) => Vector512.Create(0.5f) / Vector512.Sqrt(x);
}

internal readonly struct ExpOperator : IUnaryOperator
{
    public static float Of(float x) => MathF.Exp(x);

    public static Vector512<float> Of(Vector512<float> x) => Exponentials.Exp(x);

    public static float Slope(float x) => MathF.Exp(x);

    public static Vector512<float> Slope(Vector512<float> x) => Exponentials.Exp(x);
}

internal readonly struct TanhOperator : IUnaryOperator
{
    public static float Of(float x) => MathF.Tanh(x);

    public static Vector512<float> Of(Vector512<float> x) => Exponentials.Tanh(x);

    public static float Slope(float x)
    {
        float y = MathF.Tanh(x);
        return 1 - (y * y);
    }

    public static Vector512<float> Slope(Vector512<float> x)
    {
        var y = Exponentials.Tanh(x);
        return Vector512<float>.One - (y * y);
    }
}

internal readonly struct SigmoidOperator : IUnaryOperator
{
    public static float Of(float x) => Exponentials.Sigmoid(x);

    public static Vector512<float> Of(Vector512<float> x) => Exponentials.Sigmoid(x);

    public static float Slope(float x)
    {
        float y = Exponentials.Sigmoid(x);
        return y * (1 - y);
    }

    public static Vector512<float> Slope(Vector512<float> x)
    {
        var y = Exponentials.Sigmoid(x);
        return y * (Vector512<float>.One - y);
    }
}

internal readonly struct ReluOperator : IUnaryOperator
{
    public static float Of(float x) => MathF.Max(x, 0);

    public static Vector512<float> Of(Vector512<float> x) => Vector512.Max(x, Vector512<float>.Zero);

    public static float Slope(float x) => x > 0 ? 1 : 0;

    public static Vector512<float> Slope(Vector512<float> x) => Vector512.GreaterThan(x, Vector512<float>.Zero) & Vector512<float>.One;
}

internal readonly struct SiluOperator : IUnaryOperator
{
    public static float Of(float x) => x * Exponentials.Sigmoid(x);

    public static Vector512<float> Of(Vector512<float> x) => x * Exponentials.Sigmoid(x);

    public static float Slope(float x)
    {
        float s = Exponentials.Sigmoid(x);
        return s * (1 + (x * (1 - s)));
    }

    public static Vector512<float> Slope(Vector512<float> x)
    {
        var s = Exponentials.Sigmoid(x);
        return s * (Vector512<float>.One + (x * (Vector512<float>.One - s)));
    }
}

/// <summary>The tanh form, written as x * sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)): the same function, one exp.</summary>
internal readonly struct GeluOperator : IUnaryOperator
{
    const float Linear = 1.5957691216f; // 2 sqrt(2/pi)
    const float Cubic = 1.5957691216f * 0.044715f;

    public static float Of(float x) => x * Exponentials.Sigmoid(x * (Linear + (Cubic * x * x)));

    public static Vector512<float> Of(Vector512<float> x) =>
        x * Exponentials.Sigmoid(x * Vector512.FusedMultiplyAdd(x * x, Vector512.Create(Cubic), Vector512.Create(Linear)));

    public static float Slope(float x)
    {
        float s = Exponentials.Sigmoid(x * (Linear + (Cubic * x * x)));
        return s * (1 + (x * (1 - s) * (Linear + (3 * Cubic * x * x))));
    }

    public static Vector512<float> Slope(Vector512<float> x)
    {
        var square = x * x;
        var s = Exponentials.Sigmoid(x * Vector512.FusedMultiplyAdd(square, Vector512.Create(Cubic), Vector512.Create(Linear)));
        var inner = Vector512.FusedMultiplyAdd(square, Vector512.Create(3 * Cubic), Vector512.Create(Linear));
        return s * Vector512.FusedMultiplyAdd(x * (Vector512<float>.One - s), inner, Vector512<float>.One);
    }
}

internal readonly struct GeluErfOperator : IUnaryOperator
{
    const float Density = 0.3989422804f; // 1 / sqrt(2 pi)

    public static float Of(float x) => x * Exponentials.NormalCumulative(x);

    public static Vector512<float> Of(Vector512<float> x) => x * Exponentials.NormalCumulative(x);

    public static float Slope(float x) => Exponentials.NormalCumulative(x) + (x * Density * MathF.Exp(-0.5f * x * x));

    public static Vector512<float> Slope(Vector512<float> x) =>
        Vector512.FusedMultiplyAdd(x * Density, Exponentials.Exp(x * x * -0.5f), Exponentials.NormalCumulative(x));
}
