using System.Numerics.Tensors;
using TalkingMachines.Media;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Structural similarity (SSIM) of pictures of one size, by Wang, Bovik, Sheikh and Simoncelli (2004): means, variances and
/// covariance of luma under a Gaussian window of 11 pixels and deviation 1.5; K1 0.01, K2 0.03. Only windows that lie inside
/// count. Keeps its buffers: for one thread.
/// </summary>
public sealed class StructuralSimilarity
{
    /// <summary>Side of the window in pixels.</summary>
    public const int Window = 11;

    const int Radius = Window / 2;
    const double Deviation = 1.5;
    const float C1 = 0.01f * 255 * 0.01f * 255, C2 = 0.03f * 255 * 0.03f * 255;

    static readonly float[] gaussian = Gaussian();

    readonly int width, height;
    readonly float[] a, b, product, across;
    readonly float[] meanA, meanB, squareA, squareB, both;

    public StructuralSimilarity(int width, int height)
    {
        if (width < Window || height < Window) throw new ArgumentException($"Pictures are {width}x{height}, expected {Window} pixels a side or more.");
        (this.width, this.height) = (width, height);
        (a, b, product) = (new float[width * height], new float[width * height], new float[width * height]);
        across = new float[Columns * height];
        (meanA, meanB, squareA, squareB, both) = (Map(), Map(), Map(), Map(), Map());
    }

    int Columns => width - Window + 1;

    int Rows => height - Window + 1;

    float[] Map() => new float[Columns * Rows];

    static float[] Gaussian()
    {
        double[] bell = [.. Enumerable.Range(-Radius, Window).Select(i => Math.Exp(-i * i / (2 * Deviation * Deviation)))];
        return [.. bell.Select(value => (float)(value / bell.Sum()))];
    }

    /// <summary>Mean similarity over the picture, and over the windows whose middle lies in a rectangle; 1 where nothing differs.</summary>
    /// <param name="left">Of the rectangle, in pixels of the picture; bounds are cut to where windows are.</param>
    public (double Whole, double Within) Measure(Picture truth, Picture picture, int left, int top, int right, int bottom)
    {
        Luma(truth, a);
        Luma(picture, b);
        Blur(a, meanA);
        Blur(b, meanB);
        TensorPrimitives.Multiply<float>(a, a, product);
        Blur(product, squareA);
        TensorPrimitives.Multiply<float>(b, b, product);
        Blur(product, squareB);
        TensorPrimitives.Multiply<float>(a, b, product);
        Blur(product, both);
        for (int i = 0; i < both.Length; i++) both[i] = At(i);
        double whole = Mean(0, 0, Columns, Rows);
        int x = Math.Clamp(left - Radius, 0, Columns - 1), y = Math.Clamp(top - Radius, 0, Rows - 1);
        return (whole, Mean(x, y, Math.Clamp(right - Radius, x + 1, Columns), Math.Clamp(bottom - Radius, y + 1, Rows)));
    }

    float At(int i)
    {
        float x = meanA[i], y = meanB[i];
        float spread = squareA[i] - (x * x) + squareB[i] - (y * y), covariance = both[i] - (x * y);
        return ((2 * x * y) + C1) * ((2 * covariance) + C2) / (((x * x) + (y * y) + C1) * (spread + C2));
    }

    double Mean(int left, int top, int right, int bottom)
    {
        double sum = 0;
        for (int row = top; row < bottom; row++) sum += TensorPrimitives.Sum(both.AsSpan((row * Columns) + left, right - left));
        return sum / ((right - left) * (bottom - top));
    }

    void Luma(Picture picture, float[] target)
    {
        if (picture.Width != width || picture.Height != height) throw new ArgumentException($"A picture is {picture.Width}x{picture.Height}, expected {width}x{height}.");
        var pixels = picture.Pixels.AsSpan();
        for (int i = 0; i < target.Length; i++) target[i] = (0.299f * pixels[3 * i]) + (0.587f * pixels[(3 * i) + 1]) + (0.114f * pixels[(3 * i) + 2]);
    }

    /// <summary>[height,width] to [Rows,Columns], along rows and then along columns.</summary>
    void Blur(float[] source, float[] target)
    {
        Array.Clear(across);
        Array.Clear(target);
        for (int y = 0; y < height; y++)
        {
            var row = across.AsSpan(y * Columns, Columns);
            for (int k = 0; k < Window; k++) TensorPrimitives.MultiplyAdd(source.AsSpan((y * width) + k, Columns), gaussian[k], row, row);
        }
        for (int y = 0; y < Rows; y++)
        {
            var row = target.AsSpan(y * Columns, Columns);
            for (int k = 0; k < Window; k++) TensorPrimitives.MultiplyAdd(across.AsSpan((y + k) * Columns, Columns), gaussian[k], row, row);
        }
    }
}
