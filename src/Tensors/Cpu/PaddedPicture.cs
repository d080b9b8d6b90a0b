using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// What a convolution reads: planes [B,C,T,H,W] with the padding laid out in memory, so that a tap is one fixed offset
/// and the inner loops check no borders. Without padding it is the tensor itself.
/// </summary>
internal readonly unsafe struct PaddedPicture
{
    public readonly float* Data;
    public readonly int Channels, T, H, W;

    PaddedPicture(float* data, int channels, int t, int h, int w)
    {
        Data = data;
        (Channels, T, H, W) = (channels, t, h, w);
    }

    public long Plane => (long)T * H * W;

    public long Image => Channels * Plane;

    /// <summary>Lays x out with zeros around it and, for gradients of strided convolutions, between its cells. The storage is the caller's to release; null if x serves as it is.</summary>
    public static PaddedPicture Make(WorkerTeam team, Tensor x, in ConvolutionWindow padding, in ConvolutionWindow dilation, out Storage? storage)
    {
        var s = x.Shape;
        int t = ((s[2] - 1) * dilation.StrideT) + 1 + padding.FrontT + padding.BackT;
        int h = ((s[3] - 1) * dilation.StrideH) + 1 + padding.FrontH + padding.BackH;
        int w = ((s[4] - 1) * dilation.StrideW) + 1 + padding.FrontW + padding.BackW;
        storage = null;
        if (t == s[2] && h == s[3] && w == s[4]) return new PaddedPicture((float*)x.Pointer, s[1], t, h, w);
        int planes = s[0] * s[1];
        storage = x.Device.Memory.Rent((long)planes * t * h * w * sizeof(float));
        var job = new CopyJob((float*)x.Pointer, (float*)storage.Pointer, s[2], s[3], s[4], t, h, w, padding, dilation);
        team.Run(job, planes);
        return new PaddedPicture((float*)storage.Pointer, s[1], t, h, w);
    }

    readonly struct CopyJob(float* x, float* y, int inT, int inH, int inW, int t, int h, int w, ConvolutionWindow padding, ConvolutionWindow dilation) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            float* source = x + ((long)part * inT * inH * inW), target = y + ((long)part * t * h * w);
            NativeMemory.Clear(target, (nuint)((long)t * h * w * sizeof(float)));
            for (int i = 0; i < inT; i++)
                for (int j = 0; j < inH; j++, source += inW)
                {
                    float* row = target + (((((long)i * dilation.StrideT) + padding.FrontT) * h) + (j * dilation.StrideH) + padding.FrontH) * w + padding.FrontW;
                    if (dilation.StrideW == 1) new ReadOnlySpan<float>(source, inW).CopyTo(new Span<float>(row, inW));
                    else
                        for (int k = 0; k < inW; k++) row[k * dilation.StrideW] = source[k];
                }
        }
    }
}
