using System.Diagnostics;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>Measures a generation from the outside: told of each finished chunk, it writes the report.</summary>
internal sealed class GenerationMeter
{
    const int ColdChunks = 3; // the first ones grow pools, compile code and fill caches

    readonly GenerationForm form;
    readonly TimeProvider clock;
    readonly long start;
    readonly DurationHistogram between = new();
    long chunks;
    long frames;
    long last;
    long allocatedWhenWarm;
    long allocated;
    TimeSpan first;

    public GenerationMeter(GenerationForm form, TimeProvider clock)
    {
        (this.form, this.clock) = (form, clock);
        form.Diffusion.Memory.ResetPeak();
        form.Decoder.Memory.ResetPeak();
        start = clock.GetTimestamp();
    }

    /// <param name="count">Frames of a finished chunk.</param>
    /// <param name="allocatedByStages">Managed bytes so far.</param>
    public void Add(int count, long allocatedByStages)
    {
        long now = clock.GetTimestamp();
        if (chunks == 0) first = clock.GetElapsedTime(start, now);
        else between.Add(clock.GetElapsedTime(last, now));
        last = now;
        frames += count;
        allocated = allocatedByStages;
        if (++chunks == ColdChunks) allocatedWhenWarm = allocated;
    }

    public GenerationReport Report()
    {
        double wall = clock.GetElapsedTime(start).TotalSeconds, video = (double)frames / form.FramesPerSecond;
        var devices = form.Diffusion == form.Decoder ? [form.Diffusion] : new[] { form.Diffusion, form.Decoder };
        using var process = Process.GetCurrentProcess();
        return new GenerationReport
        {
            Frames = frames,
            VideoSeconds = video,
            WallSeconds = wall,
            FramesPerSecond = frames / wall,
            RealTimeFactor = video / wall,
            ChunkMilliseconds = 1000.0 * form.ChunkFrames / form.FramesPerSecond,
            TimeBetweenChunksMilliseconds = new TimeBetweenChunks(
                between.Quantile(0.5).TotalMilliseconds, between.Quantile(0.95).TotalMilliseconds,
                between.Quantile(0.99).TotalMilliseconds, between.Max.TotalMilliseconds),
            FirstFrameMilliseconds = first.TotalMilliseconds,
            PeakProcessBytes = process.PeakWorkingSet64,
            PeakTensorBytes = devices.Sum(device => device.Memory.PeakBytes),
            ManagedBytesPerChunk = chunks > ColdChunks ? (allocated - allocatedWhenWarm) / (chunks - ColdChunks) : 0,
            Steps = form.Steps,
            DiffusionDevice = form.Diffusion.Name,
            DecoderDevice = form.Decoder.Name,
        };
    }
}

/// <summary>What is measured: devices, frames of a usual chunk, frames a second, denoising steps.</summary>
internal sealed record GenerationForm(Device Diffusion, Device Decoder, int ChunkFrames, int FramesPerSecond, int Steps);
