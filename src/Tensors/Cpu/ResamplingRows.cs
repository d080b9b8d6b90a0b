using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>Loops over one row of pixels for nearest upsampling and pooling.</summary>
internal static unsafe class ResamplingRows
{
    const int Lanes = ElementRows.Lanes;

    /// <summary>y[i * factor + k] = x[i]</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Repeat(float* x, int factor, float* y, int count)
    {
        long i = 0, whole = factor == 2 ? ElementRows.Whole(count) : 0;
        for (; i < whole; i += Lanes)
        {
            var cells = Vector512.Load(x + i);
            var (low, high) = PairLanes.Join(cells, cells);
            low.Store(y + (2 * i));
            high.Store(y + (2 * i) + Lanes);
        }
        for (; i < count; i++)
            for (int k = 0; k < factor; k++) y[(i * factor) + k] = x[i];
    }

    /// <summary>y[i] = sum over factor rows (width apart) and columns of x</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumCells(float* x, long width, int factor, float* y, int count)
    {
        long i = 0, whole = factor == 2 ? ElementRows.Whole(count) : 0;
        for (; i < whole; i += Lanes)
        {
            float* cell = x + (2 * i);
            var (even, odd) = PairLanes.Split(
                Vector512.Load(cell) + Vector512.Load(cell + width), Vector512.Load(cell + Lanes) + Vector512.Load(cell + width + Lanes));
            (even + odd).Store(y + i);
        }
        for (; i < count; i++)
        {
            float sum = 0;
            for (int row = 0; row < factor; row++)
                for (int k = 0; k < factor; k++) sum += x[(row * width) + (i * factor) + k];
            y[i] = sum;
        }
    }
}
