using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>What whole clips are conditioned on: c0, the clean reference latent at rest, then F latents. B clips.</summary>
public sealed record ClipCondition(MotionCondition Motion, CharacterCondition Character)
{
    /// <summary>For a drive of F latents each and the characters' reference features [B,C,1,h,w]; in the current scope.</summary>
    public static ClipCondition Of(AvatarModel model, Drive drive, Tensor referenceAt16)
    {
        int b = referenceAt16.Shape[0];
        var still = model.Transformer.Motion(BlockRollout.StillDrive(model.Device, model.Config, b, 1));
        return new ClipCondition(model.Transformer.Motion(drive).After(still, b), model.Transformer.Character(referenceAt16));
    }
}

/// <summary>
/// An <see cref="AvatarModel"/> over whole clips, all latents at once behind c0: for training, and for teachers. Times are one
/// for each clip, or one for each latent.
/// </summary>
public sealed class ClipFlow(AvatarModel model, IAttentionPattern pattern)
{
    public AvatarModel Model => model;

    /// <summary>Everything sees everything: the pattern of a teacher, for clips of so many latents.</summary>
    public static BlockPattern Bidirectional(Device device, AvatarConfig config, int latents) =>
        BlockPattern.Whole(device, config.HeadWidth, new TokenGrid(1 + latents, config.TokenSide, config.TokenSide));

    /// <summary>The network's answer [B,C,F,h,w] to latents of unit variance.</summary>
    public Tensor Answer(Tensor input, ReadOnlySpan<float> times, ClipCondition condition)
    {
        using var scope = Tensor.Scope();
        var s = input.Shape;
        int b = s[0], f = s[2], each = times.Length / b;
        if (times.Length != b && times.Length != b * f) throw new ArgumentException($"{times.Length} times were given for {b} clips of {f} latents, expected {b} or {b * f}.");
        float[] all = new float[b * (1 + f)];
        for (int i = 0; i < b; i++)
        {
            all[i * (1 + f)] = 1; // c0 is clean
            for (int j = 0; j < f; j++) all[(i * (1 + f)) + 1 + j] = times[(i * each) + (each > 1 ? j : 0)];
        }
        var latents = Tensor.Concat(2, Tensor.Zeros(model.Device, s.With(2, 1)), input);
        var found = model.Transformer.Forward(latents, model.Transformer.Times(model.Device, all), condition.Motion, condition.Character, pattern);
        return scope.Keep(found.Narrow(2, 1, f));
    }

    /// <summary>Factors of input, guess and answer that broadcast to latents [B,C,F,h,w].</summary>
    public (Tensor Input, Tensor Guess, Tensor Answer) Factors(ReadOnlySpan<float> times, int batch)
    {
        var (input, guess, answer) = model.Factors(times);
        return times.Length == batch ? (input, guess, answer) : (ByLatent(input, batch), ByLatent(guess, batch), ByLatent(answer, batch));
    }

    static Tensor ByLatent(Tensor x, int batch)
    {
        using var scope = Tensor.Scope();
        var s = x.Shape; // [B F,C,1,h,w]
        return scope.Keep(x.Reshape(batch, s[0] / batch, s[1], s[3], s[4]).Permute(0, 2, 1, 3, 4));
    }

    /// <summary>Velocity of noisy latents [B,C,F,h,w], pointing to the data.</summary>
    public Tensor Velocity(Tensor x, ReadOnlySpan<float> times, ClipCondition condition)
    {
        using var scope = Tensor.Scope();
        var (input, guess, answer) = Factors(times, x.Shape[0]);
        return scope.Keep((x * guess) + (Answer(x * input, times, condition) * answer));
    }

    /// <summary>One step of a rollout for all latents, from one time to a later one.</summary>
    public Tensor Advance(Tensor x, float time, float next, ClipCondition condition)
    {
        using var scope = Tensor.Scope();
        float[] times = new float[x.Shape[0]];
        Array.Fill(times, time);
        return scope.Keep(x + (Velocity(x, times, condition) * (next - time)));
    }

    /// <summary>The clean latents that noisy ones lead to, in one step.</summary>
    public Tensor Clean(Tensor x, ReadOnlySpan<float> times, ClipCondition condition)
    {
        using var scope = Tensor.Scope();
        float[] left = new float[times.Length];
        for (int i = 0; i < left.Length; i++) left[i] = 1 - times[i];
        int f = times.Length / x.Shape[0];
        return scope.Keep(x + (Velocity(x, times, condition) * Tensor.From(x.Device, [x.Shape[0], 1, f, 1, 1], left)));
    }
}
