namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    public override void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        int outputs = weight.Shape[0], inputs = weight.Shape[1], rows = x.Shape.Rows;
        var product = new Product(Data(y), outputs) { ColumnBias = bias is null ? null : Data(bias) };
        Gemm.Run(team, rows, outputs, inputs, new RowPanels(Data(x), inputs), new RowPanels(Data(weight), inputs), product);
    }

    public override void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor y)
    {
        int m = y.Shape[-2], n = y.Shape[-1], k = a.Shape[transposeA ? -2 : -1];
        int batches = a.Shape.Product(0, a.Shape.Rank - 2);
        bool shared = b.Shape.Rank == 2;
        if (shared && !transposeA)
        {
            m = checked(m * batches); // one matrix for every batch: just more rows
            batches = 1;
        }
        for (int i = 0; i < batches; i++)
        {
            float* left = Data(a) + ((long)i * m * k), right = Data(b) + (shared ? 0 : (long)i * k * n), target = Data(y) + ((long)i * m * n);
            MultiplyOne(left, transposeA, right, transposeB, m, n, k, new Product(target, n));
        }
    }

    void MultiplyOne(float* a, bool transposeA, float* b, bool transposeB, int m, int n, int k, in Product product)
    {
        if (transposeA && transposeB) Gemm.Run(team, m, n, k, new ColumnPanels(a, m), new RowPanels(b, k), product);
        else if (transposeA) Gemm.Run(team, m, n, k, new ColumnPanels(a, m), new ColumnPanels(b, n), product);
        else if (transposeB) Gemm.Run(team, m, n, k, new RowPanels(a, k), new RowPanels(b, k), product);
        else Gemm.Run(team, m, n, k, new RowPanels(a, k), new ColumnPanels(b, n), product);
    }
}
