using System.Diagnostics;
using TalkingMachines.Models;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;
using TalkingMachines.Tensors;

namespace TalkingMachines.Bench;

/// <summary>Measures one placement end to end, by the stages of a call with nothing at the end; or its stages alone, for a simulation.</summary>
/// <param name="folder">Of the model.</param>
/// <param name="steps">Instead of the model's own.</param>
public sealed class CaseBench(string folder, int? steps, BenchSettings settings)
{
    /// <summary>Grow the pools and compile the code, as a call does before it says that it is ready.</summary>
    const int WarmChunks = 3;

    /// <summary>Enough for a stable median; a stage alone varies little.</summary>
    const int MostStageChunks = 24;

    /// <summary>Measures a case that can run.</summary>
    /// <param name="progress">Told of the frames of the measured part.</param>
    public async Task<CaseFigures> MeasureAsync(CasePlan plan, IProgress<GenerationProgress>? progress, CancellationToken stop)
    {
        using var placement = Placement.Open(plan.Placement);
        using var avatar = Avatar.Load(folder, placement.Diffusion, placement.Decoder, steps);
        await Generate(avatar, WarmChunks, null, stop);
        PeakMemory.Reset();
        var clock = new ChunkClock(progress);
        var energy = new EnergyMeter();
        var report = await Generate(avatar, settings.Chunks, clock, stop);
        double? joules = energy.Joules();
        long peak = PeakMemory.Bytes();
        using var character = new CharacterReference(avatar, Portrait(avatar));
        var times = StageTimes.Measure(avatar, character, StageChunks, stop);
        return new CaseFigures
        {
            Name = plan.Name,
            Placement = Names(placement.Diffusion, placement.Decoder),
            Source = FigureSource.Measured,
            Note = plan.Note,
            FramesPerSecond = report.FramesPerSecond,
            RealTimeFactor = report.RealTimeFactor,
            TimeBetweenChunks = TimeSpread.Of(clock.Milliseconds, report.ChunkMilliseconds),
            Series = clock.Milliseconds,
            Stages = Figures(times, placement),
            SimulatedMedianMilliseconds = TimeSpread.Of(Simulated(times, plan.Overlaps && placement.IsDisaggregated).Skip(1), settings.ChunkMilliseconds).Median,
            FirstFrameMilliseconds = report.FirstFrameMilliseconds,
            PeakProcessBytes = peak,
            PeakTensorBytes = report.PeakTensorBytes,
            ManagedBytesPerChunk = report.ManagedBytesPerChunk,
            JoulesPerVideoSecond = joules / report.VideoSeconds,
        };
    }

    /// <summary>The figures of a case that cannot run, from its stages alone.</summary>
    public CaseFigures Simulate(CasePlan plan, CancellationToken stop)
    {
        using var placement = Placement.Open(plan.Placement);
        using var avatar = Avatar.Load(folder, placement.Diffusion, placement.Decoder, steps);
        using var character = new CharacterReference(avatar, Portrait(avatar));
        var times = StageTimes.Measure(avatar, character, StageChunks, stop);
        double[] between = Simulated(times, plan.Overlaps);
        var spread = TimeSpread.Of(between.Skip(1), settings.ChunkMilliseconds);
        double seconds = between.Sum() / 1000;
        return new CaseFigures
        {
            Name = plan.Name,
            Placement = Names(placement.Diffusion, placement.Decoder),
            Source = FigureSource.Simulated,
            Note = plan.Note,
            FramesPerSecond = settings.Chunks * settings.ChunkFrames / seconds,
            RealTimeFactor = settings.Chunks * settings.ChunkMilliseconds / 1000 / seconds,
            TimeBetweenChunks = spread,
            Series = between[1..],
            Stages = Figures(times, placement),
            SimulatedMedianMilliseconds = spread.Median,
        };
    }

    int StageChunks => Math.Min(settings.Chunks, MostStageChunks);

    double[] Simulated(StageTimes times, bool overlaps) =>
        overlaps ? PipelineSimulation.Disaggregated(times, settings.Chunks) : PipelineSimulation.SelfContained(times, settings.Chunks);

    StageFigures[] Figures(StageTimes times, Placement on) =>
    [
        new(StageFigures.Hearing, on.Diffusion.Name, TimeSpread.Of(times.Drive, settings.ChunkMilliseconds)),
        new(StageFigures.Diffusion, on.Diffusion.Name, TimeSpread.Of(times.Diffusion, settings.ChunkMilliseconds)),
        new(StageFigures.Decoder, on.Decoder.Name, TimeSpread.Of(times.Decoder, settings.ChunkMilliseconds)),
    ];

    /// <summary>A placement in words.</summary>
    internal static string Names(Device diffusion, Device decoder) => diffusion == decoder ? $"{diffusion}" : $"{diffusion} | {decoder}";

    /// <summary>The character that is measured.</summary>
    public static Media.Picture Portrait(Avatar avatar) => new PuppetRenderer().Draw(Puppet.FromSeed(1), PuppetPose.Neutral, avatar.Config.Picture);

    static async Task<GenerationReport> Generate(Avatar avatar, int chunks, IProgress<GenerationProgress>? progress, CancellationToken stop)
    {
        var config = avatar.Config;
        using var sound = new VoiceLikeSound((long)chunks * config.ChunkFrames * VideoGeneration.SampleRate / config.FramesPerSecond);
        return await new VideoGeneration(avatar).RunAsync(Portrait(avatar), sound, null, progress, stop);
    }

    /// <summary>Notes when each chunk was finished.</summary>
    sealed class ChunkClock(IProgress<GenerationProgress>? then) : IProgress<GenerationProgress>
    {
        readonly List<double> milliseconds = [];
        long last;

        public IReadOnlyList<double> Milliseconds => milliseconds;

        public void Report(GenerationProgress value)
        {
            long now = Stopwatch.GetTimestamp();
            if (last != 0) milliseconds.Add(Stopwatch.GetElapsedTime(last, now).TotalMilliseconds);
            last = now;
            then?.Report(value);
        }
    }
}
