using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Optimizers;

/// <summary>
/// Momentum whose update is made orthogonal, so that every direction of a matrix moves at the same speed. Keller Jordan
/// et al., "Muon: An optimizer for hidden layers in neural networks", 2024 (kellerjordan.github.io/posts/muon). A weight
/// of more axes (a convolution's [O,C,kT,kH,kW]) is a matrix [O, rest].
/// </summary>
public sealed class Muon : IDisposable
{
    const float Momentum = 0.95f;
    const int Iterations = 5;
    const int SmallestSide = 16; // below that there is little to make orthogonal

    // p(x) = A x + B x^3 + C x^5 on every singular value: steep at 0, and its iterates stay in about [0.7, 1.2].
    const float A = 3.4445f, B = -4.7750f, C = 2.0315f;

    readonly IReadOnlyDictionary<string, Tensor> weights;
    readonly float decay;
    readonly Dictionary<string, Tensor> momenta = [];

    public Muon(IReadOnlyDictionary<string, Tensor> weights, float decay)
    {
        this.weights = weights;
        this.decay = decay;
        foreach (var (name, weight) in weights) momenta.Add(name, Tensor.ZerosOwned(weight.Device, weight.Shape));
    }

    /// <summary>Momentum by weight.</summary>
    public IReadOnlyDictionary<string, Tensor> Momenta => momenta;

    /// <summary>Whether a weight of this shape is a matrix of at least 16 by 16.</summary>
    public static bool Takes(in Shape shape) =>
        shape.Rank >= 2 && shape[0] >= SmallestSide && shape.Count / shape[0] >= SmallestSide;

    /// <summary>weight -= rate * (sqrt(max(1, rows / columns)) * orthogonal(momentum) + decay * weight)</summary>
    public void Update(string name, Tensor gradient, float rate)
    {
        using var scope = Tensor.Scope();
        var (weight, momentum) = (weights[name].Detach(), momenta[name]);
        var backend = weight.Device.Backend;
        backend.AddTo(gradient - momentum, 1 - Momentum, momentum);
        var ahead = gradient + ((momentum - gradient) * Momentum); // Nesterov
        int rows = weight.Shape[0], columns = (int)(weight.Count / rows);
        var update = (Orthogonal(ahead.Reshape(rows, columns)) * MathF.Sqrt(Math.Max(1f, (float)rows / columns))).Reshape(weight.Shape);
        if (decay > 0) backend.AddTo(weight, decay, update);
        backend.AddTo(update, -rate, weight);
    }

    /// <summary>Close to U V^T of x = U S V^T: Newton-Schulz iterations on x scaled to norm 1. In the caller's scope.</summary>
    internal static Tensor Orthogonal(Tensor x)             // [M,N]
    {
        using var scope = Tensor.Scope();
        bool tall = x.Shape[0] > x.Shape[1];                // the product of the shorter side is the cheaper one
        var y = x / (x.Square().Sum().Sqrt() + 1e-7f);
        for (int i = 0; i < Iterations; i++) scope.Swap(ref y, Iterated(y, tall));
        return scope.Keep(y);
    }

    static Tensor Iterated(Tensor x, bool tall)
    {
        using var scope = Tensor.Scope();
        var square = tall ? x.MatMul(x, transposeA: true) : x.MatMul(x, transposeB: true);      // X^T X or X X^T
        var polynomial = (square * B) + (square.MatMul(square) * C);
        return scope.Keep((x * A) + (tall ? x.MatMul(polynomial) : polynomial.MatMul(x)));
    }

    public void Dispose()
    {
        foreach (var momentum in momenta.Values) momentum.Dispose();
        momenta.Clear();
    }
}
