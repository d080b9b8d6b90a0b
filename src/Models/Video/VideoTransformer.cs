using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// Wan 2.1's diffusion transformer at any size, conditioned on a reference picture, gestures and sound. It holds no state:
/// who sees whom, and what is kept from earlier chunks, is the <see cref="IAttentionPattern"/>'s affair.
/// B batch, F latents at hand, S tokens a latent, D width, n = B * F.
/// </summary>
public sealed class VideoTransformer
{
    const int Frequencies = 256;

    readonly AvatarConfig config;
    readonly PatchEmbedding patches;
    readonly TimeEmbedding timeEmbedding;
    readonly Linear image;
    readonly Linear gestureGate;
    readonly Tensor position;
    readonly MotionEncoder motion;
    readonly TransformerBlock<AvatarCondition>[] blocks;
    readonly AudioAttention[] audioLayers;
    readonly VideoHead head;
    readonly Linear? audioGate;
    readonly Linear? audioMask;

    public VideoTransformer(Weights weights, AvatarConfig config, bool withAudio)
    {
        this.config = config.Checked();
        int d = config.Width, imageValues = 4 * config.Autoencoder.Width16;
        patches = new PatchEmbedding(weights, config.Autoencoder.LatentChannels, d);
        timeEmbedding = new TimeEmbedding(weights, Frequencies, d, gain: 0.2f);
        image = new Linear(weights.Under("image_embedding"), imageValues, d, gain: 0.5f);
        position = weights.Get("position_embedding", [1, config.Tokens, d], new Initial(0, 0.3f));
        gestureGate = new Linear(weights.Under("gesture_gate"), d, d, gain: 0.5f);
        motion = new MotionEncoder(weights, config, withAudio);
        if (withAudio)
        {
            audioGate = new Linear(weights.Under("audio_gate"), d, d, gain: 0.5f);
            if (config.FaceMask) audioMask = new Linear(weights.Under("audio_mask"), d, 1);
        }
        audioLayers = [.. Enumerable.Range(0, withAudio ? config.Layers : 0).Select(i => new AudioAttention(weights.Under($"blocks.{i}"), config, i))];
        blocks = [.. Enumerable.Range(0, config.Layers).Select(i => Block(weights.Under($"blocks.{i}"), i))];
        head = new VideoHead(weights, config.Autoencoder.LatentChannels, d, [1, 2 * d], gain: 0.1f);
    }

    TransformerBlock<AvatarCondition> Block(Weights weights, int layer)
    {
        var form = new BlockForm(config.Width, config.FeedForward, config.Heads, [1, 6 * config.Width], RestingGate: 1);
        return audioLayers.Length > 0 ? new(weights, form, layer, audioLayers[layer]) : new(weights, form, layer);
    }

    public AvatarConfig Config => config;

    /// <summary>Whether a weight belongs to the audio layers, which stage 2 trains alone.</summary>
    public static bool IsAudio(string weight) => weight.Contains("audio_", StringComparison.Ordinal);

    /// <summary>What a character's reference features [B,C,1,h,w] mean to every latent.</summary>
    public CharacterCondition Character(Tensor referenceAt16)
    {
        using var scope = Tensor.Scope();
        var s = referenceAt16.Shape;
        int b = s[0], side = config.TokenSide;
        var patches = referenceAt16.Reshape(b, s[1], side, 2, side, 2).Permute(0, 2, 4, 1, 3, 5).Reshape(b, 1, config.Tokens, 4 * s[1]);
        var tokens = scope.Keep(image.Forward(patches) + position);
        var gestures = scope.Keep(gestureGate.Forward(tokens));
        if (audioGate is null) return new CharacterCondition(tokens, gestures, null, null);
        var mask = scope.Keep(audioMask is null ? Tensor.Filled(patches.Device, [b, 1, config.Tokens, 1], 1) : audioMask.Forward(tokens).Sigmoid());
        return new CharacterCondition(tokens, gestures, scope.Keep(audioGate.Forward(tokens) * mask), mask);
    }

    public MotionCondition Motion(Drive drive) => motion.Forward(drive);

    /// <summary>The same with the sound's keys and values of every layer worked out, for several passes.</summary>
    public MotionCondition Heard(MotionCondition motion) =>
        motion.AudioTokens is { } tokens ? motion with { Heard = Array.ConvertAll(audioLayers, layer => layer.Hear(tokens)) } : motion;

    /// <summary>Embedding [1,D] of a time, 0 noise to 1 data.</summary>
    public Tensor Time(float time) => Times(patches.Device, [time]);

    /// <summary>Embeddings [n,D] of the time of each latent.</summary>
    public Tensor Times(Device device, ReadOnlySpan<float> times)
    {
        double[] timesteps = new double[times.Length];
        for (int i = 0; i < times.Length; i++) timesteps[i] = 1000 * (1 - (double)times[i]); // Wan counts 1000 at noise down to 0 at data
        return timeEmbedding.Embed(device, timesteps);
    }

    /// <summary>Latents [B,C,F,h,w] to an output of the same shape; time [n,D] or [1,D].</summary>
    public Tensor Forward(Tensor latents, Tensor time, MotionCondition drive, CharacterCondition character, IAttentionPattern pattern)
    {
        using var scope = Tensor.Scope();
        var e = time + drive.Gesture;
        if (drive.AudioDrive is not null) e += drive.AudioDrive;                                              // [n,D]
        var embedding = timeEmbedding.Modulation(e);                                                          // [n,6D]
        var x = Enter(latents, drive, character);                                                             // [B,F*S,D]
        var condition = new AvatarCondition(drive, character);
        foreach (var block in blocks) scope.Swap(ref x, block.Forward(x, embedding, condition, pattern));
        return scope.Keep(VideoHead.Unpatch(head.Forward(x, e), TokenGrid.Of(latents.Shape)));
    }

    Tensor Enter(Tensor latents, MotionCondition drive, CharacterCondition character)
    {
        using var scope = Tensor.Scope();
        int b = latents.Shape[0], f = latents.Shape[2], s = config.Tokens, d = config.Width;
        var x = PatchEmbedding.Tokens(patches.Forward(latents)).Reshape(b, f, s, d);
        x += character.Image;
        x += character.GestureGate * drive.Gesture.Reshape(b, f, 1, d);
        if (drive.AudioDrive is not null) x += character.AudioGate! * drive.AudioDrive.Reshape(b, f, 1, d);
        return scope.Keep(x.Reshape(b, f * s, d));
    }
}
