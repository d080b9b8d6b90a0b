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

    /// <summary>What a second character says while the first speaks, at the same rate; of MultiTalk.</summary>
    public Sound? SecondSpeech { get; init; }

    /// <summary>Where in the picture the two are, pixel by pixel; null: one in the left half, the other in the right one.</summary>
    public SpeakerAreas? Speakers { get; init; }

    /// <summary>All that is said.</summary>
    internal IEnumerable<Sound> Speeches => new[] { Speech, SecondSpeech }.OfType<Sound>();

    /// <summary>Frames of the video; null: as many as the longest speech begins, or the model's own number.</summary>
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
        ?? (order.Speeches.Any() ? order.Speeches.Max(speech => (int)Math.Min(int.MaxValue, Resampler.OutputCount(speech.Samples.Length, speech.SampleRate, sampling.FramesPerSecond))) : sampling.Frames);

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
        var scene = new WanScene(SizeOf(sampling, order.Picture), whole, order.Seed, picture, Areas(order));
        using var conditions = WanConditions.Read(folder, placement.Diffusion, order.Prompt, order.NegativePrompt ?? sampling.NegativePrompt, picture, Heard(order), whole);
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
        WriteSound(order, total, video);
        video.Complete(stop);
        return meter.Report();
    }

    void Check(WanOrder order, int total)
    {
        if (total < 1) throw new MediaException("The sound is empty: it has not one sample to say.");
        if (folder.Config.SeesPicture && order.Picture is null) throw new MediaException($"{folder.Path} is an i2v model, expected a picture.");
        if (order.Picture is not null && !folder.Config.SeesPicture && !sampling.Causal) throw new MediaException($"{folder.Path} is a t2v model, which can't see a picture; leave it out.");
        foreach (var speech in order.Speeches)
            if (speech.SampleRate != SampleRate) throw new ArgumentException($"Speech has {speech.SampleRate} samples a second, expected {SampleRate}.");
        if (order.SecondSpeech is not null || order.Speakers is not null) CheckSpeakers(order);
        if (folder.AddOn is not null && (double)total / sampling.FramesPerSecond is var seconds && seconds > WanConditions.LongestSound.TotalSeconds)
            throw new MediaException($"The video would last {TimeSpan.FromSeconds(seconds):hh\\:mm\\:ss}, expected at most {WanConditions.LongestSound.TotalMinutes:0} minutes for a model that hears.");
    }

    void CheckSpeakers(WanOrder order)
    {
        if (order.Speech is null || order.SecondSpeech is null) throw new MediaException("Two speakers were asked for with the sound of one, expected what each of them says.");
        if (folder.AddOn != WanPart.MultiTalk) throw new MediaException($"{folder.Path} can't film two speakers, expected a folder with MultiTalk's audio layers.");
        if (sampling.Causal) throw new MediaException($"{folder.Path} makes causal video, expected a model of whole clips for two speakers.");
        if (order.Picture is null) throw new MediaException("Two speakers were given without a picture, expected one that shows both.");
        if (Areas(order)!.Problem(SizeOf(sampling, order.Picture)) is { } problem) throw new MediaException(problem);
    }

    // MultiTalk's default: left and right half.
    static SpeakerAreas? Areas(WanOrder order) => order.SecondSpeech is null || order.Picture is not { } picture ? null : order.Speakers ?? SpeakerAreas.Halves(picture.Height, picture.Width);

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

    float[][] Heard(WanOrder order) => folder.AddOn is null ? [] : [.. order.Speeches.Select(speech => Resampler.Resample(speech, WanConditions.SampleRate).Samples)];

    // As long as the frames: what is missing is silence, what is over is cut off. Two speakers are heard together.
    void WriteSound(WanOrder order, int frames, IVideoWriter video)
    {
        float[] sound = new float[(long)frames * SampleRate / sampling.FramesPerSecond];
        foreach (var speech in order.Speeches)
            for (int i = 0; i < Math.Min(speech.Samples.Length, sound.Length); i++) sound[i] += speech.Samples[i];
        if (order.SecondSpeech is not null)
            for (int i = 0; i < sound.Length; i++) sound[i] = Math.Clamp(sound[i], -1, 1);
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
