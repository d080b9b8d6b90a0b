using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// Convolution 1x3x3 at stride 1 by Winograd's F(4x4, 3x3): 36 multiplications for sixteen pixels instead of 144 (Lavin and
/// Gray, Fast Algorithms for Convolutional Neural Networks, 2016, section 4.3). A tile of 6x6 pixels and a kernel become
/// 36 points each; at each point one product over the channels; 36 points become 4x4 pixels.
/// </summary>
internal static unsafe class Winograd
{
    const int Side = 6, Points = Side * Side;
    const int Out = WinogradTiles.Side;
    const int Lanes = WinogradTiles.Lanes;  // tiles of a vector
    const int LeastChannels = 12;           // below, the transforms cost more than they save
    const int Gap = 16;                     // floats between the points of a block: powers of two would share the cache's sets

    /// <summary>Whether this way serves and pays: wide vectors, the right kernel, and enough channels.</summary>
    public static bool Fits(in Shape w, in ConvolutionWindow window) =>
        Tile.IsWide && w[2] == 1 && w[3] == 3 && w[4] == 3 && window is { StrideT: 1, StrideH: 1, StrideW: 1, FrontT: 0, BackT: 0 }
        && Math.Min(w[0], w[1]) >= LeastChannels;

    /// <summary>The same, and whether the tiles of a picture fill the vectors.</summary>
    public static bool Fits(in Shape w, in ConvolutionWindow window, in Shape output) =>
        Fits(w, window) && new WinogradTiles(output).Groups * Lanes * Out * (long)Out <= output[3] * output[4] * 2L;

    /// <summary>y [B,O,T,H,W] = weight [O,C,1,3,3] * x [B,C,T,H,W] + bias, with the padding of <paramref name="padding"/>.</summary>
    public static void Run(WorkerTeam team, Tensor x, float* weight, int outputs, float* bias, in ConvolutionWindow padding, Tensor y)
    {
        var pool = y.Device.Memory;
        int channels = x.Shape[1], panels = (outputs + Tile.Rows - 1) / Tile.Rows;
        var tiles = new WinogradTiles(y.Shape);
        long slab = (long)channels * Tile.Rows;
        var kernels = pool.Rent(Points * panels * slab * sizeof(float));
        Storage? pixels = null;
        try
        {
            var picture = PhasePicture.Make(team, x, padding, tiles, out pixels);
            team.Run(new KernelJob(team.Scratch, weight, (float*)kernels.Pointer, channels, outputs), panels, 9 * slab * sizeof(float));
            var job = new BlockJob(team.Scratch, picture, tiles, (float*)kernels.Pointer, slab, bias, (float*)y.Pointer, outputs);
            team.Run(job, ((picture.Images * tiles.Groups) + 1) / 2, job.ScratchFloats * sizeof(float));
        }
        finally
        {
            kernels.Release();
            pixels?.Release();
        }
    }

    /// <summary>Kernels to points, 8 outputs (<see cref="Tile.Rows"/>) a part: slab [point][part] holds [channel][output].</summary>
    readonly struct KernelJob(void** scratch, float* weight, float* slabs, int channels, int outputs) : IParallelJob
    {
        const int Row = 8, Taps = 3;

        public void Run(int part, int worker)
        {
            int first = part * Row, depth = channels * Taps * Taps;
            long slab = (long)channels * Row, step = (outputs + Row - 1) / Row * slab;
            float* taps = (float*)scratch[worker], target = slabs + (part * slab);
            new RowPanels(weight, depth).Pack(first, Math.Min(Row, outputs - first), Row, 0, depth, taps);
            float* columns = stackalloc float[Side * Taps * Row];
            for (int c = 0; c < channels; c++, taps += Taps * Taps * Row, target += Row)
            {
                for (int j = 0; j < Taps; j++) Transform(taps + (j * Row), Taps * Row, columns + (j * Row), Taps * Row);
                for (int i = 0; i < Side; i++) Transform(columns + (i * Taps * Row), Row, target + (i * Side * step), step);
            }
        }

        // G = [1/4 0 0; -1/6 -1/6 -1/6; -1/6 1/6 -1/6; 1/24 1/12 1/6; 1/24 -1/12 1/6; 0 0 1]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Transform(float* from, long stepFrom, float* to, long step)
        {
            Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + stepFrom), c = Vector256.Load(from + (2 * stepFrom));
            Vector256<float> near = (a + c) * (-1f / 6), far = (a * (1f / 24)) + (c * (1f / 6));
            (a * 0.25f).Store(to);
            (near - (b * (1f / 6))).Store(to + step);
            (near + (b * (1f / 6))).Store(to + (2 * step));
            (far + (b * (1f / 12))).Store(to + (3 * step));
            (far - (b * (1f / 12))).Store(to + (4 * step));
            c.Store(to + (5 * step));
        }
    }

    /// <summary>32 tiles through all channels, outputs and points a part: in between nothing leaves the core's own caches.</summary>
    readonly struct BlockJob(
        void** scratch, PhasePicture picture, WinogradTiles tiles, float* kernels, long slab, float* bias, float* y, int outputs) : IParallelJob
    {
        int Panels => (outputs + Tile.Rows - 1) / Tile.Rows;

        long PixelStep => ((long)picture.Channels * Tile.Columns) + Gap;

        long ProductStep => ((long)Panels * Tile.Rows * Tile.Columns) + Gap;

        public long ScratchFloats => Points * (PixelStep + ProductStep);

        public void Run(int part, int worker)
        {
            float* pixels = (float*)scratch[worker], products = pixels + (Points * PixelStep);
            int first = part * 2, count = Math.Min(2, (picture.Images * tiles.Groups) - first);
            for (int i = 0; i < count; i++) Enter(first + i, pixels + (i * Lanes));
            for (int point = 0; point < Points; point++)
            {
                float* left = kernels + (point * Panels * slab), target = products + (point * ProductStep);
                for (int panel = 0; panel < Panels; panel++, left += slab, target += Tile.Rows * Tile.Columns)
                    Tile.Multiply(picture.Channels, left, pixels + (point * PixelStep), target, Tile.Columns, false);
            }
            for (int i = 0; i < count; i++) Leave(first + i, products + (i * Lanes));
        }

        // B' d B, for each channel: columns first
        void Enter(int group, float* target)
        {
            var (image, firstTile) = Math.DivRem(group, tiles.Groups);
            var places = tiles.Places(firstTile * Lanes, out int start);
            long plane = picture.Plane, phase = picture.Phase, row = Out * phase, below = tiles.Stride, step = PixelStep;
            float* source = picture.Data + (image * picture.Channels * plane) + start;
            float* columns = stackalloc float[Points * Lanes];
            for (int c = 0; c < picture.Channels; c++, source += plane, target += Tile.Columns)
            {
                for (int j = 0; j < Side; j++)
                {
                    float* pixel = source + (j % Out * phase) + (j / Out);
                    EnterSix(
                        Pick(pixel, places), Pick(pixel + row, places), Pick(pixel + (2 * row), places), Pick(pixel + (3 * row), places),
                        Pick(pixel + below, places), Pick(pixel + row + below, places), columns + (j * Lanes), Side * Lanes);
                }
                float* line = columns;
                for (int i = 0; i < Side; i++, line += Side * Lanes)
                    EnterSix(
                        Vector512.Load(line), Vector512.Load(line + Lanes), Vector512.Load(line + (2 * Lanes)), Vector512.Load(line + (3 * Lanes)),
                        Vector512.Load(line + (4 * Lanes)), Vector512.Load(line + (5 * Lanes)), target + (i * Side * step), step);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> Pick(float* source, Vector512<int> places) =>
            Avx512F.PermuteVar16x32x2(Vector512.Load(source), places, Vector512.Load(source + Lanes));

        // B' = [4 0 -5 0 1 0; 0 -4 -4 1 1 0; 0 4 -4 -1 1 0; 0 -2 -1 2 1 0; 0 2 -1 -2 1 0; 0 4 0 -5 0 1]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void EnterSix(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, Vector512<float> e, Vector512<float> f, float* to, long step)
        {
            Vector512<float> four = Vector512.Create(4f), five = Vector512.Create(-5f);
            Vector512<float> even = Vector512.FusedMultiplyAdd(-four, c, e), odd = Vector512.FusedMultiplyAdd(-four, b, d), near = e - c, far = d - b;
            far += far;
            Vector512.FusedMultiplyAdd(four, a, Vector512.FusedMultiplyAdd(five, c, e)).Store(to);
            (even + odd).Store(to + step);
            (even - odd).Store(to + (2 * step));
            (near + far).Store(to + (3 * step));
            (near - far).Store(to + (4 * step));
            Vector512.FusedMultiplyAdd(four, b, Vector512.FusedMultiplyAdd(five, d, f)).Store(to + (5 * step));
        }

        // A' m A, for each output: columns first
        void Leave(int group, float* source)
        {
            var (image, firstTile) = Math.DivRem(group, tiles.Groups);
            long step = ProductStep;
            float* columns = stackalloc float[(Out * Side * Lanes) + (Out * Out * Lanes)], rows = columns + (Out * Side * Lanes);
            for (int o = 0; o < outputs; o++, source += Tile.Columns)
            {
                for (int j = 0; j < Side; j++)
                {
                    var (a, b, c, d) = LeaveSix(source + (j * step), Side * step);
                    float* column = columns + (j * Lanes);
                    a.Store(column);
                    b.Store(column + (Side * Lanes));
                    c.Store(column + (2 * Side * Lanes));
                    d.Store(column + (3 * Side * Lanes));
                }
                var shift = Vector512.Create(bias == null ? 0 : bias[o]);
                for (int i = 0; i < Out; i++)
                {
                    var (a, b, c, d) = LeaveSix(columns + (i * Side * Lanes), Lanes);
                    StoreFour(a + shift, b + shift, c + shift, d + shift, rows + (i * Out * Lanes));
                }
                tiles.Spread(rows, firstTile * Lanes, y + tiles.PlaneOf(image, o, outputs));
            }
        }

        // A' = [1 1 1 1 1 0; 0 1 -1 2 -2 0; 0 1 1 4 4 0; 0 1 -1 8 -8 1]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) LeaveSix(float* from, long step)
        {
            Vector512<float> b = Vector512.Load(from + step), c = Vector512.Load(from + (2 * step)), d = Vector512.Load(from + (3 * step)), e = Vector512.Load(from + (4 * step));
            Vector512<float> near = b + c, nearOdd = b - c, far = d + e, farOdd = d - e;
            return (
                Vector512.Load(from) + near + far,
                Vector512.FusedMultiplyAdd(farOdd, Vector512.Create(2f), nearOdd),
                Vector512.FusedMultiplyAdd(far, Vector512.Create(4f), near),
                Vector512.FusedMultiplyAdd(farOdd, Vector512.Create(8f), nearOdd) + Vector512.Load(from + (5 * step)));
        }

        /// <summary>a[0], b[0], c[0], d[0], a[1] and so on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void StoreFour(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target)
        {
            var (evenLow, evenHigh) = PairLanes.Join(a, c);
            var (oddLow, oddHigh) = PairLanes.Join(b, d);
            var (first, second) = PairLanes.Join(evenLow, oddLow);
            var (third, fourth) = PairLanes.Join(evenHigh, oddHigh);
            first.Store(target);
            second.Store(target + Lanes);
            third.Store(target + (2 * Lanes));
            fourth.Store(target + (3 * Lanes));
        }
    }
}
