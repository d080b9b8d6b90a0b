using TalkingMachines.Media;
using TalkingMachines.Models;

namespace TalkingMachines.Serving;

/// <summary>How far a generation is.</summary>
/// <param name="Frames">Frames written.</param>
/// <param name="TotalFrames">Frames there will be; null where the sound does not tell its length.</param>
public readonly record struct GenerationProgress(long Frames, long? TotalFrames);

/// <summary>
/// A picture and a sound to a video of that character saying it: the stages of a call with a file at either end, in
/// constant memory for any length.
/// </summary>
/// <param name="avatar">The loaded model.</param>
/// <param name="seed">Of gestures and noise: the same seed gives the same video.</param>
public sealed class VideoGeneration(Avatar avatar, ulong seed = 0)
{
    /// <summary>Samples a second of the sound that goes into the video.</summary>
    public const int SampleRate = SoundBlock.SampleRate;

    public static readonly TimeSpan LongestEver = TimeSpan.FromHours(12);

    /// <summary>A longer sound is refused, at once where it tells its length.</summary>
    public TimeSpan LongestSound { get; init; } = LongestEver;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where an offline generation has nobody to interrupt it.</summary>
    const int OnlyTurn = 0;

    /// <summary>
    /// Generates as many frames as the sound begins and completes the video. Whoever made the reader and the writer disposes them;
    /// after a failure or cancellation the video is not complete, so that it leaves no file.
    /// </summary>
    /// <param name="video">Of the model's picture size and frame rate and <see cref="SampleRate"/>; null only measures.</param>
    /// <exception cref="MediaException">The sound is damaged, empty or too long, or the video cannot be written.</exception>
    /// <exception cref="OperationCanceledException"/>
    public Task<GenerationReport> RunAsync(
        Picture picture, ISoundReader speech, IVideoWriter? video, IProgress<GenerationProgress>? progress = null, CancellationToken stop = default) =>
        RunAsync([picture], null, speech, video, progress, stop);

    /// <summary>The same with two faces side by side, that take turns: the video is twice as wide. Each face is a film of its own and hears only its own turns (decision 0006).</summary>
    public Task<GenerationReport> RunAsync(
        Picture left, Picture right, SpeakingTurns speaking, ISoundReader speech, IVideoWriter? video, IProgress<GenerationProgress>? progress = null, CancellationToken stop = default) =>
        RunAsync([left, right], speaking, speech, video, progress, stop);

    async Task<GenerationReport> RunAsync(
        Picture[] faces, SpeakingTurns? speaking, ISoundReader speech, IVideoWriter? video, IProgress<GenerationProgress>? progress, CancellationToken stop)
    {
        CheckLength(speech.FrameCount is { } count ? (double)count / speech.SampleRate : 0);
        var meter = new GenerationMeter(
            new(avatar.Diffusion, avatar.Decoder, avatar.Config.ChunkFrames, avatar.Config.FramesPerSecond, avatar.Config.Steps.Length), Clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var scene = new FilmedFaces(avatar, faces, seed, ended.Token);
        var feeding = Task.Run(() => FeedAsync(speech, scene.Pipelines, speaking, ended.Token), CancellationToken.None);
        try
        {
            await WriteAsync(scene, video, meter, TotalFrames(speech), progress, ended.Token);
        }
        finally
        {
            // The feeder may wait for room that nobody will make, and must not touch the reader once this returns.
            await ended.CancelAsync();
            await feeding;
        }
        video?.Complete(stop);
        return meter.Report();
    }

    async Task WriteAsync(
        FilmedFaces scene, IVideoWriter? video, GenerationMeter meter, long? total, IProgress<GenerationProgress>? progress, CancellationToken stop)
    {
        long written = 0;
        byte[] picture = new byte[scene.Pipelines.Count * 3 * avatar.Config.Picture * avatar.Config.Picture];
        await foreach (var chunks in scene.ReadAllAsync(stop))
        {
            meter.Add(chunks[0].Frames, scene.Pipelines.Sum(pipeline => pipeline.AllocatedBytes));
            for (int i = 0; i < chunks[0].Frames; i++) video?.WriteFrame(FilmedFaces.SideBySide(chunks, i, picture));
            video?.WriteSound(chunks[0].Sound.Span);
            written += chunks[0].Frames;
            progress?.Report(new GenerationProgress(written, total));
        }
        if (written == 0) throw new MediaException("The sound is empty: it has not one sample to say.");
    }

    /// <summary>Sends the sound to each face and completes the pipelines' inputs, with the failure if there is one; never throws.</summary>
    async Task FeedAsync(ISoundReader speech, IReadOnlyList<Pipeline> pipelines, SpeakingTurns? speaking, CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            var reader = speech.SampleRate == SampleRate ? speech : new ResampledReader(speech, SampleRate);
            float[] sound = new float[SoundBlock.Capacity];
            for (long sent = 0; ;)
            {
                int room = (int)Math.Min(sound.Length, speaking?.Unchanged(sent) ?? sound.Length);
                int count = reader.Read(sound.AsSpan(0, room));
                if (count == 0) break;
                CheckLength((double)(sent + count) / SampleRate);
                for (int face = 0; face < pipelines.Count; face++)
                    await pipelines[face].Sound.WriteAsync(Block(pipelines[face], sound.AsSpan(0, count), speaking?.Speaks(face, sent) == false), stop);
                sent += count;
            }
        }
        catch (Exception thrown)
        {
            failure = thrown; // comes out at the other end of the pipelines
        }
        foreach (var pipeline in pipelines) pipeline.Sound.TryComplete(failure);
    }

    static SoundBlock Block(Pipeline pipeline, ReadOnlySpan<float> sound, bool isOthers)
    {
        var block = pipeline.NewBlock(OnlyTurn);
        sound.CopyTo(block.Room);
        (block.Count, block.IsOthers) = (sound.Length, isOthers);
        return block;
    }

    long? TotalFrames(ISoundReader speech) =>
        speech.FrameCount is { } count ? Resampler.OutputCount(count, speech.SampleRate, avatar.Config.FramesPerSecond) : null;

    void CheckLength(double seconds)
    {
        if (seconds > LongestSound.TotalSeconds)
            throw new MediaException($"The sound lasts {seconds / 60:0.##} minutes or more, expected at most {LongestSound.TotalMinutes:0.##}.");
    }
}
