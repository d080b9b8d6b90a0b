namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    public override void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor y)
    {
        int height = y.Shape[^2], width = y.Shape[^1], depth = a.Shape[transposeA ? ^2 : ^1]; // M, P, K
        int batches = y.Shape.Product(0, y.Shape.Rank - 2);
        bool shared = b.Shape.Rank == 2;
        for (int n = 0; n < batches; n++)
        {
            ReadOnlySpan<double> left = a.Doubles.Slice(n * height * depth, height * depth);
            ReadOnlySpan<double> right = b.Doubles.Slice(shared ? 0 : n * depth * width, depth * width);
            var target = y.Doubles.Slice(n * height * width, height * width);
            for (int m = 0; m < height; m++)
            {
                for (int p = 0; p < width; p++)
                {
                    double sum = 0;
                    for (int k = 0; k < depth; k++)
                        sum += left[transposeA ? (k * height) + m : (m * depth) + k] * right[transposeB ? (p * depth) + k : (k * width) + p];
                    target[(m * width) + p] = sum;
                }
            }
        }
    }

    public override void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        int rows = Rows(x), outputs = weight.Shape[0];
        for (int n = 0; n < rows; n++)
        {
            var target = Row(y, n);
            for (int o = 0; o < outputs; o++) target[o] = Dot(Row(x, n), Row(weight, o)) + (bias is null ? 0 : bias.Doubles[o]);
        }
    }
}
