namespace TalkingMachines.Media.Codecs;

/// <summary>VP8 frames back to pictures, by libvpx. For tests and tools; the bytes may come from anywhere.</summary>
public sealed unsafe class Vp8Decoder : IDisposable
{
    readonly Lock gate = new();
    readonly VpxContext context;
    readonly int mostSide;
    byte[] output = [];
    bool disposed;

    /// <param name="mostSide">The largest width or height taken, in pixels; larger frames are refused before memory is taken for them.</param>
    /// <exception cref="MediaException">libvpx is missing, or a version that we do not know.</exception>
    public Vp8Decoder(int mostSide = 2048)
    {
        if (mostSide is < 1 or > Picture.MaxSide)
            throw new ArgumentOutOfRangeException(nameof(mostSide), $"The largest side is {mostSide}, expected 1 to {Picture.MaxSide}.");
        this.mostSide = mostSide;
        int abi = VpxLibrary.RequireDecoder();
        context = VpxContext.Allocate();
        int status = VpxLibrary.InitializeDecoder(context, VpxLibrary.Vp8DecoderInterface(), 0, 0, abi);
        if (status == VpxLibrary.Ok) return;
        try
        {
            context.Check(status, "begin to decode VP8");
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Of the newest picture, in pixels.</summary>
    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Decodes one frame.</summary>
    /// <returns>[Height, Width, 3] RGB, valid until the next call; empty for a frame that is not to be shown.</returns>
    /// <exception cref="MediaException">
    /// the frame is damaged, larger than allowed, or none that can be understood before a key frame. The decoder may go on.
    /// </exception>
    public ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> frame)
    {
        CheckHeader(frame);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            fixed (byte* start = frame)
                context.Check(VpxLibrary.Decode(context, start, (uint)frame.Length, 0, 0), "decode a VP8 frame");
            nint iterator = 0;
            VpxImage* image = VpxLibrary.NextImage(context, &iterator);
            return image == null ? default : Take(image);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            context.Free();
        }
    }

    void CheckHeader(ReadOnlySpan<byte> frame)
    {
        if (!Vp8FrameHeader.TryRead(frame, out var header))
            throw new MediaException($"The {frame.Length} bytes are no VP8 frame, expected one that begins as RFC 6386 9.1 says.");
        if (header.IsKey && (header.Width < 1 || header.Height < 1 || header.Width > mostSide || header.Height > mostSide))
            throw new MediaException($"The VP8 frame is {header.Width}x{header.Height}, expected 1 to {mostSide} a side.");
    }

    ReadOnlyMemory<byte> Take(VpxImage* image)
    {
        if (image->Format != VpxImage.I420Format || image->Width - 1 >= (uint)mostSide || image->Height - 1 >= (uint)mostSide)
            throw new MediaException($"libvpx gave a picture of format {image->Format}, {image->Width}x{image->Height}, expected I420 up to {mostSide} a side.");
        (Width, Height) = ((int)image->Width, (int)image->Height);
        int row = 3 * Width, chroma = (Width + 1) / 2;
        if (output.Length < row * Height) output = new byte[row * Height];
        for (int y = 0; y < Height; y++)
        {
            var luma = new ReadOnlySpan<byte>(image->Y + (nint)y * image->StrideY, Width);
            var blue = new ReadOnlySpan<byte>(image->U + (nint)(y / 2) * image->StrideU, chroma);
            var red = new ReadOnlySpan<byte>(image->V + (nint)(y / 2) * image->StrideV, chroma);
            I420ToRgb.Row(luma, blue, red, output.AsSpan(y * row, row));
        }
        return output.AsMemory(0, row * Height);
    }
}
