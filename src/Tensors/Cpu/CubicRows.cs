using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>A run of at most 128 points in an <see cref="EdgedPicture"/>: cells, fractions and slopes as in <see cref="BilinearRows.Displace"/>, and the weights of the four lines around each.</summary>
/// <param name="numbers">memory of <see cref="Floats"/></param>
internal readonly unsafe struct CubicPoints(float* numbers)
{
    public const int Most = BilinearPoints.Most, Floats = 13 * Most;

    public int* Cells => (int*)(numbers + (12 * Most));

    public float* Across => numbers;

    public float* Down => numbers + Most;

    public float* SlopeAcross => numbers + (2 * Most);

    public float* SlopeDown => numbers + (3 * Most);

    /// <summary>[4,128]</summary>
    public float* LineWeights => numbers + (4 * Most);

    /// <summary>[4,128], derivatives of the weights</summary>
    public float* LineSlopes => numbers + (8 * Most);

    public BilinearPoints Places => new(Cells, Across, Down, default);
}

/// <summary>
/// Loops over points among the pixels of an <see cref="EdgedPicture"/>, each a cubic of the 4x4 pixels around it. Scalar loops are
/// the definitions; the vector loops take the four pixels of a line, of four channels each, at a time.
/// </summary>
internal static unsafe class CubicRows
{
    const int Taps = 4, Pixel = PixelRows.Channels, Most = CubicPoints.Most;

    // Tap k weighs ((cube[k] t + square[k]) t + linear[k]) t + constant[k] at fraction t: Keys' kernel, a = -0.5. Exactly 0 and 1 at both ends.
    static ReadOnlySpan<float> Cube => [-0.5f, 1.5f, -1.5f, 0.5f];

    static ReadOnlySpan<float> Square => [1, -2.5f, 2, -0.5f];

    static ReadOnlySpan<float> Linear => [-0.5f, 0, 0.5f, 0];

    static ReadOnlySpan<float> Constant => [0, 1, 0, 0];

    static float Weight(int tap, float t) => (((((Cube[tap] * t) + Square[tap]) * t) + Linear[tap]) * t) + Constant[tap];

    static float Slope(int tap, float t) => (((3 * Cube[tap] * t) + (2 * Square[tap])) * t) + Linear[tap];

    /// <summary>Works out the weights of the lines.</summary>
    public static void Weigh(in CubicPoints points, int count)
    {
        for (int tap = 0; tap < Taps; tap++)
            Polynomial(points.Down, Cube[tap], Square[tap], Linear[tap], Constant[tap], points.LineWeights + (tap * Most), count);
    }

    /// <summary>Works out the derivatives of the weights of the lines.</summary>
    public static void WeighSlopes(in CubicPoints points, int count)
    {
        for (int tap = 0; tap < Taps; tap++)
            Polynomial(points.Down, 0, 3 * Cube[tap], 2 * Square[tap], Linear[tap], points.LineSlopes + (tap * Most), count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Polynomial(float* t, float cube, float square, float linear, float constant, float* y, int count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += ElementRows.Lanes)
            Polynomial(Vector512.Load(t + i), Vector512.Create(cube), Vector512.Create(square), Vector512.Create(linear), Vector512.Create(constant)).Store(y + i);
        for (; i < count; i++) y[i] = (((((cube * t[i]) + square) * t[i]) + linear) * t[i]) + constant;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Polynomial(Vector512<float> t, Vector512<float> cube, Vector512<float> square, Vector512<float> linear, Vector512<float> constant) =>
        Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(cube, t, square), t, linear), t, constant);

    /// <summary>A number of each tap, for all channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> ByTap(ReadOnlySpan<float> taps) => Vector512.Create(
        Vector256.Create(Vector128.Create(taps[0]), Vector128.Create(taps[1])), Vector256.Create(Vector128.Create(taps[2]), Vector128.Create(taps[3])));

    /// <summary>The sum over the taps, by channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> SumTaps(Vector512<float> x)
    {
        var half = x.GetLower() + x.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    /// <summary>The sum of four lines, weighed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> SumLines(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* weights)
    {
        var sum = Vector512.FusedMultiplyAdd(b, Vector512.Create(weights[Most]), a * weights[0]);
        sum = Vector512.FusedMultiplyAdd(c, Vector512.Create(weights[2 * Most]), sum);
        return Vector512.FusedMultiplyAdd(d, Vector512.Create(weights[3 * Most]), sum);
    }

    // 0 where vectors are emulated: slower than the scalar loop
    static int Whole(int count) => Vector128.IsHardwareAccelerated ? count : 0;

    /// <summary>pixels[i] = picture x, whose lines are so many floats apart, at point i</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interpolate(float* x, long line, in CubicPoints points, float* pixels, int count)
    {
        float* across = points.Across, weights = points.LineWeights;
        int* cells = points.Cells;
        int i = 0, whole = Whole(count);
        Vector512<float> cube = ByTap(Cube), square = ByTap(Square), linear = ByTap(Linear), constant = ByTap(Constant);
        for (; i < whole; i++)
        {
            float* cell = x + ((long)cells[i] * Pixel);
            var sum = SumLines(Vector512.Load(cell), Vector512.Load(cell + line), Vector512.Load(cell + (2 * line)), Vector512.Load(cell + (3 * line)), weights + i);
            SumTaps(sum * Polynomial(Vector512.Create(across[i]), cube, square, linear, constant)).Store(pixels + (i * Pixel));
        }
        for (; i < count; i++)
        {
            new Span<float>(pixels + (i * Pixel), Pixel).Clear();
            for (int k = 0; k < Taps * Taps; k++)
            {
                var (row, tap) = Math.DivRem(k, Taps);
                float weight = weights[(row * Most) + i] * Weight(tap, across[i]);
                ElementRows.AddTo(x + (row * line) + ((cells[i] + tap) * (long)Pixel), weight, pixels + (i * Pixel), Pixel);
            }
        }
    }

    /// <summary>Adds the sum over the channels of dy times the slopes of x at each point: across to dacross, down to ddown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSlopes(float* x, long line, in CubicPoints points, float* dy, float* dacross, float* ddown, int count)
    {
        float* across = points.Across, weights = points.LineWeights, slopes = points.LineSlopes;
        int* cells = points.Cells;
        int i = 0, whole = Whole(count);
        Vector512<float> cube = ByTap(Cube), square = ByTap(Square), linear = ByTap(Linear), constant = ByTap(Constant);
        Vector512<float> slopeSquare = cube * 3, slopeLinear = square * 2;
        for (; i < whole; i++)
        {
            float* cell = x + ((long)cells[i] * Pixel);
            Vector512<float> a = Vector512.Load(cell), b = Vector512.Load(cell + line), c = Vector512.Load(cell + (2 * line)), d = Vector512.Load(cell + (3 * line));
            var t = Vector512.Create(across[i]);
            var above = Vector128.Load(dy + (i * Pixel));
            var level = SumLines(a, b, c, d, weights + i) * Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(slopeSquare, t, slopeLinear), t, linear);
            var rise = SumLines(a, b, c, d, slopes + i) * Polynomial(t, cube, square, linear, constant);
            dacross[i] += Vector128.Sum(SumTaps(level) * above);
            ddown[i] += Vector128.Sum(SumTaps(rise) * above);
        }
        for (; i < count; i++)
        {
            for (int k = 0; k < Taps * Taps; k++)
            {
                var (row, tap) = Math.DivRem(k, Taps);
                float* cell = x + (row * line) + ((cells[i] + tap) * (long)Pixel);
                float value = 0;
                for (int c = 0; c < Pixel; c++) value += dy[(i * Pixel) + c] * cell[c];
                dacross[i] += value * weights[(row * Most) + i] * Slope(tap, across[i]);
                ddown[i] += value * slopes[(row * Most) + i] * Weight(tap, across[i]);
            }
        }
    }

    /// <summary>
    /// Adds dy to the 4x4 pixels of dx around each point, by their weights: the adjoint of <see cref="Interpolate"/>. Pixel by pixel: neighbouring points
    /// add to the same ones, and the processor passes a store on to loads of its own place and width only.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread(float* dy, in CubicPoints points, float* dx, long line, int count)
    {
        float* across = points.Across, weights = points.LineWeights;
        int* cells = points.Cells;
        int i = 0, whole = Whole(count);
        Vector512<float> cube = ByTap(Cube), square = ByTap(Square), linear = ByTap(Linear), constant = ByTap(Constant);
        for (; i < whole; i++)
        {
            float* cell = dx + ((long)cells[i] * Pixel);
            var taps = Vector512.Create(Vector128.Load(dy + (i * Pixel))) * Polynomial(Vector512.Create(across[i]), cube, square, linear, constant);
            Vector256<float> left = taps.GetLower(), right = taps.GetUpper();
            for (int row = 0; row < Taps; row++, cell += line)
            {
                var weight = Vector128.Create(weights[(row * Most) + i]);
                Add(left.GetLower(), weight, cell);
                Add(left.GetUpper(), weight, cell + Pixel);
                Add(right.GetLower(), weight, cell + (2 * Pixel));
                Add(right.GetUpper(), weight, cell + (3 * Pixel));
            }
        }
        for (; i < count; i++)
        {
            for (int k = 0; k < Taps * Taps; k++)
            {
                var (row, tap) = Math.DivRem(k, Taps);
                float weight = weights[(row * Most) + i] * Weight(tap, across[i]);
                ElementRows.AddTo(dy + (i * Pixel), weight, dx + (row * line) + ((cells[i] + tap) * (long)Pixel), Pixel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(Vector128<float> value, Vector128<float> weight, float* y) => Vector128.FusedMultiplyAdd(value, weight, Vector128.Load(y)).Store(y);
}
