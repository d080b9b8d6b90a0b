using TalkingMachines.Models.Vae;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// What an autoencoder of the family computes and keeps for a latent, counted layer by layer without building it: floating
/// point operations (two a multiplication with addition), numbers remembered between latents, numbers at work at once.
/// </summary>
/// <param name="First">Operations for a stream's first latent.</param>
/// <param name="Later">Operations for each later latent.</param>
/// <param name="Remembered">Numbers that the stream's convolutions remember.</param>
/// <param name="Working">Numbers alive at once at full size, about.</param>
public sealed record AutoencoderWork(double First, double Later, long Remembered, long Working)
{
    const int Frames = WanSampling.FramesPerLatent;

    /// <summary>Copies of the widest full-size activation that a residual block holds: input, its norm, the same with its past, two convolutions' results.</summary>
    const double Copies = 5.5;

    /// <summary>Wan's decoder.</summary>
    public static AutoencoderWork Decoding(WanAutoencoderConfig config, PictureSize size)
    {
        var (first, later) = (new Counter(), new Counter());
        Decode(config, size, first, true);
        Decode(config, size, later, false);
        return new(first.Operations, later.Operations, later.Remembered, Peak(config.Widths[0], size));
    }

    /// <summary>Wan's encoder.</summary>
    public static AutoencoderWork Encoding(WanAutoencoderConfig config, PictureSize size)
    {
        var (first, later) = (new Counter(), new Counter());
        Encode(config, size, first, true);
        Encode(config, size, later, false);
        return new(first.Operations, later.Operations, later.Remembered, Peak(config.Widths[0], size));
    }

    static long Peak(int width, PictureSize size) => (long)(Copies * Frames * width * size.Height * size.Width);

    static void Decode(WanAutoencoderConfig config, PictureSize size, Counter count, bool first)
    {
        int width = config.Widths[^1];
        long cells = (long)size.LatentHeight * size.LatentWidth;
        int frames = 1;
        count.Causal(config.LatentChannels, width, frames, cells);
        Middle(count, width, cells);
        for (int level = config.Widths.Count - 1; level >= 0; level--)
        {
            for (int block = 0; block <= config.ResidualBlocks; block++, width = config.Widths[level]) count.Residual(width, config.Widths[level], frames, cells);
            if (level == 0) break;
            if (config.HalvesTime[level - 1])
            {
                count.Remember(width, 2, cells);
                if (!first) count.Convolve(width, 2 * width, 3, frames, cells);
                if (!first) frames *= 2;
            }
            cells *= 4;
            count.Convolve(width, width / 2, 9, frames, cells);
            width /= 2;
        }
        count.Causal(width, 3, frames, cells);
    }

    static void Encode(WanAutoencoderConfig config, PictureSize size, Counter count, bool first)
    {
        int width = config.Widths[0], frames = first ? 1 : Frames;
        long cells = (long)size.Height * size.Width;
        count.Causal(3, width, frames, cells);
        for (int level = 0; level < config.Widths.Count; level++)
        {
            for (int block = 0; block < config.ResidualBlocks; block++, width = config.Widths[level]) count.Residual(width, config.Widths[level], frames, cells);
            if (level == config.HalvesTime.Count) break;
            cells /= 4;
            count.Convolve(width, width, 9, frames, cells);
            if (!config.HalvesTime[level]) continue;
            count.Remember(width, 1, cells);
            if (first) continue;
            frames /= 2;
            count.Convolve(width, width, 3, frames, cells);
        }
        Middle(count, width, cells);
        count.Causal(width, 2 * config.LatentChannels, frames, cells);
    }

    static void Middle(Counter count, int width, long cells)
    {
        count.Residual(width, width, 1, cells);
        count.Convolve(width, 4 * width, 1, 1, cells); // queries, keys, values; out
        count.Add(4.0 * cells * cells * width);
        count.Residual(width, width, 1, cells);
    }

    /// <summary>TAEHV's decoder.</summary>
    public static AutoencoderWork Decoding(TinyAutoencoderConfig config, PictureSize size)
    {
        var count = new Counter();
        var widths = config.DecoderWidths;
        long cells = (long)size.LatentHeight * size.LatentWidth;
        int frames = 1;
        count.Convolve(config.LatentChannels, widths[0], 9, frames, cells);
        for (int level = 0; level < 3; level++)
        {
            for (int block = 0; block < 3; block++) count.Memory(widths[level], frames, cells);
            int growth = level == 0 ? 1 : 2;
            cells *= 4;
            count.Convolve(widths[level], growth * widths[level], 1, frames, cells);
            frames *= growth;
            count.Convolve(widths[level], widths[level + 1], 9, frames, cells);
        }
        count.Convolve(widths[3], 3, 9, frames, cells);
        return new(count.Operations, count.Operations, count.Remembered, (long)(Copies * frames * widths[3] * cells));
    }

    /// <summary>TAEHV's encoder.</summary>
    public static AutoencoderWork Encoding(TinyAutoencoderConfig config, PictureSize size)
    {
        var count = new Counter();
        long cells = (long)size.Height * size.Width;
        int width = config.EncoderWidth, frames = Frames;
        count.Convolve(3, width, 9, frames, cells);
        foreach (int pooled in (ReadOnlySpan<int>)[2, 2, 1])
        {
            frames /= pooled;
            count.Convolve(pooled * width, width, 1, frames, cells);
            cells /= 4;
            count.Convolve(width, width, 9, frames, cells);
            for (int block = 0; block < 3; block++) count.Memory(width, frames, cells);
        }
        count.Convolve(width, config.LatentChannels, 9, frames, cells);
        return new(count.Operations, count.Operations, count.Remembered, (long)(Copies * Frames * width * size.Height * size.Width));
    }

    sealed class Counter
    {
        public double Operations { get; private set; }

        public long Remembered { get; private set; }

        public void Add(double operations) => Operations += operations;

        /// <param name="taps">Places of the kernel.</param>
        public void Convolve(int inputs, int outputs, int taps, int frames, long cells) => Add(2.0 * inputs * outputs * taps * frames * cells);

        public void Remember(int width, int frames, long cells) => Remembered += width * frames * cells;

        /// <summary>3 x 3 x 3 with the two frames before.</summary>
        public void Causal(int inputs, int outputs, int frames, long cells)
        {
            Convolve(inputs, outputs, 27, frames, cells);
            Remember(inputs, 2, cells);
        }

        public void Residual(int inputs, int outputs, int frames, long cells)
        {
            Causal(inputs, outputs, frames, cells);
            Causal(outputs, outputs, frames, cells);
            if (inputs != outputs) Convolve(inputs, outputs, 1, frames, cells);
        }

        /// <summary>Three 3 x 3 over a frame, the first of them with the frame before beside it.</summary>
        public void Memory(int width, int frames, long cells)
        {
            Convolve(4 * width, width, 9, frames, cells);
            Remember(width, 1, cells);
        }
    }
}
