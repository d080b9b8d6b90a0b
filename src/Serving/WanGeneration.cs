using TalkingMachines.Media;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Wan;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>What a model of the Wan family is asked to film.</summary>
public sealed record WanOrder
{
    public string Prompt { get; init; } = "";

    /// <summary>What the video is to be unlike; null: the model's own.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>The character or first frame; needed by i2v models.</summary>
    public Picture? Picture { get; init; }

    /// <summary>Mono at <see cref="VideoGeneration.SampleRate"/>: goes into the video, and to audio layers.</summary>
    public Sound? Speech { get; init; }

    /// <summary>Frames of the video; null: as many as the speech begins, or the model's own number.</summary>
    public int? Frames { get; init; }

    public ulong Seed { get; init; }
}

/// <summary>Words, a picture and a sound to a video by a model of the Wan family: encoders one after the other, then the film.</summary>
public sealed class WanGeneration(WanFolder folder, Placement placement, WanSampling sampling)
{
    const int SampleRate = VideoGeneration.SampleRate;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Size of the video: the picture's aspect ratio, or the model's own, within the model's area.</summary>
    public static PictureSize SizeOf(WanSampling sampling, Picture? picture) =>
        PictureSize.Within((long)sampling.Width * sampling.Height, picture?.Height ?? sampling.Height, picture?.Width ?? sampling.Width);

    /// <summary>Frames that an order comes to.</summary>
    public static int FramesOf(WanSampling sampling, WanOrder order) => order.Frames
        ?? (order.Speech is { } speech ? (int)Math.Min(int.MaxValue, Resampler.OutputCount(speech.Samples.Length, speech.SampleRate, sampling.FramesPerSecond)) : sampling.Frames);

    /// <summary>Films an order and completes the video; stopped or failed, it leaves none.</summary>
    /// <param name="video">Of the order's size, the model's frame rate and <see cref="SampleRate"/>.</param>
    /// <exception cref="MediaException">What was given can't be filmed by this model, or the video can't be written.</exception>
    /// <exception cref="OperationCanceledException"/>
    public GenerationReport Run(WanOrder order, IVideoWriter video, IProgress<GenerationProgress>? progress = null, CancellationToken stop = default)
    {
        int total = FramesOf(sampling, order), whole = WanSampling.WholeFrames(total);
        Check(order, total);
        int chunk = sampling.Causal ? sampling.ChunkLatents * WanSampling.FramesPerLatent : ClipFilm.ClipFrames(sampling, whole);
        var meter = new GenerationMeter(new(placement.Diffusion, placement.Decoder, chunk, sampling.FramesPerSecond, sampling.Causal ? sampling.StepList.Length : sampling.Steps), Clock);
        using var scope = Tensor.Scope();
        var picture = order.Picture is { } given ? PixelPlanes.ToTensor(placement.Diffusion, given.Pixels, given.Width, given.Height) : null;
        var scene = new WanScene(SizeOf(sampling, order.Picture), whole, order.Seed, picture);
        using var conditions = WanConditions.Read(folder, placement.Diffusion, order.Prompt, order.NegativePrompt ?? sampling.NegativePrompt, picture, Heard(order.Speech), whole);
        stop.ThrowIfCancellationRequested();
        using var avatar = new WanAvatar(folder, placement.Diffusion, placement.Decoder);
        using var film = WanFilm.Of(avatar, sampling, scene, conditions);
        var steps = new StepCount(sampling, total, progress, stop);
        for (int written = 0; written < total;)
        {
            int before = written;
            film.Next(frames => written += Write(frames, total - written, video), steps.One);
            meter.Add(written - before, 0);
        }
        WriteSound(order.Speech, total, video);
        video.Complete(stop);
        return meter.Report();
    }

    void Check(WanOrder order, int total)
    {
        if (total < 1) throw new MediaException("The sound is empty: it has not one sample to say.");
        if (folder.Config.SeesPicture && order.Picture is null) throw new MediaException($"{folder.Path} is an i2v model, expected a picture.");
        if (order.Picture is not null && !folder.Config.SeesPicture && !sampling.Causal) throw new MediaException($"{folder.Path} is a t2v model, which can't see a picture; leave it out.");
        if (order.Speech is { } speech && speech.SampleRate != SampleRate) throw new ArgumentException($"Speech has {speech.SampleRate} samples a second, expected {SampleRate}.");
        if (folder.AddOn is not null && (double)total / sampling.FramesPerSecond is var seconds && seconds > WanConditions.LongestSound.TotalSeconds)
            throw new MediaException($"The video would last {TimeSpan.FromSeconds(seconds):hh\\:mm\\:ss}, expected at most {WanConditions.LongestSound.TotalMinutes:0} minutes for a model that hears.");
    }

    /// <summary>Writes the frames [1,3,T,H,W] that are still wanted, and says how many.</summary>
    static int Write(Tensor frames, int wanted, IVideoWriter video)
    {
        int count = Math.Min(wanted, frames.Shape[2]);
        byte[] rgb = new byte[frames.Shape.Product(3, 5) * 3];
        for (int i = 0; i < count; i++)
        {
            using var scope = Tensor.Scope();
            PixelPlanes.ToBytes(frames.Narrow(2, i, 1).ToArray(), rgb);
            video.WriteFrame(rgb);
        }
        return count;
    }

    float[]? Heard(Sound? speech) => speech is null || folder.AddOn is null ? null : Resampler.Resample(speech, WanConditions.SampleRate).Samples;

    // As long as the frames: what is missing is silence, what is over is cut off.
    void WriteSound(Sound? speech, int frames, IVideoWriter video)
    {
        float[] sound = new float[(long)frames * SampleRate / sampling.FramesPerSecond];
        speech?.Samples.AsSpan(0, Math.Min(speech.Samples.Length, sound.Length)).CopyTo(sound);
        video.WriteSound(sound);
    }

    /// <summary>Counts denoising steps: many of them make a clip's frames all at once, so that a bar follows the steps.</summary>
    sealed class StepCount(WanSampling sampling, int total, IProgress<GenerationProgress>? progress, CancellationToken stop)
    {
        readonly long all = Pieces(sampling, total) * (sampling.Causal ? sampling.StepList.Length : sampling.Steps);
        long done;

        public void One()
        {
            stop.ThrowIfCancellationRequested();
            done = Math.Min(done + 1, all);
            progress?.Report(new GenerationProgress(total * done / all, total));
        }

        static long Pieces(WanSampling sampling, int total)
        {
            if (sampling.Causal) return Math.Max(1, (WanSampling.Latents(total) + sampling.ChunkLatents - 1) / sampling.ChunkLatents);
            int rest = Math.Max(0, total - ClipFilm.ClipFrames(sampling, total)), more = Math.Max(1, sampling.Frames - sampling.MotionFrames);
            return 1 + ((rest + more - 1) / more);
        }
    }
}
