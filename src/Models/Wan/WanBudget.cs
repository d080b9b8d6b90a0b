using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>The <see cref="Budget"/> of a folder of the Wan family, from its configuration and the headers of its files alone.</summary>
public static class WanBudget
{
    const int PictureTokens = 257;
    const int PromptTokens = 128; // of a usual prompt

    /// <summary>Rows as wide as the network that self attention holds of each token: input, norm, keys and queries before and after norm and rotation, values, what was found, out, sum.</summary>
    const int AttentionRows = 13;

    /// <summary>For a video of a size and length.</summary>
    public static Budget Of(WanFolder folder, WanSampling sampling, PictureSize size, int frames, Device device)
    {
        var counts = folder.Check(device);
        BudgetPart[] parts = [.. counts.Select(each => new BudgetPart(each.Key.ToString(), folder.Parts[each.Key].Name, each.Value, folder.Parts[each.Key].Tensors.Values.Sum(tensor => tensor.Bytes)))];
        var (decoding, encoding) = (Autoencoder(folder, folder.Decoder, size, device, decodes: true), Autoencoder(folder, folder.Encoder, size, device, decodes: false));
        int whole = WanSampling.WholeFrames(frames);
        var piece = Piece.Of(folder, sampling, size, whole);
        var memory = new List<BudgetMemory>
        {
            new("transformer", Count(counts, WanPart.Transformer) + Count(counts, WanPart.MultiTalk) + Count(counts, WanPart.FantasyTalking), false, MayStay: true),
            new("keys and values of the past", sampling.Causal ? CacheValues(folder.Config, sampling, size) : 0, false),
            new("keys and values of prompt and picture", ContextValues(folder.Config, sampling), false),
            new("activations of a pass", Activations(folder.Config, piece.Tokens), false),
            new("autoencoders", Count(counts, folder.Decoder) + (folder.Encoder == folder.Decoder ? 0 : Count(counts, folder.Encoder)), true),
            new("frames that the autoencoders remember", decoding.Remembered + (folder.Config.SeesPicture ? encoding.Remembered : 0), true),
            new("activations of the autoencoders", folder.Config.SeesPicture ? Math.Max(decoding.Working, encoding.Working) : decoding.Working, true),
        };
        int latents = WanSampling.Latents(whole);
        var work = new List<BudgetWork>
        {
            new("transformer, a pass over " + piece.Tokens + " tokens", Pass(folder, piece.Tokens, piece.Keys, size), piece.Passes),
            new("decoder, a latent", decoding.Later, Math.Max(1, latents)),
        };
        if (folder.Config.SeesPicture) work.Add(new("encoder, a latent of the picture's video", encoding.Later, Math.Min(latents, sampling.Causal ? latents : piece.Clips * piece.Latents)));
        work.Add(new($"text encoder, {PromptTokens} tokens", 2.0 * Count(counts, WanPart.TextEncoder) * PromptTokens, 2));
        long encoders = new[] { WanPart.TextEncoder, WanPart.ImageEncoder, WanPart.SoundEncoder }.Max(part => folder.Parts.ContainsKey(part) ? Count(counts, part) : 0);
        string video = FormattableString.Invariant($"{size.Width}x{size.Height}, {frames} frames at {sampling.FramesPerSecond} a second, {(sampling.Causal ? $"{sampling.StepList.Length} steps a chunk" : $"{sampling.Steps} steps")}");
        return new Budget(video, (double)frames / sampling.FramesPerSecond, parts, memory, work, encoders);
    }

    static long Count(IReadOnlyDictionary<WanPart, long> counts, WanPart part) => counts.GetValueOrDefault(part);

    static AutoencoderWork Autoencoder(WanFolder folder, WanPart part, PictureSize size, Device device, bool decodes)
    {
        using var weights = Weights.Shapes(device, folder.Parts[part], new KeyReport());
        if (part == WanPart.TinyAutoencoder)
        {
            var tiny = TinyAutoencoderConfig.Of(weights);
            return decodes ? AutoencoderWork.Decoding(tiny, size) : AutoencoderWork.Encoding(tiny, size);
        }
        var full = WanAutoencoderConfig.Of(weights);
        return decodes ? AutoencoderWork.Decoding(full, size) : AutoencoderWork.Encoding(full, size);
    }

    /// <summary>Tokens of a latent.</summary>
    static long PerFrame(PictureSize size) => (long)size.LatentHeight * size.LatentWidth / (TokenGrid.Patch * TokenGrid.Patch);

    /// <summary>Keys and values that a causal model keeps, once its window is full.</summary>
    public static long CacheValues(WanConfig config, WanSampling sampling, PictureSize size) => 2L * config.Layers * sampling.Window * PerFrame(size) * config.Width;

    static long ContextValues(WanConfig config, WanSampling sampling)
    {
        long prompts = !sampling.Causal && sampling.TextGuidance != 1 ? 2 : 1;
        return prompts * 2 * config.Layers * ContextTokens(config) * config.Width;
    }

    static long ContextTokens(WanConfig config) => config.TextLength + (config.SeesPicture ? PictureTokens : 0);

    /// <summary>Numbers alive at once in a block, about: in self attention, or in the feed-forward.</summary>
    public static long Activations(WanConfig config, long tokens) => tokens * Math.Max((long)AttentionRows * config.Width, (5L * config.Width) + (2L * config.FeedForward));

    /// <summary>Operations of one pass over tokens that attend to keys, prompt and picture being read already (FACTS 8).</summary>
    public static double Pass(WanConfig config, long tokens, long keys)
    {
        double d = config.Width, n = tokens, layer = (12 * d * d) + (4 * d * config.FeedForward) + (4 * keys * d) + (4 * ContextTokens(config) * d);
        return (n * config.Layers * layer) + (2 * n * d * 4 * (config.InputChannels + config.OutputChannels));
    }

    static double Pass(WanFolder folder, long tokens, long keys, PictureSize size)
    {
        double d = folder.Config.Width, n = tokens, layers = folder.Config.Layers, video = Pass(folder.Config, tokens, keys);
        if (folder.AddOn == WanPart.MultiTalk)
        {
            var talk = folder.MultiTalkConfig();
            return video + (layers * n * ((4 * d * d) + (4 * talk.Tokens * d) + (4 * d * talk.Output * talk.Tokens / PerFrame(size))));
        }
        return folder.AddOn is null ? video : video + (layers * n * 4 * 17 * d); // FACTS 5.1: 17 tokens of sound a latent
    }

    /// <summary>What the network is given at once, and how often.</summary>
    sealed record Piece(int Latents, long Tokens, long Keys, int Clips, double Passes)
    {
        public static Piece Of(WanFolder folder, WanSampling sampling, PictureSize size, int frames)
        {
            long per = PerFrame(size);
            int all = WanSampling.Latents(frames);
            if (sampling.Causal)
            {
                double chunks = Math.Ceiling((double)all / sampling.ChunkLatents);
                // Each step, and the clean pass that fills the cache.
                return new(sampling.ChunkLatents, sampling.ChunkLatents * per, Math.Min(all, sampling.Window) * per, 1, chunks * (sampling.StepList.Length + 1));
            }
            int clip = ClipFilm.ClipFrames(sampling, frames), latents = WanSampling.Latents(clip);
            int clips = clip >= frames ? 1 : 1 + (int)Math.Ceiling((double)(frames - clip) / (clip - sampling.MotionFrames));
            return new(latents, latents * per, latents * per, clips, (double)clips * sampling.Steps * Asked(folder, sampling));
        }

        // How often guidance asks the network in a step.
        static int Asked(WanFolder folder, WanSampling sampling)
        {
            int text = sampling.TextGuidance == 1 ? 1 : 2;
            if (folder.AddOn is null || sampling.SoundGuidance == 1) return text;
            return folder.AddOn == WanPart.MultiTalk ? text + 1 : sampling.TextGuidance == sampling.SoundGuidance ? 2 : 3;
        }
    }
}
