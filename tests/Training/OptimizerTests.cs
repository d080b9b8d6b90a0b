using MathNet.Numerics.LinearAlgebra;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Optimizers;
using Xunit;

namespace TalkingMachines.Tests.Training;

public class OptimizerTests
{
    [Theory]
    [InlineData(16, 48)]
    [InlineData(48, 16)]
    [InlineData(32, 32)]
    public void Muon_makes_an_update_nearly_orthogonal_with_the_directions_of_the_gradient(int rows, int columns)
    {
        using var device = Device.Reference();
        using var scope = Tensor.Scope();
        var gradient = Tensor.Normal(device, [rows, columns], new RandomStream(3)) * 1e-3f;
        var given = Matrix(gradient).Svd();
        var update = Matrix(Muon.Orthogonal(gradient));
        double[] stretched = [.. update.Svd().S];
        Assert.InRange(stretched.Max(), 0.7, 1.3);
        Assert.InRange(stretched.Order().ElementAt(stretched.Length / 4), 0.6, 1.3); // the smallest of a square matrix may lag
        // U^T update V is diagonal: the singular vectors are kept.
        var inner = given.U.Transpose() * update * given.VT.Transpose();
        for (int i = 0; i < inner.RowCount; i++)
            for (int j = 0; j < inner.ColumnCount; j++)
                if (i != j) Assert.InRange(inner[i, j], -1e-4, 1e-4);
    }

    static Matrix<double> Matrix(Tensor x)
    {
        float[] values = x.ToArray();
        int columns = x.Shape[1];
        return Matrix<double>.Build.Dense(x.Shape[0], columns, (i, j) => values[(i * columns) + j]);
    }

    [Fact]
    public void Muon_moves_a_tall_matrix_by_rate_times_root_of_rows_over_columns()
    {
        using var device = Device.Reference();
        using var weight = Tensor.ZerosOwned(device, [64, 4, 1, 2, 2]); // a convolution: [64,16]
        using var muon = new Muon(new Dictionary<string, Tensor> { ["w"] = weight }, decay: 0);
        using var scope = Tensor.Scope();
        muon.Update("w", Tensor.Normal(device, weight.Shape, new RandomStream(5)), 0.1f);
        var stretched = Matrix(weight.Reshape(64, 16)).Svd().S;
        Assert.InRange(stretched.Minimum(), 0.1 * 2 * 0.6, 0.1 * 2 * 1.3);
        Assert.InRange(stretched.Maximum(), 0.1 * 2 * 0.6, 0.1 * 2 * 1.3);
    }

    [Fact]
    public void Muon_takes_matrices_of_sixteen_by_sixteen_and_more()
    {
        Assert.True(Muon.Takes([16, 16]));
        Assert.True(Muon.Takes([16, 2, 1, 3, 3]));
        Assert.False(Muon.Takes([15, 64]));
        Assert.False(Muon.Takes([64, 1, 1, 3, 3]));
        Assert.False(Muon.Takes([1024]));
    }

    [Fact]
    public void Decay_draws_matrices_to_zero_and_leaves_gains()
    {
        using var device = Device.Reference();
        using var scope = Tensor.Scope();
        Tensor matrix = Tensor.Filled(device, [16, 16], 1), thin = Tensor.Filled(device, [4, 4], 1), gain = Tensor.Filled(device, [4], 1);
        using var muon = new Muon(new Dictionary<string, Tensor> { ["matrix"] = matrix }, decay: 0.5f);
        using var adam = new AdamW(new Dictionary<string, Tensor> { ["thin"] = thin, ["gain"] = gain }, decay: 0.5f);
        muon.Update("matrix", Tensor.Zeros(device, matrix.Shape), 0.1f);
        adam.Update("thin", Tensor.Zeros(device, thin.Shape), 0.1f, 1);
        adam.Update("gain", Tensor.Zeros(device, gain.Shape), 0.1f, 1);
        Assert.All(matrix.ToArray(), w => Assert.Equal(0.95f, w, 6));
        Assert.All(thin.ToArray(), w => Assert.Equal(0.95f, w, 6));
        Assert.All(gain.ToArray(), w => Assert.Equal(1, w));
    }

    [Fact]
    public void Exchanged_twice_weights_and_averages_are_exactly_themselves()
    {
        using var device = Device.Reference();
        using var scope = Tensor.Scope();
        var weight = Tensor.Normal(device, [50], new RandomStream(1));
        using var average = new Ema(new Dictionary<string, Tensor> { ["w"] = weight }, 0.9f);
        float[] start = weight.ToArray();
        device.Backend.AddTo(Tensor.Filled(device, [50], 1), 1, weight);
        average.Update(1000);
        float[] moved = weight.ToArray(), mean = average.Averages["w"].ToArray();
        for (int i = 0; i < 50; i++) Assert.Equal(start[i] + 0.1f, mean[i], 5);
        average.Exchange();
        Assert.Equal(mean, weight.ToArray());
        average.Exchange();
        Assert.Equal(moved, weight.ToArray());
        Assert.Equal(mean, average.Averages["w"].ToArray());
    }
}
