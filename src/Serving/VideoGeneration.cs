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
    public async Task<GenerationReport> RunAsync(
        Picture picture, ISoundReader speech, IVideoWriter? video, IProgress<GenerationProgress>? progress = null, CancellationToken stop = default)
    {
        CheckLength(speech.FrameCount is { } count ? (double)count / speech.SampleRate : 0);
        var meter = new GenerationMeter(
            new(avatar.Diffusion, avatar.Decoder, avatar.Config.ChunkFrames, avatar.Config.FramesPerSecond, avatar.Config.Steps.Length), Clock);
        using var character = new CharacterReference(avatar, picture);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var pipeline = new Pipeline(avatar, character, seed, new TurnCounter(), cancel: ended.Token);
        var feeding = Task.Run(() => FeedAsync(speech, pipeline, ended.Token), CancellationToken.None);
        try
        {
            await WriteAsync(pipeline, video, meter, TotalFrames(speech), progress, ended.Token);
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

    static async Task WriteAsync(
        Pipeline pipeline, IVideoWriter? video, GenerationMeter meter, long? total, IProgress<GenerationProgress>? progress, CancellationToken stop)
    {
        long written = 0;
        await foreach (var chunk in pipeline.Frames.ReadAllAsync(stop))
        {
            using var own = chunk;
            meter.Add(chunk.Frames, pipeline.AllocatedBytes);
            for (int i = 0; i < chunk.Frames; i++) video?.WriteFrame(chunk.Frame(i).Span);
            video?.WriteSound(chunk.Sound.Span);
            written += chunk.Frames;
            progress?.Report(new GenerationProgress(written, total));
        }
        if (written == 0) throw new MediaException("The sound is empty: it has not one sample to say.");
    }

    /// <summary>Sends the sound and completes the pipeline's input, with the failure if there is one; never throws.</summary>
    async Task FeedAsync(ISoundReader speech, Pipeline pipeline, CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            var reader = speech.SampleRate == SampleRate ? speech : new ResampledReader(speech, SampleRate);
            for (long sent = 0; ;)
            {
                var block = pipeline.NewBlock(OnlyTurn);
                block.Count = reader.Read(block.Room);
                if (block.Count == 0) break;
                CheckLength((double)(sent += block.Count) / SampleRate);
                await pipeline.Sound.WriteAsync(block, stop);
            }
        }
        catch (Exception thrown)
        {
            failure = thrown; // comes out at the other end of the pipeline
        }
        pipeline.Sound.TryComplete(failure);
    }

    long? TotalFrames(ISoundReader speech) =>
        speech.FrameCount is { } count ? Resampler.OutputCount(count, speech.SampleRate, avatar.Config.FramesPerSecond) : null;

    void CheckLength(double seconds)
    {
        if (seconds > LongestSound.TotalSeconds)
            throw new MediaException($"The sound lasts {TimeSpan.FromSeconds(seconds):hh\\:mm\\:ss} or more, expected at most {LongestSound.TotalMinutes:0.##} minutes.");
    }
}
