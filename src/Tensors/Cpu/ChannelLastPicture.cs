using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>Pictures [B,C,T,H,W] laid out as [B,T,rows,columns,channels] with zeros around, the channels of a pixel as whole vectors.</summary>
internal readonly unsafe struct ChannelLastPicture
{
    const int Lanes = 16;

    public readonly float* Data;
    public readonly int Images, Rows, Columns;

    /// <summary>Floats from pixel to pixel: the channels, then garbage up to a multiple of 16.</summary>
    public readonly int Pixel;

    ChannelLastPicture(float* data, int images, int rows, int columns, int pixel)
    {
        Data = data;
        (Images, Rows, Columns, Pixel) = (images, rows, columns, pixel);
    }

    public float* At(int image, int row, int column) => Data + (((((long)image * Rows) + row) * Columns) + column) * Pixel;

    /// <summary>Lays x out with its first pixel at (frontH, frontW); the storage is the caller's to release.</summary>
    public static ChannelLastPicture Make(WorkerTeam team, Tensor x, int frontH, int frontW, int rows, int columns, out Storage storage)
    {
        var s = x.Shape;
        int images = s[0] * s[2], pixel = (s[1] + Lanes - 1) / Lanes * Lanes;
        storage = x.Device.Memory.Rent((long)images * rows * columns * pixel * sizeof(float));
        var picture = new ChannelLastPicture((float*)storage.Pointer, images, rows, columns, pixel);
        team.Run(new RowJob((float*)x.Pointer, picture, s[1], s[2], s[3], s[4], frontH, frontW), images * rows);
        return picture;
    }

    readonly struct RowJob(float* x, ChannelLastPicture picture, int channels, int frames, int height, int width, int frontH, int frontW) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            var (image, row) = Math.DivRem(part, picture.Rows);
            int y = row - frontH;
            if (y < 0 || y >= height)
            {
                Clear(image, row, 0, picture.Columns);
                return;
            }
            Clear(image, row, 0, frontW);
            Clear(image, row, frontW + width, picture.Columns);
            long plane = (long)frames * height * width;
            float* source = x + (image / frames * channels * plane) + ((((long)(image % frames) * height) + y) * width);
            Transposition.Run(source, picture.At(image, row, frontW), new TransposedAxes(Down: width, DownX: 1, DownY: picture.Pixel, Across: channels, AcrossX: plane));
        }

        void Clear(int image, int row, int from, int to) =>
            NativeMemory.Clear(picture.At(image, row, from), (nuint)((to - from) * (long)picture.Pixel * sizeof(float)));
    }
}
