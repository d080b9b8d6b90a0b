using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class ShapeErrorTests
{
    [Fact]
    public void Ops_name_the_shapes_that_they_refuse() => LeakCheck.On("reference", device =>
    {
        Refused(device, x => x[0].Linear(x[1], null), [4, 5], [7, 6], "[7,6]");
        Refused(device, x => x[0].MatMul(x[1]), [4, 5], [6, 7], "[4,5] and [6,7]");
        Refused(device, x => x[0].MatMul(x[1]), [2, 4, 5], [3, 5, 7], "[3,5,7]");
        Refused(device, x => x[0].MatMul(x[1], transposeA: true), [2, 5, 4], [5, 7], "[5,7]"); // batches of columns share no right side
        Refused(device, x => x[0].Convolution(x[1], null, new()), [1, 2, 3, 4, 5], [6, 3, 1, 1, 1], "[6,3,1,1,1]");
        Refused(device, x => x[0].Convolution(x[1], null, new()), [1, 2, 1, 4, 5], [6, 2, 1, 5, 1], "nothing is left");
        Refused(device, x => x[0].Convolution(x[1], null, ConvolutionWindow.Same(1, 3, 3)), [1, 2, 3, 4, 5], [6, 2, 1, 1, 1], "less padding than kernel");
        Refused(device, x => x[0].Attention(x[1], x[1], null, 1), [1, 3, 2, 8], [1, 5, 2, 4], "[1,5,2,4]");
        Refused(device, x => x[0].RmsNorm(x[1], 1e-6f), [3, 8], [7], "[7]");
        Refused(device, x => x[0].Rotary(x[1], x[1]), [1, 3, 2, 8], [3, 3], "[3,3]");
        Refused(device, x => x[0].Warp(x[1]), [2, 3, 4, 5], [3, 2, 4, 5], "[3,2,4,5]");
        Refused(device, x => x[0].SumPool(3), [1, 4, 6], [1], "[1,4,6]");
        Refused(device, x => x[0].Gather(3), [3, 2], [1], "Row 3");
        Refused(device, x => x[0].Reshape(5, 2), [3, 4], [1], "[3,4]");
        Refused(device, x => x[0].Narrow(1, 3, 2), [3, 4], [1], "3..5");
        Refused(device, x => Tensor.Concat(0, x[0], x[1]), [3, 4], [3, 5], "[3,5]");
        Refused(device, x => x[0].SumTo([3]), [3, 4], [1], "[3]");
    });

    static void Refused(Device device, Func<Tensor[], Tensor> compute, int[] a, int[] b, string names)
    {
        using var scope = Tensor.Scope();
        Tensor[] inputs = [Tensor.Zeros(device, new(a)), Tensor.Zeros(device, new(b))];
        Assert.Contains(names, Assert.Throws<ArgumentException>(() => compute(inputs)).Message);
    }
}
