using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>The tiles of 4x4 outputs that cover each picture of <c>output</c> [B,O,T,H,W], row by row, in groups of 16 that stay within a picture.</summary>
internal readonly unsafe struct WinogradTiles(in Shape output)
{
    public const int Side = 4, Lanes = 16;

    readonly int frames = output[2], height = output[3], width = output[4];

    public int Down => (height + Side - 1) / Side;

    public int Across => (width + Side - 1) / Side;

    /// <summary>Columns of a plane of a <see cref="PhasePicture"/>: one more than tiles.</summary>
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

    /// <summary>Stores the pixels [4,16 * 4] of 16 tiles from <paramref name="tile"/> on into a plane.</summary>
    public void Spread(float* rows, int tile, float* plane)
    {
        var (down, across) = Math.DivRem(tile, Across);
        int left = Math.Min(Lanes, (Down * Across) - tile);
        while (left > 0)
        {
            int run = Math.Min(left, Across - across), pixels = Math.Min(Side * run, width - (Side * across)), lines = Math.Min(Side, height - (Side * down));
            float* target = plane + ((long)Side * down * width) + (Side * across);
            for (int i = 0; i < lines; i++) Copy(rows + (i * Side * Lanes), target + (i * width), pixels);
            rows += Side * run;
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
/// A padded picture in 16 planes by the phases of row and column: pixel (y, x) lies in plane 4 (y % 4) + x % 4 at
/// (y / 4, x / 4). So each of the 36 pixels of a tile has a fixed place from the tile's own. Pictures as [B,T], in each the channels.
/// </summary>
internal readonly unsafe struct PhasePicture
{
    const int Side = WinogradTiles.Side;

    public readonly float* Data;
    public readonly int Images, Channels;

    /// <summary>Floats of one of the 16 planes.</summary>
    public readonly long Phase;

    PhasePicture(float* data, int images, int channels, long phase)
    {
        Data = data;
        (Images, Channels, Phase) = (images, channels, phase);
    }

    /// <summary>Floats of all 16.</summary>
    public long Plane => Side * Side * Phase;

    /// <summary>Lays x out; the storage is the caller's to release.</summary>
    public static PhasePicture Make(WorkerTeam team, Tensor x, in ConvolutionWindow padding, in WinogradTiles tiles, out Storage storage)
    {
        var s = x.Shape;
        const int overread = 2 * WinogradTiles.Lanes; // vectors are loaded whole
        long phase = (long)(tiles.Down + 1) * tiles.Stride;
        storage = x.Device.Memory.Rent(((s[0] * s[1] * s[2] * Side * Side * phase) + overread) * sizeof(float));
        var picture = new PhasePicture((float*)storage.Pointer, s[0] * s[2], s[1], phase);
        team.Run(new SplitJob((float*)x.Pointer, picture, s[2], s[3], s[4], tiles.Stride, padding.FrontH, padding.FrontW), s[0] * s[1] * s[2]);
        return picture;
    }

    readonly struct SplitJob(float* x, PhasePicture picture, int frames, int height, int width, int stride, int frontH, int frontW) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            float* source = x + ((long)part * height * width);
            int frame = part % frames, channel = part / frames % picture.Channels, batch = part / frames / picture.Channels;
            float* target = picture.Data + (((((long)batch * frames) + frame) * picture.Channels) + channel) * picture.Plane;
            NativeMemory.Clear(target, (nuint)(picture.Plane * sizeof(float)));
            for (int y = frontH; y < frontH + height; y++, source += width)
            {
                float* row = target + (y % Side * Side * picture.Phase) + (y / Side * stride);
                float* a = Column(row, 0), b = Column(row, 1), c = Column(row, 2), d = Column(row, 3);
                Transposition.Separate(source, a, b, c, d, width / Side);
                for (int column = width / Side * Side; column < width; column++) *Column(row, column) = source[column];
            }
        }

        float* Column(float* row, int x) => row + ((x + frontW) % Side * picture.Phase) + ((x + frontW) / Side);
    }
}
