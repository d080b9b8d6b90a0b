using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Latents of one character, one chunk after the other.</summary>
public interface IRollout : IDisposable
{
    /// <summary>The next chunk's latents [1,C,F,h,w], in the current scope.</summary>
    Tensor Next(Drive drive);
}

/// <summary>
/// Generates one chunk after another for one character, for generate, call, train, evaluate and bench.
/// Keys and values are cached per timestep and layer, embeddings of the steps and the character once; a chunk costs as
/// many forwards as there are steps, and nothing grows with time.
/// </summary>
public sealed class BlockRollout : ChunkRollout<MotionCondition>, IRollout
{
    readonly AvatarModel model;
    readonly RandomStream random;
    readonly CharacterCondition character;
    readonly CachedPattern pattern;
    readonly Tensor[] times;
    readonly (Tensor Input, Tensor Guess, Tensor Answer)[] factors;

    /// <summary>For a character's reference features [1,C,1,h,w].</summary>
    public BlockRollout(AvatarModel model, Tensor referenceAt16, ulong seed)
        : base(model.Config.Steps)
    {
        if (model.Config.Bidirectional) throw new ArgumentException("The model sees whole clips both ways (a teacher), expected a causal one for a rollout in chunks.");
        this.model = model;
        random = new RandomStream(seed);
        var config = model.Config;
        using var scope = Tensor.Scope();
        character = model.Transformer.Character(referenceAt16).Own();
        pattern = new CachedPattern(referenceAt16.Device, config);
        times = [.. config.Steps.Select(step => model.Transformer.Time(step).Own())];
        factors = [.. config.Steps.Select(step => model.Factors([step])).Select(f => (f.Input.Own(), f.Guess.Own(), f.Answer.Own()))];
        PassReference(referenceAt16.Device);
    }

    // c0: the clean reference latent, which is zero by construction, silent and at rest.
    void PassReference(Device device)
    {
        using var scope = Tensor.Scope();
        var config = model.Config;
        var still = model.Transformer.Motion(StillDrive(device, config, 1, 1));
        var latent = Tensor.Zeros(device, [1, config.Autoencoder.LatentChannels, 1, config.LatentSide, config.LatentSide]);
        model.Transformer.Forward(latent, model.Transformer.Time(1), still, character, pattern);
    }

    /// <summary>The drive of <paramref name="latents"/> latents in which nothing happens.</summary>
    public static Drive StillDrive(Device device, AvatarConfig config, int batch, int latents) => new(
        Tensor.Zeros(device, [batch, 4 * (latents + config.AudioWindow - 1), config.AudioFeatures]),
        Tensor.Zeros(device, [batch, 4 * (latents + 2), config.Gestures]), new bool[batch * latents]);

    public Tensor Next(Drive drive)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Denoise(model.Transformer.Heard(model.Transformer.Motion(drive))));
    }

    protected override Tensor Noise(int draw) => model.ChunkNoise(random, Chunk);

    protected override Tensor Velocity(Tensor x, int step, MotionCondition condition)
    {
        using var scope = Tensor.Scope();
        pattern.BeginStep(step, Chunk == 0);
        var (input, guess, answer) = factors[step];
        var network = model.Transformer.Forward(x * input, times[step], condition, character, pattern);
        return scope.Keep((x * guess) + (network * answer));
    }

    public void Dispose()
    {
        character.Dispose();
        pattern.Dispose();
        foreach (var time in times) time.Dispose();
        foreach (var (input, guess, answer) in factors)
        {
            input.Dispose();
            guess.Dispose();
            answer.Dispose();
        }
    }
}
