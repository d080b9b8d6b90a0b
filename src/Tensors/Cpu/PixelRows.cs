using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>Rows of pixels whose channels lie side by side, by fours: made of planes, and parted into planes again.</summary>
internal static unsafe class PixelRows
{
    /// <summary>Channels of a pixel.</summary>
    public const int Channels = 4;

    const int Lanes = ElementRows.Lanes;

    /// <summary>pixels[4 i + c] = planes[c * step + i], or 0 from <paramref name="channels"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Join(float* planes, long step, int channels, float* pixels, int count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += Lanes)
        {
            float* plane = planes + i, pixel = pixels + (i * Channels);
            var second = channels > 1 ? Vector512.Load(plane + step) : default;
            var third = channels > 2 ? Vector512.Load(plane + (2 * step)) : default;
            var fourth = channels > 3 ? Vector512.Load(plane + (3 * step)) : default;
            var (evenLow, evenHigh) = PairLanes.Join(Vector512.Load(plane), third);
            var (oddLow, oddHigh) = PairLanes.Join(second, fourth);
            Store(PairLanes.Join(evenLow, oddLow), pixel);
            Store(PairLanes.Join(evenHigh, oddHigh), pixel + (2 * Lanes));
        }
        for (; i < count; i++)
            for (int c = 0; c < Channels; c++) pixels[(i * Channels) + c] = c < channels ? planes[(c * step) + i] : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store((Vector512<float> Low, Vector512<float> High) both, float* y)
    {
        both.Low.Store(y);
        both.High.Store(y + Lanes);
    }

    /// <summary>planes[c * step + i] = pixels[4 i + c] for c below <paramref name="channels"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Separate(float* pixels, float* planes, long step, int channels, int count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += Lanes)
        {
            float* plane = planes + i, pixel = pixels + (i * Channels);
            var (evenLow, oddLow) = PairLanes.Split(Vector512.Load(pixel), Vector512.Load(pixel + Lanes));
            var (evenHigh, oddHigh) = PairLanes.Split(Vector512.Load(pixel + (2 * Lanes)), Vector512.Load(pixel + (3 * Lanes)));
            var (first, third) = PairLanes.Split(evenLow, evenHigh);
            var (second, fourth) = PairLanes.Split(oddLow, oddHigh);
            first.Store(plane);
            if (channels > 1) second.Store(plane + step);
            if (channels > 2) third.Store(plane + (2 * step));
            if (channels > 3) fourth.Store(plane + (3 * step));
        }
        for (; i < count; i++)
            for (int c = 0; c < channels; c++) planes[(c * step) + i] = pixels[(i * Channels) + c];
    }
}
