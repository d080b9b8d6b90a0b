namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    const double GeluScale = 0.79788456080286535588; // sqrt(2 / pi)
    const double GeluCubic = 0.044715;

    public override void Fill(Tensor y, float value) => y.Doubles.Fill(value);

    public override void Copy(Tensor x, Tensor y) => x.Doubles.CopyTo(y.Doubles);

    public override void Apply(Unary op, Tensor x, Tensor y)
    {
        ReadOnlySpan<double> source = x.Doubles;
        var target = y.Doubles;
        for (int i = 0; i < target.Length; i++) target[i] = Value(op, source[i]);
    }

    public override void ApplyGradient(Unary op, Tensor x, Tensor dy, Tensor dx)
    {
        ReadOnlySpan<double> at = x.Doubles, above = dy.Doubles;
        var below = dx.Doubles;
        for (int i = 0; i < below.Length; i++) below[i] = above[i] * Derivative(op, at[i]);
    }

    static double Value(Unary op, double x) => op switch
    {
        Unary.Negate => -x,
        Unary.Abs => Math.Abs(x),
        Unary.Square => x * x,
        Unary.Sqrt => Math.Sqrt(x),
        Unary.Exp => Math.Exp(x),
        Unary.Tanh => Math.Tanh(x),
        Unary.Sigmoid => Sigmoid(x),
        Unary.Relu => Math.Max(x, 0),
        Unary.Silu => x * Sigmoid(x),
        Unary.Gelu => 0.5 * x * (1 + Math.Tanh(GeluScale * (x + (GeluCubic * x * x * x)))),
        Unary.GeluErf => x * NormalCumulative(x),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "unknown function"),
    };

    static double Derivative(Unary op, double x) => op switch
    {
        Unary.Negate => -1,
        Unary.Abs => Math.Sign(x),
        Unary.Square => 2 * x,
        Unary.Sqrt => 0.5 / Math.Sqrt(x),
        Unary.Exp => Math.Exp(x),
        Unary.Tanh => 1 - (Math.Tanh(x) * Math.Tanh(x)),
        Unary.Sigmoid => Sigmoid(x) * (1 - Sigmoid(x)),
        Unary.Relu => x > 0 ? 1 : 0,
        Unary.Silu => Sigmoid(x) * (1 + (x * (1 - Sigmoid(x)))),
        Unary.Gelu => GeluDerivative(x),
        Unary.GeluErf => NormalCumulative(x) + (x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI)),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "unknown function"),
    };

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    static double GeluDerivative(double x)
    {
        double tanh = Math.Tanh(GeluScale * (x + (GeluCubic * x * x * x)));
        double inner = GeluScale * (1 + (3 * GeluCubic * x * x));
        return (0.5 * (1 + tanh)) + (0.5 * x * (1 - (tanh * tanh)) * inner);
    }

    /// <summary>Phi(x) = (1 + erf(x / sqrt 2)) / 2</summary>
    static double NormalCumulative(double x) => 0.5 * (1 + Erf(x / Math.Sqrt(2)));

    /// <summary>erf x = 2 / sqrt(pi) e^(-x^2) sum over n of 2^n x^(2n+1) / (1 3 5 .. (2n+1)); Abramowitz and Stegun 7.1.6: no cancellation, converges everywhere.</summary>
    static double Erf(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) > 6) return Math.Sign(x); // 1 - erf(6) is 2e-17, below double's step at 1
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    public override void Combine(Binary op, Tensor a, Tensor b, Tensor y)
    {
        ReadOnlySpan<double> left = a.Doubles, right = b.Doubles;
        var target = y.Doubles;
        for (int i = 0; i < target.Length; i++)
            target[i] = Value(op, left[BroadcastSource(a.Shape, y.Shape, i)], right[BroadcastSource(b.Shape, y.Shape, i)]);
    }

    static double Value(Binary op, double a, double b) => op switch
    {
        Binary.Add => a + b,
        Binary.Subtract => a - b,
        Binary.Multiply => a * b,
        Binary.Divide => a / b,
        Binary.Maximum => Math.Max(a, b),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "unknown function"),
    };

    /// <summary>Where in a tensor of shape <paramref name="from"/> the element lies that broadcasting brings to <paramref name="index"/> of shape <paramref name="to"/>.</summary>
    static int BroadcastSource(in Shape from, in Shape to, int index)
    {
        int source = 0, stride = 1;
        for (int axis = 1; axis <= from.Rank; axis++) // from the end
        {
            int extent = to[^axis];
            if (from[^axis] > 1) source += index % extent * stride;
            stride *= from[^axis];
            index /= extent;
        }
        return source;
    }

    public override void SumTo(Tensor x, Tensor y)
    {
        ReadOnlySpan<double> source = x.Doubles;
        var sums = y.Doubles;
        sums.Clear();
        for (int i = 0; i < source.Length; i++) sums[BroadcastSource(y.Shape, x.Shape, i)] += source[i];
    }

    public override void Affine(Tensor x, float scale, float offset, Tensor y)
    {
        ReadOnlySpan<double> source = x.Doubles;
        var target = y.Doubles;
        for (int i = 0; i < target.Length; i++) target[i] = (source[i] * scale) + offset;
    }

    public override void AddTo(Tensor x, float scale, Tensor y) => Accumulate(x.Doubles, scale, y.Doubles);

    public override void AddGated(Tensor x, Tensor a, Tensor gate, Tensor y)
    {
        int rows = Rows(x), gates = Rows(gate);
        for (int n = 0; n < rows; n++)
        {
            ReadOnlySpan<double> kept = Row(x, n), added = Row(a, n), factor = Row(gate, SharedRow(n, rows, gates));
            var target = Row(y, n);
            for (int i = 0; i < target.Length; i++) target[i] = kept[i] + (added[i] * factor[i]);
        }
    }
}
