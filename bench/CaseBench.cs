using System.Diagnostics;
using TalkingMachines.Models;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;

namespace TalkingMachines.Bench;

/// <summary>Measures one placement end to end, by the stages of a call with nothing at the end; or its stages alone, for a simulation.</summary>
public sealed class CaseBench(string folder, int? steps, int chunks)
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
        var report = await Generate(avatar, chunks, clock, stop);
        double? joules = energy.Joules();
        return new CaseFigures
        {
            Name = plan.Name,
            Placement = report.DiffusionDevice == report.DecoderDevice ? report.DiffusionDevice : $"{report.DiffusionDevice} | {report.DecoderDevice}",
            Source = FigureSource.Measured,
            FramesPerSecond = report.FramesPerSecond,
            RealTimeFactor = report.RealTimeFactor,
            TimeBetweenChunks = TimeSpread.Of(clock.Milliseconds, report.ChunkMilliseconds),
            Series = clock.Milliseconds,
            FirstFrameMilliseconds = report.FirstFrameMilliseconds,
            PeakProcessBytes = PeakMemory.Bytes(),
            PeakTensorBytes = report.PeakTensorBytes,
            ManagedBytesPerChunk = report.ManagedBytesPerChunk,
            JoulesPerVideoSecond = joules / report.VideoSeconds,
        };
    }

    /// <summary>Measures each stage of a case alone.</summary>
    public StageTimes MeasureStages(CasePlan plan, CancellationToken stop)
    {
        using var placement = Placement.Open(plan.Placement);
        using var avatar = Avatar.Load(folder, placement.Diffusion, placement.Decoder, steps);
        using var character = new CharacterReference(avatar, Portrait(avatar));
        return StageTimes.Measure(avatar, character, Math.Min(chunks, MostStageChunks), stop);
    }

    /// <summary>The figures of a case that cannot run.</summary>
    public CaseFigures Simulate(CasePlan plan, StageTimes times, BenchSettings settings)
    {
        double[] between = plan.Overlaps ? PipelineSimulation.Disaggregated(times, chunks) : PipelineSimulation.SelfContained(times, chunks);
        double seconds = between.Sum() / 1000;
        return new CaseFigures
        {
            Name = plan.Name,
            Placement = plan.Diffusion == plan.Decoder ? plan.Diffusion : $"{plan.Diffusion} | {plan.Decoder}",
            Source = FigureSource.Simulated,
            Note = plan.Note,
            FramesPerSecond = chunks * settings.ChunkFrames / seconds,
            RealTimeFactor = chunks * settings.ChunkMilliseconds / 1000 / seconds,
            TimeBetweenChunks = TimeSpread.Of(between.Skip(1), settings.ChunkMilliseconds),
            Series = between[1..],
        };
    }

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
