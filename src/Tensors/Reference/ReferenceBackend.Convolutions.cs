namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    /// <summary>One product of a convolution: an output cell, a kernel cell and the input cell under it, each a flat index in its [T,H,W] volume.</summary>
    readonly record struct Join(int Input, int Kernel, int Output);

    public override void Convolution(Tensor x, Tensor weight, Tensor? bias, in ConvolutionWindow window, Tensor y)
    {
        var joins = Joins(window, x.Shape, weight.Shape, y.Shape);
        int outputs = weight.Shape[0], inputs = weight.Shape[1];
        for (int b = 0; b < x.Shape[0]; b++)
        {
            for (int o = 0; o < outputs; o++)
            {
                var target = Volume(y, b, o);
                target.Fill(bias is null ? 0 : bias.Doubles[o]);
                for (int c = 0; c < inputs; c++)
                {
                    ReadOnlySpan<double> source = Volume(x, b, c), kernel = Volume(weight, o, c);
                    foreach (var join in joins) target[join.Output] += source[join.Input] * kernel[join.Kernel];
                }
            }
        }
    }

    public override void ConvolutionInputGradient(Tensor dy, Tensor weight, in ConvolutionWindow window, Tensor dx)
    {
        var joins = Joins(window, dx.Shape, weight.Shape, dy.Shape);
        dx.Doubles.Clear();
        for (int b = 0; b < dx.Shape[0]; b++)
        {
            for (int o = 0; o < weight.Shape[0]; o++)
            {
                ReadOnlySpan<double> above = Volume(dy, b, o);
                for (int c = 0; c < weight.Shape[1]; c++)
                {
                    var below = Volume(dx, b, c);
                    ReadOnlySpan<double> kernel = Volume(weight, o, c);
                    foreach (var join in joins) below[join.Input] += above[join.Output] * kernel[join.Kernel];
                }
            }
        }
    }

    public override void ConvolutionWeightGradient(Tensor x, Tensor dy, in ConvolutionWindow window, Tensor dweight)
    {
        var joins = Joins(window, x.Shape, dweight.Shape, dy.Shape);
        dweight.Doubles.Clear();
        for (int b = 0; b < x.Shape[0]; b++)
        {
            for (int o = 0; o < dweight.Shape[0]; o++)
            {
                ReadOnlySpan<double> above = Volume(dy, b, o);
                for (int c = 0; c < dweight.Shape[1]; c++)
                {
                    var kernel = Volume(dweight, o, c);
                    ReadOnlySpan<double> source = Volume(x, b, c);
                    foreach (var join in joins) kernel[join.Kernel] += above[join.Output] * source[join.Input];
                }
            }
        }
    }

    /// <summary>The [T,H,W] volume of channel <paramref name="j"/> of item <paramref name="i"/> of a tensor [A,B,T,H,W].</summary>
    static Span<double> Volume(Tensor tensor, int i, int j)
    {
        int size = tensor.Shape.Product(2, 5);
        return tensor.Doubles.Slice(((i * tensor.Shape[1]) + j) * size, size);
    }

    /// <summary>All products of one input volume with one kernel; those over the zero padding are left out.</summary>
    static Join[] Joins(in ConvolutionWindow window, in Shape input, in Shape kernel, in Shape output)
    {
        var along = (
            T: AxisJoins(input[2], kernel[2], output[2], window.StrideT, window.FrontT),
            H: AxisJoins(input[3], kernel[3], output[3], window.StrideH, window.FrontH),
            W: AxisJoins(input[4], kernel[4], output[4], window.StrideW, window.FrontW));
        var joins = new List<Join>();
        foreach (var t in along.T)
        {
            foreach (var h in along.H)
            {
                foreach (var w in along.W)
                {
                    joins.Add(new(
                        (((t.Input * input[3]) + h.Input) * input[4]) + w.Input,
                        (((t.Kernel * kernel[3]) + h.Kernel) * kernel[4]) + w.Kernel,
                        (((t.Output * output[3]) + h.Output) * output[4]) + w.Output));
                }
            }
        }
        return [.. joins];
    }

    /// <summary>The products along one axis: output cell i meets input cell i * stride + k - front under kernel cell k.</summary>
    static List<Join> AxisJoins(int input, int kernel, int output, int stride, int front)
    {
        var joins = new List<Join>();
        for (int i = 0; i < output; i++)
        {
            for (int k = 0; k < kernel; k++)
            {
                int source = (i * stride) + k - front;
                if (source >= 0 && source < input) joins.Add(new(source, k, i));
            }
        }
        return joins;
    }
}
