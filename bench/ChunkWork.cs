using TalkingMachines.Models;

namespace TalkingMachines.Bench;

/// <summary>Operations of the products that a chunk cannot do without; norms, activations and movement come on top.</summary>
public static class ChunkWork
{
    const int Multiply = 2; // and add
    const int Cells = 9;    // of a 3 x 3 kernel
    const int Heads = 2 + 48 + 16; // flow, what is painted, how much is kept: outputs of the decoder's last convolutions

    /// <summary>All steps of a chunk that sees the one before.</summary>
    public static double Diffusion(AvatarConfig config)
    {
        double tokens = config.Tokens * config.ChunkLatents, seen = config.Tokens * (1 + (2.0 * config.ChunkLatents)), d = config.Width;
        double self = (4 * tokens * d * d) + (2 * tokens * seen * d);
        double sound = config.ChunkLatents * (config.AudioTokens + 1.0);
        double cross = (2 * tokens * d * d) + (2 * sound * d * d) + (2 * tokens * (config.AudioTokens + 1) * d);
        double forward = (config.Layers * (self + cross + (2 * tokens * d * config.FeedForward))) + (2 * tokens * d * config.PatchValues);
        return Multiply * config.Steps.Length * forward;
    }

    /// <summary>The frames of a chunk.</summary>
    public static double Decoder(AvatarConfig config)
    {
        var widths = config.Autoencoder;
        double at16 = (double)config.LatentSide * config.LatentSide, at8 = 4 * at16, at4 = 16 * at16;
        double frame = at16 * ((widths.CodeChannels * widths.Width16) + (2.0 * widths.Width16 * widths.Width16));
        frame += at8 * widths.Width8 * (widths.Width16 + (2.0 * widths.Width8));
        frame += at4 * widths.Width4 * (widths.Width8 + (2.0 * widths.Width4) + Heads);
        return Multiply * Cells * config.ChunkFrames * frame;
    }
}
