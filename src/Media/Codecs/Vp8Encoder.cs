namespace TalkingMachines.Media.Codecs;

/// <summary>
/// VP8 (RFC 6386) by libvpx, set up for a face in a call: one thread, constant bitrate, no look-ahead, no frame dropped and
/// key frames only on request, so that frames leave as evenly as they come.
/// <para><see cref="Encode"/> is for one thread at a time; the bitrate may be set, and the encoder disposed of, from another.</para>
/// </summary>
public sealed unsafe class Vp8Encoder : IDisposable
{
    public const int MinSide = 2, MostFramesPerSecond = 120, MostKilobitsPerSecond = 100_000;

    // Fast enough for one frame in 3 ms at 512x512, still with motion search (vp8cx.h, VP8E_SET_CPUUSED).
    const int CpuUsed = -6;
    // Blocks that do not change are skipped from this squared error on; higher values leave trails behind the chin.
    const int StaticThreshold = 1;
    // Milliseconds of the bitrate that a key frame may take: it must not stall the frames behind it.
    const int KeyFrameMilliseconds = 300;
    // Below 2 bits are spent on differences that nobody sees.
    const int FinestQuantizer = 2, CoarsestQuantizer = 63;

    readonly Lock gate = new();
    readonly VpxContext context;
    readonly I420Picture picture;
    readonly int pictureBytes;
    VpxEncoderConfig config;
    VpxImage image;
    byte[] output;
    long frame;
    volatile int kilobitsPerSecond;
    bool disposed;

    /// <param name="width">in pixels, as the height, from <see cref="MinSide"/> to <see cref="Picture.MaxSide"/>.</param>
    /// <exception cref="MediaException">libvpx is missing, or a version that we do not know.</exception>
    public Vp8Encoder(int width, int height, int framesPerSecond, int kilobitsPerSecond)
    {
        CheckRange(width, MinSide, Picture.MaxSide, nameof(width));
        CheckRange(height, MinSide, Picture.MaxSide, nameof(height));
        CheckRange(framesPerSecond, 1, MostFramesPerSecond, nameof(framesPerSecond));
        KilobitsPerSecond = kilobitsPerSecond;
        (Width, Height) = (width, height);
        pictureBytes = 3 * width * height;
        int abi = VpxLibrary.RequireEncoder();
        picture = new I420Picture(width, height);
        image = VpxImage.Over(picture);
        output = new byte[Math.Max(4096, width * height / 4)];      // a fine key frame; grows at need
        context = VpxContext.Allocate();
        try
        {
            Begin(framesPerSecond, abi);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>What the stream may take, from 1 to <see cref="MostKilobitsPerSecond"/>; holds from the next frame on.</summary>
    public int KilobitsPerSecond
    {
        get => kilobitsPerSecond;
        set
        {
            CheckRange(value, 1, MostKilobitsPerSecond, nameof(KilobitsPerSecond));
            kilobitsPerSecond = value;
        }
    }

    /// <summary>Encodes the next frame.</summary>
    /// <param name="rgb">[Height, Width, 3]</param>
    /// <param name="keyFrame">asks for one that needs no other; the first always is.</param>
    /// <param name="isKey">whether it became one.</param>
    /// <returns>The frame's bytes, valid until the next call; none where the encoder dropped it.</returns>
    /// <exception cref="MediaException">libvpx failed.</exception>
    public ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> rgb, bool keyFrame, out bool isKey)
    {
        if (rgb.Length != pictureBytes)
            throw new ArgumentException($"{rgb.Length} bytes came for a {Width}x{Height} picture, expected {pictureBytes}.", nameof(rgb));
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            ApplyBitrate();
            picture.SetRgb(rgb);
            fixed (VpxImage* source = &image)
            {
                nint flags = keyFrame ? VpxLibrary.ForceKeyFrame : 0;
                context.Check(VpxLibrary.Encode(context, source, frame, 1, flags, VpxLibrary.RealTime), "encode a VP8 frame");
            }
            frame++;
            return TakeFrame(out isKey);
        }
    }

    /// <summary>Waits for a frame in work.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            context.Free();
        }
    }

    void Begin(int framesPerSecond, int abi)
    {
        nint codec = VpxLibrary.Vp8EncoderInterface();
        fixed (VpxEncoderConfig* start = &config)
        {
            context.Check(VpxLibrary.DefaultConfig(codec, start, 0), "give VP8's settings");
            if (!config.HasDefaults) throw new MediaException("libvpx gives VP8 settings that stand elsewhere than in libvpx 1.9 to 1.17.");
            Configure(framesPerSecond);
            context.Check(VpxLibrary.InitializeEncoder(context, codec, start, 0, abi), $"begin VP8 at {Width}x{Height}");
        }
        Control(VpxLibrary.SetCpuUsed, CpuUsed);
        Control(VpxLibrary.SetStaticThreshold, StaticThreshold);
        Control(VpxLibrary.SetNoiseSensitivity, 0);         // drawn pictures have no noise
        Control(VpxLibrary.SetTokenPartitions, 0);
        // percent of the average frame
        Control(VpxLibrary.SetMaxIntraPercent, Math.Max(100, KeyFrameMilliseconds * framesPerSecond / 10));
    }

    void Configure(int framesPerSecond)
    {
        config.Threads = 1;
        (config.Width, config.Height) = ((uint)Width, (uint)Height);
        (config.TimeNumerator, config.TimeDenominator) = (1, framesPerSecond);
        config.ErrorResilient = 1;
        config.LagInFrames = 0;
        config.RateControl = VpxEncoderConfig.ConstantBitrate;
        config.TargetBitrate = (uint)kilobitsPerSecond;
        (config.MinQuantizer, config.MaxQuantizer) = (FinestQuantizer, CoarsestQuantizer);
        (config.UndershootPercent, config.OvershootPercent) = (100, 15);
        // The bitrate holds over a second. A dropped frame would be seen as a stumble of the mouth; coarse ones are not.
        (config.BufferSize, config.BufferInitialSize, config.BufferOptimalSize) = (1000, 500, 600);
        (config.DropThreshold, config.ResizeAllowed) = (0, 0);
        config.KeyFrameMode = VpxEncoderConfig.KeyFramesOnRequest;
    }

    void ApplyBitrate()
    {
        uint wanted = (uint)kilobitsPerSecond;
        if (config.TargetBitrate == wanted) return;
        config.TargetBitrate = wanted;
        fixed (VpxEncoderConfig* start = &config)
            context.Check(VpxLibrary.SetConfig(context, start), "change the bitrate");
    }

    ReadOnlyMemory<byte> TakeFrame(out bool isKey)
    {
        int count = 0;
        isKey = false;
        nint iterator = 0;
        while (VpxLibrary.NextPacket(context, &iterator) is var packet && packet != null)
        {
            if (!packet->IsFrame) continue;
            var bytes = packet->Bytes;
            if (output.Length - count < bytes.Length) Array.Resize(ref output, Math.Max(count + bytes.Length, 2 * output.Length));
            bytes.CopyTo(output.AsSpan(count));
            count += bytes.Length;
            isKey |= packet->IsKey;
        }
        return output.AsMemory(0, count);
    }

    void Control(int control, int value) => context.Check(VpxLibrary.Control(context, control, value), $"set VP8's control {control} to {value}");

    static void CheckRange(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, $"{name} is {value}, expected {least} to {most}.");
    }
}
