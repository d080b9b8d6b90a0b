using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>What the transformer knows of a character, worked out once a session. B characters, S tokens a latent, D width.</summary>
/// <param name="Image">Features of the reference picture by token, with the learned position: added to the tokens of every latent. [B,1,S,D]</param>
/// <param name="GestureGate">Where in the picture gestures act. [B,1,S,D]</param>
/// <param name="AudioGate">Where and how sound acts, within the face mask; null without audio layers. [B,1,S,D]</param>
/// <param name="FaceMask">Local attention mask of the paper, learned: how far sound reaches each token, 0..1. [B,1,S,1]</param>
public sealed record CharacterCondition(Tensor Image, Tensor GestureGate, Tensor? AudioGate, Tensor? FaceMask) : IDisposable
{
    /// <summary>Takes all out of the current scope.</summary>
    public CharacterCondition Own() => new(Image.Own(), GestureGate.Own(), AudioGate?.Own(), FaceMask?.Own());

    public void Dispose()
    {
        Image.Dispose();
        GestureGate.Dispose();
        AudioGate?.Dispose();
        FaceMask?.Dispose();
    }
}

/// <summary>What moves the character during F latents, before any layer: one row each latent. n = B * F.</summary>
/// <param name="Gesture">Gesture embedding. [n,D]</param>
/// <param name="AudioTokens">The sound of the window of five latents and the speaking/silence token; null without audio layers. [n,21,D]</param>
/// <param name="AudioDrive">The sound as one vector. [n,D]</param>
public sealed record MotionCondition(Tensor Gesture, Tensor? AudioTokens, Tensor? AudioDrive)
{
    /// <summary>Keys and values of the audio tokens by layer, where they are worked out once for all steps of a chunk.</summary>
    public KeyValue[]? Heard { get; init; }

    /// <summary>Puts another's latents before these, clip by clip; in the current scope.</summary>
    public MotionCondition After(MotionCondition first, int batch) => new(
        Join(first.Gesture, Gesture, batch),
        AudioTokens is null ? null : Join(first.AudioTokens!, AudioTokens, batch),
        AudioDrive is null ? null : Join(first.AudioDrive!, AudioDrive, batch));

    static Tensor Join(Tensor first, Tensor second, int batch)
    {
        int rows = first.Shape[0] + second.Shape[0], size = first.Shape.Product(1, first.Shape.Rank);
        var joined = Tensor.Concat(1, first.Reshape(batch, -1, size), second.Reshape(batch, -1, size));
        return joined.Reshape(first.Shape.With(0, rows));
    }
}

/// <summary>What the mini model's cross layers are given.</summary>
public readonly record struct AvatarCondition(MotionCondition Motion, CharacterCondition Character);

/// <summary>
/// The plain numbers that drive F latents of B characters: audio features with margins, gestures with margins of one
/// latent, and the mode of each latent.
/// </summary>
/// <param name="Audio">[B, 4 (F + 4), values]: two latents more on either side; 0 where silent.</param>
/// <param name="Gestures">[B, 4 (F + 2), 8]: one latent more on either side.</param>
/// <param name="Speaking">By latent, B * F values: false takes the silence embedding.</param>
public sealed record Drive(Tensor Audio, Tensor Gestures, bool[] Speaking);
