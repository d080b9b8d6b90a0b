namespace TalkingMachines.Media;

/// <summary>What a video writer needs to know before the first frame.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="FramesPerSecond">Constant frame rate.</param>
/// <param name="SampleRate">Of the mono sound, in samples a second.</param>
public sealed record VideoFormat(int Width, int Height, int FramesPerSecond, int SampleRate)
{
    /// <summary>The highest frame rate.</summary>
    public const int MaxFramesPerSecond = 1000;

    /// <summary>Bytes of one RGB frame.</summary>
    public int FrameBytes => Width * Height * 3;

    internal VideoFormat Checked()
    {
        if (!Picture.IsAllowedSize(Width, Height))
            throw new ArgumentOutOfRangeException(nameof(Width), $"The video is {Width}x{Height}, expected 1 to {Picture.MaxSide} a side.");
        if (FramesPerSecond is < 1 or > MaxFramesPerSecond)
            throw new ArgumentOutOfRangeException(nameof(FramesPerSecond), $"The video has {FramesPerSecond} frames a second, expected 1 to {MaxFramesPerSecond}.");
        Resampler.CheckRate(SampleRate);
        return this;
    }

    internal void CheckFrame(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != FrameBytes)
            throw new ArgumentException($"{rgb.Length} bytes came for a {Width}x{Height} frame, expected {FrameBytes}.", nameof(rgb));
    }
}
