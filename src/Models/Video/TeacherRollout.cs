using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// A bidirectional model generates clip after clip, each for itself: all latents of a clip at once, each step with and without
/// sound and picture (classifier-free guidance). What a student learns from; too slow, and too late, for a call.
/// </summary>
public sealed class TeacherRollout : ChunkRollout<(ClipCondition With, ClipCondition Without)>, IRollout
{
    readonly AvatarModel model;
    readonly RandomStream random;
    readonly Tensor reference;
    readonly BlockPattern pattern;
    readonly ClipFlow flow;

    /// <summary>For a character's reference features [1,C,1,h,w].</summary>
    public TeacherRollout(AvatarModel model, Tensor referenceAt16, ulong seed)
        : base(model.Config.Steps)
    {
        this.model = model;
        random = new RandomStream(seed);
        reference = referenceAt16.Detach().Own();
        pattern = ClipFlow.Bidirectional(model.Device, model.Config, model.Config.ChunkLatents);
        flow = new ClipFlow(model, pattern);
    }

    public Tensor Next(Drive drive)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Denoise((ClipCondition.Of(model, drive, reference), Unconditional(model, drive, reference))));
    }

    /// <summary>The same clips without sound and picture: what guidance leads away from. Gestures stay.</summary>
    public static ClipCondition Unconditional(AvatarModel model, Drive drive, Tensor referenceAt16)
    {
        var mute = new Drive(Tensor.Zeros(model.Device, drive.Audio.Shape), drive.Gestures, [.. drive.Speaking.Select(_ => true)]);
        return ClipCondition.Of(model, mute, Tensor.Zeros(model.Device, referenceAt16.Shape));
    }

    protected override Tensor Noise(int draw) => model.ChunkNoise(random, Chunk);

    protected override Tensor Velocity(Tensor x, int step, (ClipCondition With, ClipCondition Without) condition)
    {
        using var scope = Tensor.Scope();
        float[] time = [model.Config.Steps[step]];
        var without = flow.Velocity(x, time, condition.Without);
        return scope.Keep(without + ((flow.Velocity(x, time, condition.With) - without) * model.Config.Guidance));
    }

    public void Dispose()
    {
        reference.Dispose();
        pattern.Dispose();
    }
}
