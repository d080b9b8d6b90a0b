using System.Diagnostics;
using System.Threading.Channels;
using TalkingMachines.Models;
using TalkingMachines.Serving;

namespace TalkingMachines.Bench;

/// <summary>What each stage takes for a chunk, alone on its device, in milliseconds and in the order of the chunks.</summary>
/// <param name="Drive">Hearing and gestures.</param>
public sealed record StageTimes(double[] Drive, double[] Diffusion, double[] Decoder)
{
    const int ColdChunks = 3; // the first ones grow pools, compile code and fill caches

    /// <summary>Runs the pipeline's own stages one after the other: each finds all of its input waiting and all the room it needs.</summary>
    public static StageTimes Measure(Avatar avatar, CharacterReference character, int chunks, CancellationToken stop)
    {
        var turns = new TurnCounter();
        var (drives, driveTimes) = Through<SoundBlock, DriveChunk>(
            Sound(avatar, chunks + ColdChunks), keep: true, (input, output) => new DriveStage(avatar, 0, false, turns, input, output, stop), stop);
        var (codes, diffusionTimes) = Through<DriveChunk, CodeChunk>(
            drives, keep: true, (input, output) => new DiffusionStage(avatar, character, 0, turns, input, output, stop), stop);
        var (_, decoderTimes) = Through<CodeChunk, FrameChunk>(
            codes, keep: false, (input, output) => new DecoderStage(avatar, character, byLatent: false, turns, input, output, stop), stop);
        return new StageTimes(driveTimes, diffusionTimes, decoderTimes);
    }

    static IEnumerable<SoundBlock> Sound(Avatar avatar, int chunks)
    {
        using var voice = new VoiceLikeSound((long)chunks * avatar.Config.ChunkFrames * DriveStage.FrameSamples);
        var pool = new LendingPool<float>(SoundBlock.Capacity);
        while (true)
        {
            var block = new SoundBlock(0, pool.Lend());
            block.Count = voice.Read(block.Room);
            if (block.Count == 0) yield break;
            yield return block;
        }
    }

    static (List<TOut> Output, double[] Milliseconds) Through<TIn, TOut>(
        IEnumerable<TIn> messages, bool keep, Func<ChannelReader<TIn>, ChannelWriter<TOut>, Stage<TIn, TOut>> make, CancellationToken stop)
        where TIn : IDisposable where TOut : IDisposable
    {
        var input = Channel.CreateUnbounded<TIn>();
        foreach (var message in messages) input.Writer.TryWrite(message);
        input.Writer.Complete();
        var output = new StampingWriter<TOut>(keep);
        using (var stage = make(input.Reader, output)) stage.Start();
        while (input.Reader.TryRead(out var left)) left.Dispose();
        if (output.Failure is null) return (output.Messages, output.Milliseconds);
        foreach (var message in output.Messages) message.Dispose();
        stop.ThrowIfCancellationRequested();
        throw new InvalidOperationException($"A stage failed while it was measured: {output.Failure.Message}", output.Failure);
    }

    /// <summary>Takes everything at once and notes when, on the sender's own thread.</summary>
    sealed class StampingWriter<T>(bool keep) : ChannelWriter<T> where T : IDisposable
    {
        readonly List<long> stamps = [];

        public List<T> Messages { get; } = [];

        public Exception? Failure { get; private set; }

        public double[] Milliseconds =>
            [.. stamps.Zip(stamps.Skip(1), (before, after) => Stopwatch.GetElapsedTime(before, after).TotalMilliseconds).Skip(ColdChunks - 1)];

        public override bool TryWrite(T item)
        {
            stamps.Add(Stopwatch.GetTimestamp());
            if (keep) Messages.Add(item);
            else item.Dispose();
            return true;
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(true);

        public override bool TryComplete(Exception? error = null)
        {
            Failure = error;
            return true;
        }
    }
}
