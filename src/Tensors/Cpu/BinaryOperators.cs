using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>An arithmetic operator, on floats (the definition) and on sixteen at once.</summary>
internal interface IBinaryOperator
{
    static abstract float Of(float a, float b);

    static abstract Vector512<float> Of(Vector512<float> a, Vector512<float> b);
}

internal readonly struct AddOperator : IBinaryOperator
{
    public static float Of(float a, float b) => a + b;

    public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => a + b;
}

internal readonly struct SubtractOperator : IBinaryOperator
{
    public static float Of(float a, float b) => a - b;

    public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => a - b;
}

internal readonly struct MultiplyOperator : IBinaryOperator
{
    public static float Of(float a, float b) => a * b;

    public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => a * b;
}

internal readonly struct DivideOperator : IBinaryOperator
{
    public static float Of(float a, float b) => a / b;

    public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => a / b;
}

internal readonly struct MaximumOperator : IBinaryOperator
{
    public static float Of(float a, float b) => MathF.Max(a, b);

    public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => Vector512.Max(a, b);
}
