namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    static readonly ConvolutionWindow Dense = new();

    public override void Convolution(Tensor x, Tensor weight, Tensor? bias, in ConvolutionWindow window, Tensor y) =>
        Convolve(x, Data(weight), weight.Shape, bias is null ? null : Data(bias), window, Dense, y);

    // y = weight * x, padded and strided by window; dilation: x with zeros between its cells.
    void Convolve(Tensor x, float* weight, in Shape w, float* bias, in ConvolutionWindow window, in ConvolutionWindow dilation, Tensor y)
    {
        if (dilation is { StrideT: 1, StrideH: 1, StrideW: 1 } && Winograd.Fits(w, window, y.Shape))
        {
            Winograd.Run(team, x, weight, w[0], bias, window, y);
            return;
        }
        var o = y.Shape;
        int depth = w.Product(1, 5), pixels = o.Product(2, 5);
        var taps = y.Device.Memory.Rent((long)depth * sizeof(int));
        Storage? padded = null;
        try
        {
            var picture = PaddedPicture.Make(team, x, window, dilation, out padded);
            ConvolutionMap.FillTaps((int*)taps.Pointer, picture, w[2], w[3], w[4]);
            var map = new ConvolutionMap(picture, (int*)taps.Pointer, o[2], o[3], o[4], window);
            var product = new Product(Data(y), pixels) { PerImage = pixels, ImageStride = (long)o[1] * pixels, RowBias = bias };
            Gemm.Run(team, w[0], checked(o[0] * pixels), depth, new RowPanels(weight, depth), new PixelPanels(map), product);
        }
        finally
        {
            taps.Release();
            padded?.Release();
        }
    }

    /// <summary>A convolution at stride 1 of dy, zeros between its cells, with the kernel turned round and its channels swapped.</summary>
    public override void ConvolutionInputGradient(Tensor dy, Tensor weight, in ConvolutionWindow window, Tensor dx)
    {
        var (w, s, o) = (weight.Shape, dx.Shape, dy.Shape);
        var padding = new ConvolutionWindow(
            StrideT: 1, FrontT: w[2] - 1 - window.FrontT, BackT: s[2] + window.FrontT - ((o[2] - 1) * window.StrideT) - 1,
            FrontH: w[3] - 1 - window.FrontH, BackH: s[3] + window.FrontH - ((o[3] - 1) * window.StrideH) - 1,
            FrontW: w[4] - 1 - window.FrontW, BackW: s[4] + window.FrontW - ((o[4] - 1) * window.StrideW) - 1);
        var turned = dx.Device.Memory.Rent(weight.Count * sizeof(float));
        Shape shape = [w[1], w[0], w[2], w[3], w[4]];
        int parts = (w[1] + TurnJob.Inputs - 1) / TurnJob.Inputs;
        try
        {
            team.Run(new TurnJob(Data(weight), (float*)turned.Pointer, w[0], w[1], w.Product(2, 5)), parts);
            Convolve(dy, (float*)turned.Pointer, shape, null, padding, window, dx);
        }
        finally
        {
            turned.Release();
        }
    }

    readonly struct TurnJob(float* weight, float* turned, int outputs, int inputs, int taps) : IParallelJob
    {
        public const int Inputs = 16; // of a part, together: one by one each read would wait for memory

        public void Run(int part, int worker)
        {
            int first = part * Inputs, end = Math.Min(inputs, first + Inputs);
            for (int o = 0; o < outputs; o++)
                for (int i = first; i < end; i++)
                {
                    float* source = weight + (((long)o * inputs) + i) * taps, target = turned + (((long)i * outputs) + o) * taps;
                    for (int k = 0; k < taps; k++) target[k] = source[taps - 1 - k];
                }
        }
    }

    public override void ConvolutionWeightGradient(Tensor x, Tensor dy, in ConvolutionWindow window, Tensor dweight)
    {
        var (w, o) = (dweight.Shape, dy.Shape);
        if (WinogradWeights.Fits(w, window, o))
        {
            WinogradWeights.Run(team, x, dy, window, dweight);
            return;
        }
        int depth = w.Product(1, 5), pixels = o.Product(2, 5);
        var taps = dy.Device.Memory.Rent((long)depth * sizeof(int));
        Storage? padded = null;
        try
        {
            var picture = PaddedPicture.Make(team, x, window, Dense, out padded);
            ConvolutionMap.FillTaps((int*)taps.Pointer, picture, w[2], w[3], w[4]);
            var map = new ConvolutionMap(picture, (int*)taps.Pointer, o[2], o[3], o[4], window);
            var rows = new RowPanels(Data(dy), pixels, pixels, (long)o[1] * pixels);
            Gemm.Run(team, w[0], depth, checked(o[0] * pixels), rows, new TapPanels(map), new Product(Data(dweight), depth));
        }
        finally
        {
            taps.Release();
            padded?.Release();
        }
    }
}
