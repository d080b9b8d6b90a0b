using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// Pictures [M,C,H,W] laid out as [M,fours of channels,lines,columns,4], with the edge of each repeated around it, once in
/// front and once or more behind: the 4x4 cells around any point lie there, and those of a line are one vector.
/// </summary>
internal readonly unsafe struct EdgedPicture
{
    const int Pixel = PixelRows.Channels;

    readonly float* data;
    readonly int pictures, channels, height, width;

    EdgedPicture(Storage storage, in Shape x)
    {
        data = (float*)storage.Pointer;
        (pictures, channels, height, width) = (x[0], x[1], x[2], x[3]);
    }

    public int Fours => InFours(channels);

    /// <summary>Pixels of a line, those at the edge included.</summary>
    public int Columns => Edged(width);

    /// <summary>Floats from line to line.</summary>
    public long Line => (long)Columns * Pixel;

    int Lines => Edged(height);

    long Plane => (long)height * width;

    static int InFours(int channels) => (channels + Pixel - 1) / Pixel;

    static int Edged(int size) => Math.Max(size, 2) + 2;

    /// <summary>Room for pictures like x [M,C,H,W], full of garbage; the storage is the caller's to release.</summary>
    public static EdgedPicture Rent(Tensor x, out Storage storage)
    {
        var s = x.Shape;
        storage = x.Device.Memory.Rent((long)s[0] * InFours(s[1]) * Edged(s[2]) * Edged(s[3]) * Pixel * sizeof(float));
        return new EdgedPicture(storage, s);
    }

    /// <summary>The edge's corner in front: the 4x4 cells around a point begin at the number of its upper left cell, counted from here.</summary>
    public float* At(long picture, int four) => data + (((picture * Fours) + four) * Lines * Line);

    /// <summary>Channels that a four has.</summary>
    public int ChannelsOf(int four) => Math.Min(Pixel, channels - (four * Pixel));

    /// <summary>Lays out x [M,C,H,W].</summary>
    public void Fill(WorkerTeam team, float* x)
    {
        var cut = Cut.Items((long)pictures * Fours * Lines, 2 * Line);
        team.Run(new FillJob(x, this, cut), cut.Parts);
    }

    readonly struct FillJob(float* x, EdgedPicture picture, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            for (long item = cut.From(part); item < cut.To(part); item++)
            {
                var (run, line) = Math.DivRem(item, picture.Lines);
                var (number, four) = Math.DivRem(run, picture.Fours);
                picture.FillLine(x, number, (int)four, (int)line);
            }
        }
    }

    void FillLine(float* x, long picture, int four, int line)
    {
        float* target = At(picture, four) + (line * Line), last = target + ((long)width * Pixel);
        long row = Math.Clamp(line - 1, 0, height - 1);
        PixelRows.Join(Planes(x, picture, four) + (row * width), Plane, ChannelsOf(four), target + Pixel, width);
        ElementRows.Copy(target + Pixel, target, Pixel);
        for (int column = width + 1; column < Columns; column++) ElementRows.Copy(last, target + ((long)column * Pixel), Pixel);
    }

    float* Planes(float* x, long picture, int four) => x + (((picture * channels) + (four * Pixel)) * Plane);

    public void Clear(long picture, int four) => NativeMemory.Clear(At(picture, four), (nuint)(Lines * Line * sizeof(float)));

    /// <summary>Adjoint of <see cref="Fill"/> for one four, whose edge comes to hold garbage: adds the edge to the pixels that it repeats and writes their planes to x [M,C,H,W].</summary>
    public void Fold(long picture, int four, float* x)
    {
        float* first = At(picture, four), planes = Planes(x, picture, four);
        ElementRows.AddTo(first, 1, first + Line, Line);
        for (int line = height + 1; line < Lines; line++) ElementRows.AddTo(first + (line * Line), 1, first + (height * Line), Line);
        for (int row = 0; row < height; row++)
        {
            float* line = first + ((row + 1) * Line), last = line + ((long)width * Pixel);
            ElementRows.AddTo(line, 1, line + Pixel, Pixel);
            for (int column = width + 1; column < Columns; column++) ElementRows.AddTo(line + ((long)column * Pixel), 1, last, Pixel);
            PixelRows.Separate(line + Pixel, planes + ((long)row * width), Plane, ChannelsOf(four), width);
        }
    }
}
