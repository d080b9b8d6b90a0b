namespace TalkingMachines.Tests.Tensors;

/// <summary>Inputs other than standard normal numbers, for the case table.</summary>
internal static class InputMakers
{
    /// <summary>Multiplies every input.</summary>
    public static InputMaker Scaled(float factor) => (_, _, values) =>
    {
        foreach (ref float value in values) value *= factor;
    };

    /// <summary>Makes one input at least 0.5 in size and positive.</summary>
    public static InputMaker Positive(int input) => (index, _, values) =>
    {
        if (index != input) return;
        foreach (ref float value in values) value = 0.5f + MathF.Abs(value);
    };

    /// <summary>Repeats the given values through every input.</summary>
    public static InputMaker Repeated(params float[] pattern) => (_, _, values) =>
    {
        for (int i = 0; i < values.Length; i++) values[i] = pattern[i % pattern.Length];
    };

    /// <summary>Adds to every input.</summary>
    public static InputMaker Shifted(float offset) => (_, _, values) =>
    {
        foreach (ref float value in values) value += offset;
    };

    /// <summary>Multiplies one input.</summary>
    public static InputMaker OneScaled(int input, float factor) => (index, shape, values) =>
    {
        if (index == input) Scaled(factor)(index, shape, values);
    };

    /// <summary>Makes input 3 an attention mask [1 or H,Sq,Sk]: 0 where a query sees a key, else negative infinity.</summary>
    public static InputMaker Mask(Func<int, int, bool> sees) => (index, shape, values) =>
    {
        if (index != 3) return;
        for (int i = 0; i < values.Length; i++)
        {
            int query = i / shape[2] % shape[1], key = i % shape[2];
            values[i] = sees(query, key) ? 0 : float.NegativeInfinity;
        }
    };

    /// <summary>Hides about half the keys of an attention bias (input 3) and leaves random numbers on the rest; key 0 stays.</summary>
    public static void HoledBias(int index, int[] shape, Span<float> values)
    {
        if (index != 3) return;
        for (int i = 0; i < values.Length; i++)
            if (i % shape[2] > 0 && values[i] > 0) values[i] = float.NegativeInfinity;
    }
}
