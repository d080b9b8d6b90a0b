using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>
/// A picture as VP8 takes it: a plane of luma and two of colour at half its width and height, rounded up, in memory that
/// does not move. BT.601 in studio range: Y 16 to 235, U and V 16 to 240 around 128.
/// </summary>
sealed unsafe class I420Picture
{
    readonly byte[] planes;

    public I420Picture(int width, int height)
    {
        (Width, Height) = (width, height);
        planes = GC.AllocateArray<byte>(checked(width * height + 2 * ChromaWidth * ChromaHeight), pinned: true);
    }

    public int Width { get; }

    public int Height { get; }

    public int ChromaWidth => (Width + 1) / 2;

    public int ChromaHeight => (Height + 1) / 2;

    /// <summary>[Height, Width]</summary>
    public Span<byte> Y => planes.AsSpan(0, Width * Height);

    /// <summary>[ChromaHeight, ChromaWidth], blue against luma.</summary>
    public Span<byte> U => planes.AsSpan(Width * Height, ChromaWidth * ChromaHeight);

    /// <summary>[ChromaHeight, ChromaWidth], red against luma.</summary>
    public Span<byte> V => planes.AsSpan(Width * Height + ChromaWidth * ChromaHeight);

    public byte* AddressOfY => Address(Y);

    public byte* AddressOfU => Address(U);

    public byte* AddressOfV => Address(V);

    /// <summary>Takes the colours of [Height, Width, 3]; where a side is odd its last column or row stands for itself alone.</summary>
    public void SetRgb(ReadOnlySpan<byte> rgb)
    {
        int row = 3 * Width;
        for (int y = 0; y < Height; y++)
            RgbToI420.LumaRow(rgb.Slice(y * row, row), Y.Slice(y * Width, Width));
        for (int y = 0; y < ChromaHeight; y++)
        {
            var upper = rgb.Slice(2 * y * row, row);
            var lower = rgb.Slice(Math.Min(2 * y + 1, Height - 1) * row, row);
            RgbToI420.ChromaRow(upper, lower, U.Slice(y * ChromaWidth, ChromaWidth), V.Slice(y * ChromaWidth, ChromaWidth));
        }
    }

    static byte* Address(Span<byte> plane) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(plane));
}
