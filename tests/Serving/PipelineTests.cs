using System.Threading.Channels;
using TalkingMachines.Models;
using TalkingMachines.Serving;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Serving;

public sealed class PipelineTests(TinySession session) : IClassFixture<TinySession>
{
    [Fact]
    public async Task The_cut_of_the_sound_does_not_matter()
    {
        float[] sound = SoundInMemory.Samples(new VoiceLikeSound(130_000));
        var whole = await Run(sound, _ => SoundBlock.Capacity);
        var pieces = await Run(sound, i => 1 + (i * 7919 % SoundBlock.Capacity));
        Assert.Equal(44, whole.Count);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public async Task A_chunk_leaves_when_the_sound_that_it_hears_has_come_and_not_before()
    {
        using var character = new CharacterReference(session.Avatar, session.Picture);
        using var pipeline = new Pipeline(session.Avatar, character, 0, new TurnCounter());
        // 12 frames and 15 ahead; the resampler looks a little further still.
        await Say(pipeline, 0, new float[(27 * DriveStage.FrameSamples) - 100]);
        using (var patience = new CancellationTokenSource(200))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.Frames.ReadAsync(patience.Token).AsTask());
        await Say(pipeline, 0, new float[300]);
        using var chunk = await pipeline.Frames.ReadAsync();
        Assert.Equal((0L, 12, 36_000), (chunk.Number, chunk.Frames, chunk.Sound.Length));
    }

    [Fact]
    public async Task Interruption_discards_what_belongs_to_the_old_turn()
    {
        using var character = new CharacterReference(session.Avatar, session.Picture);
        var turns = new TurnCounter();
        using var pipeline = new Pipeline(session.Avatar, character, 0, turns);
        float[] old = Enumerable.Repeat(0.1f, 40_000).ToArray(), fresh = Enumerable.Repeat(0.2f, 100_000).ToArray();
        await Say(pipeline, 0, [.. old, .. old, .. old, .. old]);
        (await pipeline.Frames.ReadAsync()).Dispose();
        Assert.Equal(1, turns.Interrupt());
        await Say(pipeline, 0, old);
        await Say(pipeline, 1, fresh);
        pipeline.Sound.Complete();
        var heard = new List<float>();
        await foreach (var chunk in pipeline.Frames.ReadAllAsync())
        {
            using var own = chunk;
            if (chunk.Turn == 1) heard.AddRange(chunk.Sound.Span);
            else Assert.True(chunk.Number <= 3 && heard.Count == 0, "A chunk that had been finished before the interruption may still come, no other.");
        }
        Assert.Equal(fresh, heard);
    }

    [Fact]
    public async Task A_turn_after_a_chunk_of_too_little_sound_begins_where_that_chunk_ends()
    {
        float[] said = SoundInMemory.Samples(new VoiceLikeSound(100_000));
        Assert.Equal(await HeardAfterSilence(12 * DriveStage.FrameSamples), await HeardAfterSilence(1000));

        async Task<float[]> HeardAfterSilence(int samples)
        {
            Channel<SoundBlock> input = Channel.CreateUnbounded<SoundBlock>();
            Channel<DriveChunk> output = Channel.CreateUnbounded<DriveChunk>();
            var turns = new TurnCounter();
            using var stage = new DriveStage(session.Avatar, 1, onRequest: true, turns, input, output, CancellationToken.None);
            stage.Start();
            Request(0, new float[samples]);
            (await output.Reader.ReadAsync()).Dispose();
            Request(turns.Interrupt(), said);
            using var chunk = await output.Reader.ReadAsync();
            input.Writer.Complete();
            await foreach (var rest in output.Reader.ReadAllAsync()) rest.Dispose();
            return [.. chunk.Drive.Audio.ToArray(), .. chunk.Drive.Speaking.Select(speaks => speaks ? 1f : 0)];

            void Request(int turn, float[] sound)
            {
                for (int at = 0; at < sound.Length; at += SoundBlock.Capacity)
                {
                    var block = new SoundBlock(turn, new LendingPool<float>(SoundBlock.Capacity).Lend()) { Count = Math.Min(SoundBlock.Capacity, sound.Length - at) };
                    sound.AsSpan(at, block.Count).CopyTo(block.Room);
                    block.EndsRequest = at + block.Count == sound.Length;
                    Assert.True(input.Writer.TryWrite(block));
                }
            }
        }
    }

    // As deep as the shipped network: what a chunk allocates follows from the number of its ops, not from their size.
    [Fact]
    public async Task A_warm_chunk_allocates_at_most_64_KiB_of_managed_memory()
    {
        using var folder = new TemporaryFolder();
        TinyAvatar.Write(folder.File("deep"), TinyAvatar.Config with { Layers = AvatarConfig.Mini.Layers });
        using var avatar = Avatar.Load(folder.File("deep"), session.Placement.Diffusion, session.Placement.Decoder);
        using var character = new CharacterReference(avatar, session.Picture);
        using var pipeline = new Pipeline(avatar, character, 0, new TurnCounter());
        var feeding = Task.Run(async () =>
        {
            await Say(pipeline, 0, new float[200 * 12 * DriveStage.FrameSamples]);
            pipeline.Sound.Complete();
        });
        var allocated = new List<long>();
        await foreach (var chunk in pipeline.Frames.ReadAllAsync())
        {
            chunk.Dispose();
            allocated.Add(pipeline.AllocatedBytes);
        }
        await feeding;
        const int warm = 10;
        Assert.InRange((allocated[^1] - allocated[warm]) / (allocated.Count - 1 - warm), 1, 64 * 1024);
    }

    [Fact]
    public async Task A_stage_that_fails_hands_its_error_to_the_reader_and_everything_stops()
    {
        int before = session.Placement.Diffusion.Memory.LiveStorages;
        var character = new CharacterReference(session.Avatar, session.Picture);
        using (var pipeline = new Pipeline(session.Avatar, character, 0, new TurnCounter()))
        {
            await Say(pipeline, 0, new float[100_000]);
            (await pipeline.Frames.ReadAsync()).Dispose();
            character.Dispose(); // the decoder finds its picture gone
            var feeding = Say(pipeline, 0, new float[2_000_000]);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAll(pipeline));
            pipeline.Dispose();
            await Assert.ThrowsAnyAsync<Exception>(() => feeding);
        }
        Assert.Equal(before, session.Placement.Diffusion.Memory.LiveStorages);
    }

    [Fact]
    public async Task A_failing_stage_passes_its_error_on_through_those_behind_it()
    {
        Channel<SoundBlock> input = Channel.CreateBounded<SoundBlock>(1), middle = Channel.CreateBounded<SoundBlock>(1), output = Channel.CreateBounded<SoundBlock>(1);
        using var first = new PassingStage(input, middle, failsAt: 3);
        using var second = new PassingStage(middle, output, failsAt: int.MaxValue);
        first.Start();
        second.Start();
        var pool = new LendingPool<float>(1);
        for (int i = 0; i < 3; i++)
        {
            await input.Writer.WriteAsync(new SoundBlock(i, pool.Lend()));
            if (i < 2) (await output.Reader.ReadAsync()).Dispose();
        }
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => output.Reader.Completion);
        Assert.Equal("message 3", failure.Message);
    }

    [Fact]
    public async Task Cancellation_ends_the_threads_wherever_they_wait()
    {
        int before = session.Placement.Diffusion.Memory.LiveStorages;
        using var character = new CharacterReference(session.Avatar, session.Picture);
        int own = session.Placement.Diffusion.Memory.LiveStorages;
        using var stop = new CancellationTokenSource();
        using var pipeline = new Pipeline(session.Avatar, character, 0, new TurnCounter(), cancel: stop.Token);
        // Nobody reads: every stage ends up waiting for room.
        var feeding = Say(pipeline, 0, new float[3_000_000]);
        await pipeline.Frames.WaitToReadAsync();
        await stop.CancelAsync();
        pipeline.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => feeding);
        Assert.True(own > before);
        Assert.Equal(own, session.Placement.Diffusion.Memory.LiveStorages);
    }

    [Fact]
    public async Task Sessions_share_a_model_and_do_not_disturb_each_other()
    {
        float[] sound = SoundInMemory.Samples(new VoiceLikeSound(80_000));
        var alone = await Run(sound, _ => 4000);
        var together = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Task.Run(() => Run(sound, _ => 1000 * (i + 1)))));
        Assert.All(together, each => Assert.Equal(alone, each));
    }

    async Task<List<string>> Run(float[] sound, Func<int, int> size)
    {
        using var character = new CharacterReference(session.Avatar, session.Picture);
        using var pipeline = new Pipeline(session.Avatar, character, 3, new TurnCounter());
        var feeding = Task.Run(async () =>
        {
            await Say(pipeline, 0, sound, size);
            pipeline.Sound.Complete();
        });
        var video = new RecordedVideo();
        await foreach (var chunk in pipeline.Frames.ReadAllAsync())
        {
            using var own = chunk;
            for (int i = 0; i < chunk.Frames; i++) video.WriteFrame(chunk.Frame(i).Span);
        }
        await feeding;
        return video.Frames;
    }

    static async Task ReadAll(Pipeline pipeline)
    {
        await foreach (var chunk in pipeline.Frames.ReadAllAsync()) chunk.Dispose();
    }

    static async Task Say(Pipeline pipeline, int turn, float[] sound, Func<int, int>? size = null)
    {
        for (int at = 0, i = 0; at < sound.Length; i++)
        {
            var block = pipeline.NewBlock(turn);
            block.Count = Math.Min(size?.Invoke(i) ?? SoundBlock.Capacity, sound.Length - at);
            sound.AsSpan(at, block.Count).CopyTo(block.Room);
            at += block.Count;
            await pipeline.Sound.WriteAsync(block);
        }
    }

    sealed class PassingStage(ChannelReader<SoundBlock> input, ChannelWriter<SoundBlock> output, int failsAt)
        : Stage<SoundBlock, SoundBlock>("passing", input, output, CancellationToken.None)
    {
        readonly LendingPool<float> pool = new(1);
        int seen;

        protected override void Process(SoundBlock message)
        {
            if (++seen == failsAt) throw new InvalidOperationException($"message {seen}");
            Send(new SoundBlock(message.Turn, pool.Lend()));
        }
    }
}
