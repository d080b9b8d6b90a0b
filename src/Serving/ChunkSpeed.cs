using TalkingMachines.Models;

namespace TalkingMachines.Serving;

/// <summary>Measures how fast chunks follow each other through the stages of a pipeline.</summary>
public static class ChunkSpeed
{
    const int ColdChunks = 2, MeasuredChunks = 4;

    /// <summary>The time of a chunk in a full pipeline: what one call costs the devices.</summary>
    public static TimeSpan Measure(Avatar avatar, CharacterReference character, TimeProvider clock)
    {
        using var stop = new CancellationTokenSource();
        using var pipeline = new Pipeline(avatar, character, 0, new TurnCounter(), cancel: stop.Token);
        var feeding = Task.Run(() => FeedAsync(pipeline, stop.Token));
        long start = 0;
        for (int i = 0; i < ColdChunks + MeasuredChunks; i++)
        {
            pipeline.Frames.ReadAsync(stop.Token).AsTask().GetAwaiter().GetResult().Dispose();
            if (i == ColdChunks - 1) start = clock.GetTimestamp();
        }
        var took = clock.GetElapsedTime(start);
        stop.Cancel();
        feeding.GetAwaiter().GetResult();
        return took / MeasuredChunks;
    }

    static async Task FeedAsync(Pipeline pipeline, CancellationToken stop)
    {
        using var voice = new VoiceLikeSound(long.MaxValue);
        try
        {
            while (true)
            {
                var block = pipeline.NewBlock(0);
                block.Count = voice.Read(block.Room);
                await pipeline.Sound.WriteAsync(block, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // measured
        }
    }
}
