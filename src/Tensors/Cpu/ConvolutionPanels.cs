using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>Where each output pixel and each tap of a convolution lies in a <see cref="PaddedPicture"/>: element = data[Pixel(p) + taps[k]].</summary>
internal readonly unsafe struct ConvolutionMap(PaddedPicture picture, int* taps, int outT, int outH, int outW, ConvolutionWindow strides)
{
    public readonly float* Data = picture.Data;
    public readonly int* Taps = taps;

    public int PixelsAnImage => outT * outH * outW;

    /// <summary>Pixels that follow each other in memory, from any one that starts a run.</summary>
    public int Run => strides.StrideW != 1 ? 1 : strides.StrideH != 1 || picture.W != outW ? outW : strides.StrideT != 1 || picture.H != outH ? outH * outW : PixelsAnImage;

    public long Pixel(int pixel)
    {
        (int image, int within) = Math.DivRem(pixel, PixelsAnImage);
        (int row, int x) = Math.DivRem(within, outW);
        (int t, int y) = Math.DivRem(row, outH);
        return (image * picture.Image) + (((((long)t * strides.StrideT * picture.H) + ((long)y * strides.StrideH)) * picture.W) + ((long)x * strides.StrideW));
    }

    /// <summary>Offsets of the taps (c, t, h, w) of a kernel.</summary>
    public static void FillTaps(int* taps, in PaddedPicture picture, int kernelT, int kernelH, int kernelW)
    {
        for (int c = 0; c < picture.Channels; c++)
            for (int t = 0; t < kernelT; t++)
                for (int h = 0; h < kernelH; h++)
                    for (int w = 0; w < kernelW; w++)
                        *taps++ = checked((int)((c * picture.Plane) + ((((long)t * picture.H) + h) * picture.W) + w));
    }
}

/// <summary>Forward: i is an output pixel, k a tap.</summary>
internal readonly unsafe struct PixelPanels(ConvolutionMap map) : IPanelSource
{
    public void Pack(int start, int count, int width, int k0, int depth, float* panel)
    {
        long* offsets = stackalloc long[Tile.MaxColumns];
        for (int i = 0; i < count; i++) offsets[i] = map.Pixel(start + i);
        int* taps = map.Taps + k0;
        if (Vector512.IsHardwareAccelerated && count == 32 && offsets[15] - offsets[0] == 15 && offsets[31] - offsets[16] == 15)
        {
            float* left = map.Data + offsets[0], right = map.Data + offsets[16];
            for (int k = 0; k < depth; k++, panel += 32)
            {
                Vector512.Load(left + taps[k]).Store(panel);
                Vector512.Load(right + taps[k]).Store(panel + 16);
            }
            return;
        }
        for (int k = 0; k < depth; k++, panel += width)
        {
            float* tap = map.Data + taps[k];
            int i = 0;
            for (; i < count; i++) panel[i] = tap[offsets[i]];
            for (; i < width; i++) panel[i] = 0;
        }
    }
}

/// <summary>Weight gradient: i is a tap, k an output pixel.</summary>
internal readonly unsafe struct TapPanels(ConvolutionMap map) : IPanelSource
{
    public void Pack(int start, int count, int width, int k0, int depth, float* panel)
    {
        float** rows = stackalloc float*[Tile.MaxColumns];
        int run = map.Run;
        while (depth > 0)
        {
            long pixel = map.Pixel(k0);
            int length = Math.Min(depth, run - (k0 % run));
            for (int i = 0; i < count; i++) rows[i] = map.Data + map.Taps[start + i] + pixel;
            Transposed.Pack(rows, count, width, length, panel);
            panel += (long)length * width;
            k0 += length;
            depth -= length;
        }
    }
}
