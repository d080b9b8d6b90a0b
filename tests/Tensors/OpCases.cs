using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Tensors;

/// <summary>The one case table: a row for each op and each path that a kernel may take through it.</summary>
internal static partial class OpCases
{
    public static IReadOnlyList<OpCase> All { get; } =
    [
        .. UnaryRows(), .. BinaryRows(), .. Elementwise, .. Reductions, .. Products, .. Convolutions,
        .. Attentions, .. Norms, .. Resampling, .. Movement, .. Compositions,
    ];

    static IEnumerable<OpCase> UnaryRows()
    {
        foreach (var op in Enum.GetValues<Unary>())
        {
            var positive = op == Unary.Sqrt ? InputMakers.Positive(0) : null;
            bool kinked = op is Unary.Abs or Unary.Relu;
            yield return new($"{op}, odd count", x => x[0].Apply(op), [[3, 171]], make: positive);
            yield return new($"{op}, one element", x => x[0].Apply(op), [[1]], make: positive);
            yield return new($"{op}, long enough for all workers", x => x[0].Apply(op), [[67, 1031]], make: positive, smooth: !kinked); // of so many, some lie beside the kink
            yield return new($"{op}, wide range", x => x[0].Apply(op), [[2, 203]], make: op == Unary.Sqrt ? InputMakers.Repeated(0.01f, 3, 1e4f) : InputMakers.Scaled(5));
            if (op is Unary.Sqrt or Unary.Exp) continue; // sqrt of a negative number, exp beyond f32
            yield return new($"{op}, saturated", x => x[0].Apply(op), [[5, 7]], make: InputMakers.Repeated(-100, 100, -30, 30, -12, 12, -6, 6));
            yield return new($"{op}, at zero", x => x[0].Apply(op), [[37]], make: InputMakers.Repeated(0, -1, 1), smooth: !kinked);
        }
    }

    static IEnumerable<OpCase> BinaryRows()
    {
        (string Name, int[] A, int[] B)[] layouts =
        [
            ("same shape", [5, 67], [5, 67]),
            ("long enough for all workers", [65, 1027], [65, 1027]),
            ("row", [3, 7, 35], [35]),
            ("long row", [37, 1025], [1025]),
            ("column", [6, 37], [6, 1]),
            ("scalar", [3, 41], [1]),
            ("left scalar", [1], [3, 41]),
            ("left row", [19], [4, 19]),
            ("both stretch", [4, 1, 17], [5, 1]),
            ("middle axis", [2, 5, 33], [2, 1, 33]),
            ("channels", [2, 6, 3, 5, 7], [1, 6, 1, 1, 1]),
            ("frames", [2, 6, 3, 5, 7], [2, 1, 3, 1, 1]),
            ("six axes", [2, 1, 3, 1, 2, 5], [1, 4, 3, 2, 1, 5]),
        ];
        foreach (var op in Enum.GetValues<Binary>())
            foreach (var (name, a, b) in layouts)
                yield return new($"{op}, {name}", x => Combine(op, x[0], x[1]), [a, b],
                    make: op == Binary.Divide ? InputMakers.Positive(1) : null, smooth: op != Binary.Maximum || !name.Contains("long")); // of so many, some lie beside the kink
    }

    static Tensor Combine(Binary op, Tensor a, Tensor b) => op switch
    {
        Binary.Add => a + b,
        Binary.Subtract => a - b,
        Binary.Multiply => a * b,
        Binary.Divide => a.Divide(b),
        Binary.Maximum => a.Maximum(b),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "unknown function"),
    };

    static OpCase[] Elementwise =>
    [
        new("affine", x => x[0].Affine(-1.5f, 0.25f), [[3, 35]]),
        new("scalar operators", x => -((x[0] * 3) + 0.5f), [[2, 19]]),
        new("subtracting a number", x => x[0] - 0.75f, [[130]]),
        new("gated sum, one gate", x => x[0].AddGated(x[1], x[2]), [[2, 5, 17], [2, 5, 17], [1, 17]]),
        new("gated sum, a gate a frame", x => x[0].AddGated(x[1], x[2]), [[2, 12, 33], [2, 12, 33], [6, 33]]),
        new("gated sum, a gate a row", x => x[0].AddGated(x[1], x[2]), [[7, 64], [7, 64], [7, 64]]),
        new("gated sum, long", x => x[0].AddGated(x[1], x[2]), [[2, 150, 257], [2, 150, 257], [3, 257]]),
    ];

    static OpCase[] Reductions =>
    [
        new("sum", x => x[0].Sum(), [[3, 5, 17]]),
        new("sum, long", x => x[0].Sum(), [[129, 1025]]),
        new("sum of one", x => x[0].Sum(), [[1]]),
        new("mean", x => x[0].Mean(), [[4, 33]]),
        new("sum to rows", x => x[0].SumTo([7, 1]), [[7, 131]]),
        new("sum to columns", x => x[0].SumTo([35]), [[11, 35]]),
        new("sum to columns, long", x => x[0].SumTo([1, 77]), [[1030, 77]]),
        new("sum to middle axis", x => x[0].SumTo([1, 5, 1]), [[3, 5, 37]]),
        new("sum to outer axes", x => x[0].SumTo([3, 1, 37]), [[3, 5, 37]]),
        new("sum to channels", x => x[0].SumTo([1, 9, 1, 1, 1]), [[2, 9, 3, 11, 13]]),
        new("sum to frames", x => x[0].SumTo([2, 1, 3, 1, 1]), [[2, 9, 3, 7, 5]]),
        new("sum to itself", x => x[0].SumTo([4, 19]), [[4, 19]]),
        new("broadcast a row", x => x[0].BroadcastTo([3, 4, 19]), [[19]]),
        new("broadcast a column", x => x[0].BroadcastTo([5, 33]), [[5, 1]]),
    ];

    static OpCase[] Products =>
    [
        new("linear, tiny", x => x[0].Linear(x[1], x[2]), [[1, 1], [1, 1], [1]]),
        new("linear, odd sizes", x => x[0].Linear(x[1], x[2]), [[37, 193], [129, 193], [129]]),
        new("linear, nothing in", x => x[0].Linear(x[1], x[2]), [[3, 0], [4, 0], [4]]),
        new("linear, no rows", x => x[0].Linear(x[1], x[2]), [[0, 5], [4, 5], [4]]),
        new("linear, no bias", x => x[0].Linear(x[1], null), [[5, 31], [7, 31]]),
        new("linear, many tiles", x => x[0].Linear(x[1], x[2]), [[130, 530], [270, 530], [270]], tolerance: 2e-5f),
        new("linear, one row", x => x[0].Linear(x[1], x[2]), [[1, 257], [67, 257], [67]]),
        new("linear, one output", x => x[0].Linear(x[1], x[2]), [[45, 65], [1, 65], [1]]),
        new("linear, one input", x => x[0].Linear(x[1], x[2]), [[33, 1], [49, 1], [49]]),
        new("linear, batch of sequences", x => x[0].Linear(x[1], x[2]), [[2, 3, 11, 48], [64, 48], [64]]),
        new("linear, whole tiles", x => x[0].Linear(x[1], x[2]), [[96, 256], [128, 256], [128]]),
        new("linear, constant weight", x => x[0].Linear(x[1], x[2]), [[6, 20], [9, 20], [9]], constants: [1, 2]),
        new("linear, constant input", x => x[0].Linear(x[1], x[2]), [[6, 20], [9, 20], [9]], constants: [0]),
        new("matrix product", x => x[0].MatMul(x[1]), [[13, 29], [29, 35]]),
        new("matrix product over nothing", x => x[0].MatMul(x[1]), [[2, 0], [0, 3]]),
        new("matrix product, left transposed", x => x[0].MatMul(x[1], transposeA: true), [[29, 13], [29, 35]]),
        new("matrix product, right transposed", x => x[0].MatMul(x[1], transposeB: true), [[13, 29], [35, 29]]),
        new("matrix product, both transposed", x => x[0].MatMul(x[1], true, true), [[29, 13], [35, 29]]),
        new("matrix product, many tiles", x => x[0].MatMul(x[1]), [[131, 390], [390, 141]], tolerance: 2e-5f),
        new("matrix product, many tiles, both transposed", x => x[0].MatMul(x[1], true, true), [[390, 131], [141, 390]], tolerance: 2e-5f),
        new("matrix product, batch", x => x[0].MatMul(x[1]), [[2, 3, 17, 9], [2, 3, 9, 33]]),
        new("matrix product, batch, left transposed", x => x[0].MatMul(x[1], transposeA: true), [[5, 9, 17], [5, 9, 33]]),
        new("matrix product, batch, right transposed", x => x[0].MatMul(x[1], transposeB: true), [[5, 17, 9], [5, 33, 9]]),
        new("matrix product, batch, both transposed", x => x[0].MatMul(x[1], true, true), [[5, 9, 17], [5, 33, 9]]),
        new("matrix product, one right side for all", x => x[0].MatMul(x[1]), [[4, 7, 19], [19, 21]]),
        new("matrix product, one transposed right side for all", x => x[0].MatMul(x[1], transposeB: true), [[4, 7, 19], [21, 19]]),
        new("matrix product with itself", x => x[0].MatMul(x[0], transposeB: true), [[19, 33]]),
    ];
}
