using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>The tiles of 2x2 outputs that cover each picture of <c>output</c> [B,O,T,H,W], row by row, in groups of 16 that stay within a picture.</summary>
internal readonly unsafe struct WinogradTiles(in Shape output)
{
    const int Lanes = 16;
    readonly int frames = output[2], height = output[3], width = output[4];

    public int Down => (height + 1) / 2;

    public int Across => (width + 1) / 2;

    /// <summary>Columns of a plane of a <see cref="ParityPicture"/>: one more than tiles.</summary>
    public int Stride => Across + 1;

    /// <summary>Groups of a picture.</summary>
    public int Groups => ((Down * Across) + Lanes - 1) / Lanes;

    /// <summary>Where the first of 16 tiles lies in a plane, and all of them behind it: less than 32, for at most 16 tiles stand between as many gaps of one.</summary>
    public Vector512<int> Places(int tile, out int start)
    {
        start = Place(tile);
        int* places = stackalloc int[Lanes];
        for (int i = 0; i < Lanes; i++) places[i] = Place(Math.Min(tile + i, (Down * Across) - 1)) - start;
        return Vector512.Load(places);
    }

    int Place(int tile) => (tile / Across * Stride) + (tile % Across);

    /// <summary>Offset of a plane of the output, where image counts pictures as [B,T].</summary>
    public long PlaneOf(int image, int channel, int channels) => ((((long)(image / frames) * channels) + channel) * frames + (image % frames)) * height * width;

    /// <summary>Stores the upper 32 and the lower 32 pixels of 16 tiles from <paramref name="tile"/> on into a plane.</summary>
    public void Spread(float* rows, int tile, float* plane)
    {
        var (down, across) = Math.DivRem(tile, Across);
        int left = Math.Min(Lanes, (Down * Across) - tile);
        while (left > 0)
        {
            int run = Math.Min(left, Across - across), pixels = Math.Min(2 * run, width - (2 * across));
            float* target = plane + ((long)2 * down * width) + (2 * across);
            Copy(rows, target, pixels);
            if ((2 * down) + 1 < height) Copy(rows + (2 * Lanes), target + width, pixels);
            rows += 2 * run;
            left -= run;
            across = 0;
            down++;
        }
    }

    static void Copy(float* source, float* target, int count)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8) Vector256.Load(source + i).Store(target + i);
        for (; i < count; i++) target[i] = source[i];
    }
}

/// <summary>
/// A padded picture in four planes by the parities of row and column: pixel (y, x) lies in plane 2 (y % 2) + x % 2 at
/// (y / 2, x / 2). So each of the 16 pixels of a tile has a fixed place from the tile's own. Pictures as [B,T], in each the channels.
/// </summary>
internal readonly unsafe struct ParityPicture
{
    public readonly float* Data;
    public readonly int Images, Channels;

    /// <summary>Floats of one of the four planes, and of all.</summary>
    public readonly long Quarter;

    ParityPicture(float* data, int images, int channels, long quarter)
    {
        Data = data;
        (Images, Channels, Quarter) = (images, channels, quarter);
    }

    public long Plane => 4 * Quarter;

    /// <summary>Lays x out; the storage is the caller's to release.</summary>
    public static ParityPicture Make(WorkerTeam team, Tensor x, in ConvolutionWindow padding, in WinogradTiles tiles, out Storage storage)
    {
        var s = x.Shape;
        const int overread = 32; // vectors are loaded whole
        long quarter = (long)(tiles.Down + 1) * tiles.Stride;
        storage = x.Device.Memory.Rent(((s[0] * s[1] * s[2] * 4 * quarter) + overread) * sizeof(float));
        var picture = new ParityPicture((float*)storage.Pointer, s[0] * s[2], s[1], quarter);
        team.Run(new SplitJob((float*)x.Pointer, picture, s[2], s[3], s[4], tiles.Stride, padding.FrontH, padding.FrontW), s[0] * s[1] * s[2]);
        return picture;
    }

    readonly struct SplitJob(float* x, ParityPicture picture, int frames, int height, int width, int stride, int frontH, int frontW) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            float* source = x + ((long)part * height * width);
            int frame = part % frames, channel = part / frames % picture.Channels, batch = part / frames / picture.Channels;
            float* target = picture.Data + (((((long)batch * frames) + frame) * picture.Channels) + channel) * picture.Plane;
            NativeMemory.Clear(target, (nuint)(picture.Plane * sizeof(float)));
            for (int y = frontH; y < frontH + height; y++, source += width)
            {
                float* row = target + (y % 2 * 2 * picture.Quarter) + (y / 2 * stride);
                float* even = row + (frontW % 2 * picture.Quarter) + (frontW / 2), odd = row + ((frontW + 1) % 2 * picture.Quarter) + ((frontW + 1) / 2);
                Transposition.Separate(source, even, odd, width / 2);
                if (width % 2 == 1) even[width / 2] = source[width - 1];
            }
        }
    }
}
