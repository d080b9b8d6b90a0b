using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// Convolution 1x3x3 at stride 1 by Winograd's F(2x2, 3x3): 16 multiplications for four pixels instead of 36 (Lavin and
/// Gray, Fast Algorithms for Convolutional Neural Networks, 2016, section 4.1). A tile of 4x4 pixels and a kernel become
/// 16 points each; at each point one product over the channels; 16 points become 2x2 pixels.
/// </summary>
internal static unsafe class Winograd
{
    const int Points = 16;
    const int Lanes = 16;           // tiles of a vector
    const int LeastChannels = 12;   // below, the transforms cost more than they save
    const int Gap = 16;             // floats between the points of a block: powers of two would share the cache's sets

    /// <summary>Whether this way serves and pays: wide vectors, the right kernel, and enough channels.</summary>
    public static bool Fits(in Shape w, in ConvolutionWindow window) =>
        Avx512F.IsSupported && w[2] == 1 && w[3] == 3 && w[4] == 3 && window is { StrideT: 1, StrideH: 1, StrideW: 1, FrontT: 0, BackT: 0 }
        && Math.Min(w[0], w[1]) >= LeastChannels;

    /// <summary>The same, and whether the tiles of a picture fill the vectors.</summary>
    public static bool Fits(in Shape w, in ConvolutionWindow window, in Shape output) =>
        Fits(w, window) && new WinogradTiles(output).Groups * Lanes * 4L * 2 <= output[3] * output[4] * 3L;

    /// <summary>y [B,O,T,H,W] = weight [O,C,1,3,3] * x [B,C,T,H,W] + bias, with the padding of <paramref name="padding"/>.</summary>
    public static void Run(WorkerTeam team, Tensor x, float* weight, int outputs, float* bias, in ConvolutionWindow padding, Tensor y)
    {
        var pool = y.Device.Memory;
        int channels = x.Shape[1], panels = (outputs + Tile.Rows - 1) / Tile.Rows;
        var tiles = new WinogradTiles(y.Shape);
        var picture = ParityPicture.Make(team, x, padding, tiles, out var pixels);
        long slab = (long)channels * Tile.Rows;
        var kernels = pool.Rent(Points * panels * slab * sizeof(float));
        team.Run(new KernelJob(team.Scratch, weight, (float*)kernels.Pointer, channels, outputs), panels, 9 * slab * sizeof(float));
        var job = new BlockJob(team.Scratch, picture, tiles, (float*)kernels.Pointer, slab, bias, (float*)y.Pointer, outputs);
        team.Run(job, ((picture.Images * tiles.Groups) + 1) / 2, job.ScratchFloats * sizeof(float));
        kernels.Release();
        pixels.Release();
    }

    /// <summary>Kernels to points, 8 outputs (<see cref="Tile.Rows"/>) a part: slab [point][part] holds [channel][output].</summary>
    readonly struct KernelJob(void** scratch, float* weight, float* slabs, int channels, int outputs) : IParallelJob
    {
        const int Row = 8;

        public void Run(int part, int worker)
        {
            int first = part * Row, depth = channels * 9;
            long slab = (long)channels * Row, step = (outputs + Row - 1) / Row * slab;
            float* taps = (float*)scratch[worker], target = slabs + (part * slab);
            new RowPanels(weight, depth).Pack(first, Math.Min(Row, outputs - first), Row, 0, depth, taps);
            for (int c = 0; c < channels; c++, taps += 9 * Row, target += Row) Transform(taps, target, step);
        }

        // G g G' with G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1]
        static void Transform(float* taps, float* target, long step)
        {
            var (a0, a1, a2, a3) = Four(Vector256.Load(taps), Vector256.Load(taps + (3 * Row)), Vector256.Load(taps + (6 * Row)));
            var (b0, b1, b2, b3) = Four(Vector256.Load(taps + Row), Vector256.Load(taps + (4 * Row)), Vector256.Load(taps + (7 * Row)));
            var (c0, c1, c2, c3) = Four(Vector256.Load(taps + (2 * Row)), Vector256.Load(taps + (5 * Row)), Vector256.Load(taps + (8 * Row)));
            StoreFour(Four(a0, b0, c0), target, step);
            StoreFour(Four(a1, b1, c1), target + (4 * step), step);
            StoreFour(Four(a2, b2, c2), target + (8 * step), step);
            StoreFour(Four(a3, b3, c3), target + (12 * step), step);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector256<float>, Vector256<float>, Vector256<float>, Vector256<float>) Four(Vector256<float> a, Vector256<float> b, Vector256<float> c)
        {
            var ends = (a + c) * 0.5f;
            var middle = b * 0.5f;
            return (a, ends + middle, ends - middle, c);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void StoreFour((Vector256<float> A, Vector256<float> B, Vector256<float> C, Vector256<float> D) row, float* target, long step)
        {
            row.A.Store(target);
            row.B.Store(target + step);
            row.C.Store(target + (2 * step));
            row.D.Store(target + (3 * step));
        }
    }

    /// <summary>A row of four points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRow((Vector512<float> A, Vector512<float> B, Vector512<float> C, Vector512<float> D) row, float* target, long step)
    {
        row.A.Store(target);
        row.B.Store(target + step);
        row.C.Store(target + (2 * step));
        row.D.Store(target + (3 * step));
    }

    /// <summary>32 tiles through all channels, outputs and points a part: in between nothing leaves the core's own caches.</summary>
    readonly struct BlockJob(
        void** scratch, ParityPicture picture, WinogradTiles tiles, float* kernels, long slab, float* bias, float* y, int outputs) : IParallelJob
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

        // B' d B with B' = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1], for each channel
        void Enter(int group, float* target)
        {
            var (image, firstTile) = Math.DivRem(group, tiles.Groups);
            var places = tiles.Places(firstTile * Lanes, out int start);
            long plane = picture.Plane, quarter = picture.Quarter, below = tiles.Stride, step = PixelStep;
            float* source = picture.Data + (image * picture.Channels * plane) + start;
            for (int c = 0; c < picture.Channels; c++, source += plane, target += Tile.Columns)
            {
                var (a0, a1, a2, a3) = Row(source, quarter, places);
                var (b0, b1, b2, b3) = Row(source + (2 * quarter), quarter, places);
                var (c0, c1, c2, c3) = Row(source + below, quarter, places);
                var (d0, d1, d2, d3) = Row(source + (2 * quarter) + below, quarter, places);
                StoreRow((a0 - c0, a1 - c1, a2 - c2, a3 - c3), target, step);
                StoreRow((b0 + c0, b1 + c1, b2 + c2, b3 + c3), target + (4 * step), step);
                StoreRow((c0 - b0, c1 - b1, c2 - b2, c3 - b3), target + (8 * step), step);
                StoreRow((b0 - d0, b1 - d1, b2 - d2, b3 - d3), target + (12 * step), step);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Row(float* source, long quarter, Vector512<int> places)
        {
            Vector512<float> a = Pick(source, places), b = Pick(source + quarter, places), c = Pick(source + 1, places), d = Pick(source + quarter + 1, places);
            return (a - c, b + c, c - b, b - d);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> Pick(float* source, Vector512<int> places) =>
            Avx512F.PermuteVar16x32x2(Vector512.Load(source), places, Vector512.Load(source + Lanes));

        // A' m A with A' = [1 1 1 0; 0 1 -1 -1], for each output
        void Leave(int group, float* source)
        {
            var (image, firstTile) = Math.DivRem(group, tiles.Groups);
            long step = ProductStep;
            float* rows = stackalloc float[4 * Lanes];
            for (int o = 0; o < outputs; o++, source += Tile.Columns)
            {
                var (a0, a1) = Column(source, step);
                var (b0, b1) = Column(source + step, step);
                var (c0, c1) = Column(source + (2 * step), step);
                var (d0, d1) = Column(source + (3 * step), step);
                var shift = Vector512.Create(bias == null ? 0 : bias[o]);
                StorePairs(a0 + b0 + c0 + shift, b0 - c0 - d0 + shift, rows);
                StorePairs(a1 + b1 + c1 + shift, b1 - c1 - d1 + shift, rows + (2 * Lanes));
                tiles.Spread(rows, firstTile * Lanes, y + tiles.PlaneOf(image, o, outputs));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<float>, Vector512<float>) Column(float* source, long step)
        {
            Vector512<float> a = Vector512.Load(source), b = Vector512.Load(source + (4 * step));
            Vector512<float> c = Vector512.Load(source + (8 * step)), d = Vector512.Load(source + (12 * step));
            return (a + b + c, b - c - d);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void StorePairs(Vector512<float> left, Vector512<float> right, float* target)
        {
            var (low, high) = PairLanes.Join(left, right);
            low.Store(target);
            high.Store(target + Lanes);
        }
    }
}
