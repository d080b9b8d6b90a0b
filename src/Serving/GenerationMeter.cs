using System.Diagnostics;
using TalkingMachines.Models;

namespace TalkingMachines.Serving;

/// <summary>Measures a generation from the outside: told of each finished chunk, it writes the report.</summary>
internal sealed class GenerationMeter
{
    const int ColdChunks = 3; // the first ones grow pools, compile code and fill caches

    readonly Avatar avatar;
    readonly TimeProvider clock;
    readonly long start;
    readonly DurationHistogram between = new();
    long chunks;
    long frames;
    long last;
    long allocatedWhenWarm;
    long allocated;
    TimeSpan first;

    public GenerationMeter(Avatar avatar, TimeProvider clock)
    {
        (this.avatar, this.clock) = (avatar, clock);
        avatar.Diffusion.Memory.ResetPeak();
        avatar.Decoder.Memory.ResetPeak();
        start = clock.GetTimestamp();
    }

    /// <param name="allocatedByStages">Managed bytes so far.</param>
    public void Add(FrameChunk chunk, long allocatedByStages)
    {
        long now = clock.GetTimestamp();
        if (chunks == 0) first = clock.GetElapsedTime(start, now);
        else between.Add(clock.GetElapsedTime(last, now));
        last = now;
        frames += chunk.Frames;
        allocated = allocatedByStages;
        if (++chunks == ColdChunks) allocatedWhenWarm = allocated;
    }

    public GenerationReport Report()
    {
        var config = avatar.Config;
        double wall = clock.GetElapsedTime(start).TotalSeconds, video = (double)frames / config.FramesPerSecond;
        var devices = avatar.Diffusion == avatar.Decoder ? [avatar.Diffusion] : new[] { avatar.Diffusion, avatar.Decoder };
        using var process = Process.GetCurrentProcess();
        return new GenerationReport
        {
            Frames = frames,
            VideoSeconds = video,
            WallSeconds = wall,
            FramesPerSecond = frames / wall,
            RealTimeFactor = video / wall,
            ChunkMilliseconds = 1000.0 * config.ChunkFrames / config.FramesPerSecond,
            TimeBetweenChunksMilliseconds = new TimeBetweenChunks(
                between.Quantile(0.5).TotalMilliseconds, between.Quantile(0.95).TotalMilliseconds,
                between.Quantile(0.99).TotalMilliseconds, between.Max.TotalMilliseconds),
            FirstFrameMilliseconds = first.TotalMilliseconds,
            PeakProcessBytes = process.PeakWorkingSet64,
            PeakTensorBytes = devices.Sum(device => device.Memory.PeakBytes),
            ManagedBytesPerChunk = chunks > ColdChunks ? (allocated - allocatedWhenWarm) / (chunks - ColdChunks) : 0,
            Steps = config.Steps.Length,
            DiffusionDevice = avatar.Diffusion.Name,
            DecoderDevice = avatar.Decoder.Name,
        };
    }
}
