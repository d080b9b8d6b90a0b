using TalkingMachines.Media;
using TalkingMachines.Serving;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Serving;

public sealed class VideoGenerationTests(TinySession session) : IClassFixture<TinySession>
{
    [Theory]
    [InlineData(48_000, 1, 1)]
    [InlineData(48_000, 3_000, 1)]
    [InlineData(48_000, 3_001, 2)]
    [InlineData(48_000, 36_000, 12)]
    [InlineData(48_000, 36_001, 13)]
    [InlineData(48_000, 100_000, 34)]
    [InlineData(44_100, 44_100, 16)]
    [InlineData(16_000, 40_001, 41)]
    public async Task The_video_has_a_frame_for_each_one_that_the_sound_begins(int rate, int samples, int frames)
    {
        var video = new RecordedVideo();
        var report = await session.Generate(new SoundInMemory(Voice(samples), rate), video);
        Assert.Equal((frames, frames, true), (video.Frames.Count, report.Frames, video.IsComplete));
        Assert.Equal(Resampler.OutputCount(samples, rate, VideoGeneration.SampleRate), video.Sound.Count);
    }

    [Fact]
    public async Task The_sound_goes_into_the_video_as_it_came()
    {
        var video = new RecordedVideo();
        float[] sound = Voice(100_000);
        await session.Generate(new SoundInMemory(sound), video);
        Assert.Equal(sound, video.Sound);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_frames_and_another_other_ones()
    {
        RecordedVideo first = new(), second = new(), other = new();
        await session.Generate(new SoundInMemory(Voice(90_000)), first, seed: 5);
        await session.Generate(new SoundInMemory(Voice(90_000), tellsLength: false), second, seed: 5);
        await session.Generate(new SoundInMemory(Voice(90_000)), other, seed: 6);
        Assert.Equal(first.Frames, second.Frames);
        Assert.Empty(first.Frames.Intersect(other.Frames));
    }

    [Fact]
    public async Task Two_devices_give_the_frames_of_one()
    {
        RecordedVideo one = new(), two = new();
        await session.Generate(new SoundInMemory(Voice(60_000)), one);
        using var placement = Placement.Open("cpu:0,cpu:0");
        using var avatar = TalkingMachines.Models.Avatar.Load(session.Model, placement.Diffusion, placement.Decoder);
        var report = await new VideoGeneration(avatar).RunAsync(session.Picture, new SoundInMemory(Voice(60_000)), two);
        Assert.True(placement.IsDisaggregated);
        Assert.Equal(one.Frames, two.Frames);
        Assert.Equal(("cpu:0", "cpu:0", 2), (report.DiffusionDevice, report.DecoderDevice, report.Steps));
    }

    [Fact]
    public async Task What_is_said_changes_the_frames_that_hear_it_and_none_before()
    {
        RecordedVideo spoken = new(), hushed = new();
        float[] sound = Voice(192_000);
        await session.Generate(new SoundInMemory(sound), spoken);
        sound.AsSpan(150_000).Clear(); // frame 50; a chunk of latents hears 15 frames ahead
        await session.Generate(new SoundInMemory(sound), hushed);
        Assert.Equal(spoken.Frames[..24], hushed.Frames[..24]);
        Assert.Empty(spoken.Frames[50..].Intersect(hushed.Frames[50..]));
    }

    [Fact]
    public async Task Progress_ends_at_the_total()
    {
        var seen = new List<GenerationProgress>();
        await session.Generate(new SoundInMemory(Voice(100_000)), null, progress: new Reporter<GenerationProgress>(seen.Add));
        Assert.Equal([12, 24, 34], seen.Select(each => each.Frames));
        Assert.All(seen, each => Assert.Equal(34, each.TotalFrames));
    }

    [Fact]
    public async Task An_empty_sound_is_refused()
    {
        var failure = await Assert.ThrowsAsync<MediaException>(() => session.Generate(new SoundInMemory([]), new RecordedVideo()));
        Assert.Contains("empty", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sound_longer_than_allowed_is_refused_whether_it_tells_its_length_or_not(bool tellsLength)
    {
        var video = new RecordedVideo();
        var generation = new VideoGeneration(session.Avatar) { LongestSound = TimeSpan.FromSeconds(2) };
        var failure = await Assert.ThrowsAsync<MediaException>(() => generation.RunAsync(session.Picture, new SoundInMemory(Voice(200_000), tellsLength: tellsLength), video));
        Assert.Contains("minutes or more, expected at most 0.03.", failure.Message, StringComparison.Ordinal);
        Assert.False(video.IsComplete);
    }

    [Fact]
    public async Task A_sound_that_breaks_off_surfaces_its_error()
    {
        var video = new RecordedVideo();
        var failure = await Assert.ThrowsAsync<MediaException>(() => session.Generate(new SoundInMemory(Voice(400_000), failsAt: 200_000), video));
        Assert.Contains("x.wav is damaged", failure.Message, StringComparison.Ordinal);
        Assert.False(video.IsComplete);
    }

    [Fact]
    public async Task A_writer_that_fails_stops_everything_with_its_error()
    {
        var failure = await Assert.ThrowsAsync<MediaException>(() => session.Generate(new VoiceLikeSound(48_000 * 3600L), new RecordedVideo { FailsAt = 20 }));
        Assert.Contains("no space left", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_leaves_the_video_incomplete()
    {
        using var stop = new CancellationTokenSource();
        var video = new RecordedVideo { OnFrame = frame => { if (frame == 30) stop.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Generate(new VoiceLikeSound(48_000 * 3600L), video, stop: stop.Token));
        Assert.False(video.IsComplete);
    }

    [Fact]
    public async Task Cancellation_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        string path = folder.Write("v.avi", "old"u8);
        using (var file = VideoWriter.Create(path, 64, 64, 16, VideoGeneration.SampleRate))
        {
            var run = new VideoGeneration(session.Avatar).RunAsync(
                session.Picture, new VoiceLikeSound(48_000 * 3600L), file, new Reporter<GenerationProgress>(_ => stop.Cancel()), stop.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }
        Assert.Equal(["v.avi"], folder.Names);
        Assert.Equal("old"u8, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_long_sound_needs_no_more_memory_than_a_short_one_and_no_garbage_a_chunk()
    {
        // Threads that meet differently hold a few blocks more or less at once: the most of several short ones is what a long one may hold.
        long peak = 0;
        for (int i = 0; i < 5; i++) peak = Math.Max(peak, (await session.Generate(new VoiceLikeSound(48_000 * 6), null)).PeakTensorBytes);
        var memory = session.Placement.Diffusion.Memory;
        long held = memory.HeldBytes;
        var report = await session.Generate(new VoiceLikeSound(48_000 * 96), null);
        Assert.InRange(memory.HeldBytes, held, held * 1.05);
        Assert.InRange(report.PeakTensorBytes, 0, peak * 1.2);
        Assert.InRange(report.ManagedBytesPerChunk, 1, 64 * 1024);
    }

    static float[] Voice(int samples) => SoundInMemory.Samples(new VoiceLikeSound(samples));

    sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
