using TalkingMachines.Models.Solvers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// Clips of a bidirectional model, each denoised as a whole in many guided steps. One that was trained to go on from a few frames
/// (MultiTalk, FACTS 5.2) makes one clip after another; another makes one clip of the whole length.
/// </summary>
public sealed class ClipFilm : WanFilm
{
    readonly WanSampling sampling;
    readonly RandomStream random;
    readonly int frames;
    Tensor? motion;
    int clip;
    int start;

    public ClipFilm(WanAvatar avatar, WanSampling sampling, WanScene scene, WanConditions conditions)
        : base(avatar, scene, conditions, withNegative: sampling.TextGuidance != 1)
    {
        this.sampling = sampling;
        random = new RandomStream(scene.Seed);
        frames = ClipFrames(sampling, scene.Frames);
    }

    /// <summary>Frames of each clip of a video of so many.</summary>
    public static int ClipFrames(WanSampling sampling, int total) =>
        sampling.MotionFrames > 0 ? Math.Min(sampling.Frames, WanSampling.WholeFrames(total)) : WanSampling.WholeFrames(total);

    public override void Next(Action<Tensor> show, Action? stepped = null)
    {
        if (clip > 0 && sampling.MotionFrames == 0) throw new InvalidOperationException("The model makes one clip, which is over.");
        using var scope = Tensor.Scope();
        var picture = Given();
        var latents = Denoise(picture, stepped);
        var kept = new List<Tensor>();
        int seen = 0, old = clip == 0 ? 0 : sampling.MotionFrames;
        using var cache = new FrameCache();
        Show(latents, cache, decoded =>
        {
            int count = decoded.Shape[2], known = Math.Clamp(old - seen, 0, count);
            if (known < count) show(known == 0 ? decoded : decoded.Narrow(2, known, count - known));
            if ((seen += count) > frames - sampling.MotionFrames && GoesOn) kept.Add(decoded.Detach().Own());
        });
        KeepMotion(kept);
        start += frames - sampling.MotionFrames;
        clip++;
    }

    // Mask and latents of the given frames [1,20,F,h,w]: the picture, or the end of the clip before.
    Tensor? Given()
    {
        if (!TakesPicture) return null;
        using var stream = new PictureStream(Avatar.Encoding, motion ?? Picture!);
        using var scope = Tensor.Scope();
        return scope.Keep(Moved(stream.Next(WanSampling.Latents(frames)), Avatar.Diffusion));
    }

    // A clip as short as its motion is the whole film.
    bool GoesOn => sampling.MotionFrames > 0 && frames > sampling.MotionFrames;

    void KeepMotion(List<Tensor> kept)
    {
        if (kept.Count == 0) return;
        using var scope = Tensor.Scope();
        var all = Tensor.Concat(2, [.. kept]);
        foreach (var tensor in kept) tensor.Dispose();
        motion?.Dispose();
        var ends = all.Narrow(2, all.Shape[2] - sampling.MotionFrames, sampling.MotionFrames);
        var (one, clamped) = (Tensor.Filled(ends.Device, [1], 1), ends.Maximum(Tensor.Filled(ends.Device, [1], -1)));
        motion = (-(-clamped).Maximum(-one)).Detach().Own(); // min(x, 1) = -max(-x, -1)
    }

    Tensor Denoise(Tensor? picture, Action? stepped)
    {
        using var scope = Tensor.Scope();
        var (device, size, config) = (Avatar.Diffusion, Scene.Size, Avatar.Config);
        Shape shape = [1, config.OutputChannels, WanSampling.Latents(frames), size.LatentHeight, size.LatentWidth];
        using var pattern = BlockPattern.Whole(device, config.HeadWidth, TokenGrid.Of(shape), Track?.Speakers);
        using var solver = Solver();
        var guidance = Guided();
        var past = motion is null || picture is null ? null : new MotionLatents(picture, WanSampling.Latents(sampling.MotionFrames), shape, random.Fork((ulong)clip).Fork(1));
        var x = Tensor.Normal(device, shape, random.Fork((ulong)clip).Fork(0));
        for (int step = 0; step < solver.Steps; step++)
        {
            using var inner = Tensor.Scope();
            var noisy = past?.Put(x, solver.Sigmas[step]) ?? x;
            var velocity = guidance.Velocity(Avatar.Model, picture is null ? noisy : Tensor.Concat(1, noisy, picture), Timestep(solver, step), pattern);
            var next = inner.Keep(solver.Step(noisy, velocity));
            scope.Swap(ref x, next);
            stepped?.Invoke();
        }
        return scope.Keep(past?.Put(x, 0) ?? x);
    }

    FlowSolver Solver() => sampling.Solver switch
    {
        "euler" => new EulerSolver([.. Enumerable.Range(0, sampling.Steps).Select(Level)]),
        "dpm++" => new DpmSolver(sampling.Steps, sampling.Shift),
        _ => new UniPcSolver(sampling.Steps, sampling.Shift),
    };

    // MultiTalk: even timesteps from 1000 to 1, shifted; 0 follows.
    double Level(int step) => TimestepTable.Shifted((TimestepTable.Most - (sampling.Steps == 1 ? 0 : step * (TimestepTable.Most - 1) / (sampling.Steps - 1))) / TimestepTable.Most, sampling.Shift);

    // MultiTalk's timesteps are not rounded, the others' are.
    double Timestep(FlowSolver solver, int step) => sampling.Solver == "euler" ? TimestepTable.Most * solver.Sigmas[step] : solver.Timesteps[step];

    Guidance Guided()
    {
        var heard = Track?.Heard(start, frames);
        if (heard is null || sampling.SoundGuidance == 1) return Guidance.OfText(Prompt, Negative, sampling.TextGuidance, heard);
        var silence = Track!.Silence(heard);
        return Track is MultiTalkTrack
            ? Guidance.OfSoundThenText(Prompt, Negative, sampling.TextGuidance, sampling.SoundGuidance, heard, silence)
            : Guidance.OfTextThenSound(Prompt, Negative, sampling.TextGuidance, sampling.SoundGuidance, heard, silence);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        motion?.Dispose();
    }

    /// <summary>The known first latents of a clip that goes on: put back before every step, at the step's noise.</summary>
    sealed class MotionLatents(Tensor picture, int count, in Shape shape, RandomStream random)
    {
        readonly Tensor clean = picture.Narrow(1, WanSampling.FramesPerLatent, shape[1]).Narrow(2, 0, count);
        readonly Tensor noise = Tensor.Normal(picture.Device, shape.With(2, count), random);

        public Tensor Put(Tensor x, float sigma)
        {
            using var scope = Tensor.Scope();
            int rest = x.Shape[2] - count;
            return scope.Keep(Tensor.Concat(2, (clean * (1 - sigma)) + (noise * sigma), x.Narrow(2, count, rest)));
        }
    }
}
