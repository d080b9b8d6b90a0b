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
    const float Epsilon = 1e-6f;
    const int FrequencyWidth = 256;

    readonly AvatarConfig config;
    readonly Tensor patchWeight;
    readonly Tensor patchBias;
    readonly Linear time0;
    readonly Linear time2;
    readonly Linear timeProjection;
    readonly Linear image;
    readonly Linear gestureGate;
    readonly Tensor position;
    readonly MotionEncoder motion;
    readonly TransformerBlock[] blocks;
    readonly Tensor headModulation;
    readonly Linear head;
    readonly Linear? audioGate;
    readonly Linear? audioMask;

    public VideoTransformer(Weights weights, AvatarConfig config, bool withAudio)
    {
        this.config = config.Checked();
        int d = config.Width, imageValues = 4 * config.Autoencoder.Width16;
        patchWeight = weights.Get("patch_embedding.weight", [d, config.Autoencoder.LatentChannels, 1, 2, 2], Initial.Scaled(config.PatchValues));
        patchBias = weights.Get("patch_embedding.bias", [d], Initial.Zeros);
        time0 = new Linear(weights.Under("time_embedding.0"), FrequencyWidth, d);
        time2 = new Linear(weights.Under("time_embedding.2"), d, d);
        timeProjection = new Linear(weights.Under("time_projection.1"), d, 6 * d, gain: 0.2f);
        image = new Linear(weights.Under("image_embedding"), imageValues, d, gain: 0.5f);
        position = weights.Get("position_embedding", [1, config.Tokens, d], new Initial(0, 0.3f));
        gestureGate = new Linear(weights.Under("gesture_gate"), d, d, gain: 0.5f);
        motion = new MotionEncoder(weights, config, withAudio);
        if (withAudio)
        {
            audioGate = new Linear(weights.Under("audio_gate"), d, d, gain: 0.5f);
            audioMask = new Linear(weights.Under("audio_mask"), d, 1);
        }
        blocks = new TransformerBlock[config.Layers];
        for (int i = 0; i < blocks.Length; i++) blocks[i] = new TransformerBlock(weights.Under($"blocks.{i}"), config, i, withAudio);
        headModulation = weights.Get("head.modulation", [1, 2 * d], Initial.Zeros);
        head = new Linear(weights.Under("head.head"), d, config.PatchValues, gain: 0.1f);
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
        var patches = referenceAt16.Reshape(b, s[1], side, 2, side, 2).Permute(0, 2, 4, 1, 3, 5).Reshape(b, config.Tokens, 4 * s[1]);
        var tokens = image.Forward(patches) + position;
        return new CharacterCondition(
            scope.Keep(tokens), scope.Keep(gestureGate.Forward(tokens)),
            audioGate is null ? null : scope.Keep(audioGate.Forward(tokens)), audioMask is null ? null : scope.Keep(audioMask.Forward(tokens).Sigmoid()));
    }

    public MotionCondition Motion(Drive drive) => motion.Forward(drive);

    /// <summary>Embedding [1,D] of a time, 0 noise to 1 data.</summary>
    public Tensor Time(float time)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Times(patchBias.Device, [time]));
    }

    /// <summary>Embeddings [n,D] of the time of each latent.</summary>
    public Tensor Times(Device device, ReadOnlySpan<float> times)
    {
        using var scope = Tensor.Scope();
        float[] waves = new float[times.Length * FrequencyWidth];
        for (int i = 0; i < times.Length; i++)
            for (int j = 0; j < FrequencyWidth / 2; j++)
            {
                // Wan counts 1000 at noise down to 0 at data; cosines first (FACTS 1.3)
                double angle = 1000 * (1 - (double)times[i]) * Math.Pow(10000, -(double)j / (FrequencyWidth / 2));
                (double sin, double cos) = Math.SinCos(angle);
                waves[(i * FrequencyWidth) + j] = (float)cos;
                waves[(i * FrequencyWidth) + (FrequencyWidth / 2) + j] = (float)sin;
            }
        var x = Tensor.From(device, [times.Length, FrequencyWidth], waves);
        return scope.Keep(time2.Forward(time0.Forward(x).Silu()));
    }

    /// <summary>Latents [B,C,F,h,w] to an output of the same shape; time [n,D] or [1,D].</summary>
    public Tensor Forward(Tensor latents, Tensor time, MotionCondition drive, CharacterCondition character, IAttentionPattern pattern)
    {
        using var scope = Tensor.Scope();
        int b = latents.Shape[0], f = latents.Shape[2], d = config.Width;
        var e = time + drive.Gesture;
        if (drive.AudioDrive is not null) e += drive.AudioDrive;                                              // [n,D]
        var embedding = timeProjection.Forward(e.Silu());                                                     // [n,6D]
        var x = Enter(latents, drive, character);                                                             // [B,F*S,D]
        foreach (var block in blocks) scope.Swap(ref x, block.Forward(x, embedding, drive, character, pattern));
        var m = Tensor.Concat(1, e, e) + headModulation;
        x = x.LayerNorm(m.Narrow(1, d, d) + 1, m.Narrow(1, 0, d), Epsilon);
        return scope.Keep(Unpatch(head.Forward(x), b, f));
    }

    Tensor Enter(Tensor latents, MotionCondition drive, CharacterCondition character)
    {
        using var scope = Tensor.Scope();
        int b = latents.Shape[0], f = latents.Shape[2], s = config.Tokens, d = config.Width;
        var patches = latents.Convolution(patchWeight, patchBias, new ConvolutionWindow(1, 2, 2));
        var x = patches.Reshape(b, d, f * s).Permute(0, 2, 1).Reshape(b, f, s, d);
        x += character.Image.Reshape(b, 1, s, d);
        x += character.GestureGate.Reshape(b, 1, s, d) * drive.Gesture.Reshape(b, f, 1, d);
        if (drive.AudioDrive is not null)
            x += (character.AudioGate! * character.FaceMask!).Reshape(b, 1, s, d) * drive.AudioDrive.Reshape(b, f, 1, d);
        return scope.Keep(x.Reshape(b, f * s, d));
    }

    // Tokens hold patches as (row, column, channel), channel fastest (FACTS 1.3).
    Tensor Unpatch(Tensor x, int b, int f)
    {
        int side = config.TokenSide, c = config.Autoencoder.LatentChannels;
        return x.Reshape(b * f, side, side, 2, 2, c).Permute(0, 5, 1, 3, 2, 4).Reshape(b, f, c, 2 * side, 2 * side).Permute(0, 2, 1, 3, 4);
    }
}
