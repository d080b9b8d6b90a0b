using TalkingMachines.Models.Vae;

namespace TalkingMachines.Models;

/// <summary>Sizes of the video transformer and of what it is conditioned on.</summary>
public sealed record AvatarConfig
{
    public required int Width { get; init; }

    public required int FeedForward { get; init; }

    public required int Heads { get; init; }

    public required int Layers { get; init; }

    /// <summary>Picture side in pixels; latents are a sixteenth of what the encoder sees.</summary>
    public required int Picture { get; init; }

    public AutoencoderConfig Autoencoder { get; init; } = new();

    /// <summary>Latents in a chunk.</summary>
    public int ChunkLatents { get; init; } = 3;

    /// <summary>Latents whose sound a latent hears, centred on it.</summary>
    public int AudioWindow { get; init; } = 5;

    /// <summary>Values an audio frame has: features and mouth values.</summary>
    public int AudioFeatures { get; init; } = Audio.MelEncoder.Features + Audio.MelEncoder.MouthValues;

    /// <summary>Values of a gesture, by video frame.</summary>
    public int Gestures { get; init; } = 8;

    /// <summary>Times at which a chunk is denoised, from 0 (noise) upwards; the last step ends at 1 (data).</summary>
    public float[] Steps { get; init; } = [0, 0.5f];

    /// <summary>Latents of a chunk see each other and nothing else, both ways in time: a teacher, whose chunk is a whole clip. Otherwise causal (eq. 7).</summary>
    public bool Bidirectional { get; init; }

    /// <summary>How far a teacher's steps go beyond what they would without sound and picture; 1: as they are.</summary>
    public float Guidance { get; init; } = 1;

    /// <summary>Whether a learned face mask weighs what attention hears and what sound adds to each token. Modulation by sound knows no places: it reaches all tokens either way.</summary>
    public bool FaceMask { get; init; } = true;

    public int FramesPerSecond { get; init; } = 16;

    /// <summary>Name of the folder beside the model's own that holds its weights: another setting of the same model. Null: its own.</summary>
    public string? WeightsOf { get; init; }

    public int HeadWidth => Width / Heads;

    public int LatentSide => Autoencoder.CodeSide(Picture);

    public int TokenSide => LatentSide / 2;

    /// <summary>Tokens of one latent: patches of 2 x 2 cells.</summary>
    public int Tokens => TokenSide * TokenSide;

    public int PatchValues => 4 * Autoencoder.LatentChannels;

    public int ChunkFrames => ChunkLatents * AutoencoderConfig.FramesPerLatent;

    /// <summary>Audio frames a latent hears.</summary>
    public int AudioTokens => AudioWindow * AutoencoderConfig.FramesPerLatent;

    /// <summary>Audio frames needed before the first and after the last frame of what is generated.</summary>
    public int AudioMargin => AudioWindow / 2 * AutoencoderConfig.FramesPerLatent;

    /// <summary>The shipped size: 256 x 256, about five million parameters.</summary>
    public static AvatarConfig Mini => new() { Width = 192, FeedForward = 768, Heads = 6, Layers = 6, Picture = 256 };

    /// <summary>The paper's teacher at that size: clips of 21 latents, 12 steps with guidance, 24 network evaluations.</summary>
    public static AvatarConfig MiniTeacher => Mini with { Bidirectional = true, ChunkLatents = 21, Steps = Avatar.EvenSteps(12), Guidance = 1.5f };

    /// <summary>This, if its numbers fit together; otherwise an error that says which don't.</summary>
    public AvatarConfig Checked()
    {
        if (Width < 1 || Heads < 1 || Layers < 1 || FeedForward < 1 || ChunkLatents < 1 || Autoencoder is null || Steps is null) throw new ArgumentException("Width, heads, layers, feed-forward width and chunk are expected to be at least 1, and autoencoder and steps to be there.");
        if (Width % Heads != 0 || HeadWidth % 2 != 0) throw new ArgumentException($"Width {Width} does not split into {Heads} heads of even width.");
        if (Autoencoder.Scale is < 1 or > 4) throw new ArgumentException($"The autoencoder's scale is {Autoencoder.Scale}, expected 1 to 4.");
        if (Picture % (32 * Autoencoder.Scale) != 0) throw new ArgumentException($"Picture is {Picture} pixels, expected a multiple of {32 * Autoencoder.Scale}.");
        if (AudioWindow % 2 != 1) throw new ArgumentException($"Audio window is {AudioWindow} latents, expected an odd number.");
        if (WeightsOf is { } folder && (folder is "" or "." or ".." || folder.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)) throw new ArgumentException($"The folder of the weights is '{folder}', expected the name of one beside the model's.");
        if (!float.IsFinite(Guidance)) throw new ArgumentException($"Guidance is {Guidance}, expected a number.");
        if (Steps.Length == 0 || Steps[0] != 0 || Steps[^1] >= 1) throw new ArgumentException($"Steps are [{string.Join(", ", Steps)}], expected to rise from 0 and stay below 1.");
        for (int i = 1; i < Steps.Length; i++)
            if (Steps[i] <= Steps[i - 1]) throw new ArgumentException($"Steps are [{string.Join(", ", Steps)}], expected to rise.");
        return this;
    }
}
