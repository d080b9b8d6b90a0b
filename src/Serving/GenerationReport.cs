namespace TalkingMachines.Serving;

/// <summary>Milliseconds between finished chunks, decoding included (the paper's TTBC); all 0 where there was one chunk.</summary>
public sealed record TimeBetweenChunks(double Median, double P95, double P99, double Max);

/// <summary>What a generation took. Real time is held where <see cref="TimeBetweenChunks.Max"/> stays below <see cref="ChunkMilliseconds"/>.</summary>
public sealed record GenerationReport
{
    public required long Frames { get; init; }

    /// <summary>Length of the video.</summary>
    public required double VideoSeconds { get; init; }

    /// <summary>From the loaded model to the complete file.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Frames by <see cref="WallSeconds"/>: end to end.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>Seconds of video a second; 1 is real time.</summary>
    public required double RealTimeFactor { get; init; }

    /// <summary>How long a chunk plays.</summary>
    public required double ChunkMilliseconds { get; init; }

    public required TimeBetweenChunks TimeBetweenChunksMilliseconds { get; init; }

    /// <summary>From the loaded model to the first chunk, encoding of the picture included.</summary>
    public required double FirstFrameMilliseconds { get; init; }

    /// <summary>Largest resident memory of the process so far.</summary>
    public required long PeakProcessBytes { get; init; }

    /// <summary>Largest memory of tensors on the devices: weights, caches and activations.</summary>
    public required long PeakTensorBytes { get; init; }

    /// <summary>Managed memory that the stages allocate for a chunk, once warm; 0 where there were too few chunks.</summary>
    public required long ManagedBytesPerChunk { get; init; }

    /// <summary>Denoising steps.</summary>
    public required int Steps { get; init; }

    public required string DiffusionDevice { get; init; }

    public required string DecoderDevice { get; init; }
}
