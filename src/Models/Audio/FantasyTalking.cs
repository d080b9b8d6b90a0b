using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>FantasyTalking's audio layers on top of a Wan i2v network (FACTS 5.1): wav2vec2's last hidden state, and keys and values in each block's cross attention.</summary>
public sealed class FantasyTalking(Weights weights, AttentionHeads heads, int soundWidth = 768, int width = 2048)
{
    const int FramesPerLatent = 4;

    /// <summary>Tokens of sound by which a latent's range is widened on either side.</summary>
    public const int Expansion = 4;

    readonly Linear projection = new(weights.Under("proj_model.proj"), soundWidth, width, bias: false);
    readonly LayerNorm norm = new(weights.Under("proj_model.norm"), width);

    /// <summary>The audio part of a block's cross attention.</summary>
    public FantasyTalkingLayer Layer(int layer) =>
        new(weights.Under($"audio_processor.blocks.{layer}.cross_attn.processor"), heads, width);

    /// <summary>Sound [1,T,768] at 50 a second to tokens [1,T,2048].</summary>
    public Tensor Project(Tensor sound)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(norm.Forward(projection.Forward(sound)));
    }

    /// <summary>First and last token, both included, of the sound of each latent of a clip; they may lie outside of the sound.</summary>
    public static (int First, int Last)[] Ranges(int tokens, int frames)
    {
        int latents = 1 + ((frames - 1) / FramesPerLatent);
        if (tokens < 1 || latents < 2) throw new ArgumentException($"{tokens} tokens of sound were given for {frames} video frames, expected sound and at least {FramesPerLatent + 1} frames.");
        double perFrame = (double)tokens / frames;
        int half = (int)(FramesPerLatent * perFrame / 2);
        var ranges = new (int First, int Last)[latents];
        for (int i = 1; i < latents; i++)
        {
            double start = perFrame * (((i - 1) * FramesPerLatent) + 1), end = perFrame * ((i * FramesPerLatent) + 1);
            int centre = (int)((start + end) / 2) - 1;
            ranges[i] = (centre - half, centre + half);
        }
        // The first latent is a single frame: as long a range, ending where the second's begins.
        ranges[0] = (ranges[1].First - (2 * half), ranges[1].First);
        return ranges;
    }

    /// <summary>The tokens [1,T,C] that each latent hears, and how many: [F,window,C], what lies outside of the sound as zeros at the end.</summary>
    public static SpeechTokens Speech(Tensor tokens, ReadOnlySpan<(int First, int Last)> ranges, float scale = 1)
    {
        using var scope = Tensor.Scope();
        int count = tokens.Shape[1], width = tokens.Shape[2], window = ranges[0].Last - ranges[0].First + 1 + (2 * Expansion);
        int[] rows = new int[ranges.Length * window], lengths = new int[ranges.Length];
        Array.Fill(rows, count); // the row of zeros
        for (int i = 0; i < ranges.Length; i++)
        {
            if (ranges[i].Last - ranges[i].First != ranges[0].Last - ranges[0].First) throw new ArgumentException("Ranges of sound differ in length, expected the same for all latents.");
            int first = Math.Max(0, ranges[i].First - Expansion), last = Math.Min(count - 1, ranges[i].Last + Expansion);
            lengths[i] = Math.Max(0, last - first + 1);
            for (int j = 0; j < lengths[i]; j++) rows[(i * window) + j] = first + j;
        }
        var table = Tensor.Concat(0, tokens.Reshape(count, width), Tensor.Zeros(tokens.Device, [1, width]));
        return new SpeechTokens(scope.Keep(table.Gather(rows).Reshape(ranges.Length, window, width)), lengths, scale);
    }
}

/// <summary>What the queries of text find in the sound of their own latent. No bias, no norm on keys.</summary>
public sealed class FantasyTalkingLayer(Weights weights, AttentionHeads heads, int width)
{
    readonly KeyValueProjection projection = new(weights, "k_proj", "v_proj", null, width, heads, epsilon: 0, bias: false);

    /// <summary>queries [B,F*S,H,D/H] -> [B,F*S,D]</summary>
    public Tensor Forward(Tensor queries, SpeechTokens speech)
    {
        using var scope = Tensor.Scope();
        int n = speech.Tokens.Shape[0], batch = queries.Shape[0];
        var byLatent = queries.Reshape(n, -1, heads.Count, heads.Width / heads.Count);                        // [n,S,H,D/H]
        var sound = projection.Forward(speech.Tokens);
        var found = speech.Lengths is null ? heads.Find(byLatent, sound.Keys, sound.Values) : Within(byLatent, sound, speech.Lengths);
        return scope.Keep(found.Reshape(batch, -1, heads.Width) * speech.Scale);
    }

    // Latents that hear equally many tokens go together: usually all but the first and last few.
    Tensor Within(Tensor queries, KeyValue sound, int[] lengths)
    {
        using var scope = Tensor.Scope();
        var parts = new List<Tensor>();
        for (int first = 0, next; first < lengths.Length; first = next)
        {
            for (next = first + 1; next < lengths.Length && lengths[next] == lengths[first];) next++;
            int count = next - first, length = lengths[first];
            Tensor Own(Tensor x) => x.Narrow(0, first, count);
            parts.Add(length == 0
                ? Tensor.Zeros(queries.Device, [count, queries.Shape[1], heads.Width])
                : heads.Find(Own(queries), Own(sound.Keys).Narrow(1, 0, length), Own(sound.Values).Narrow(1, 0, length)));
        }
        return scope.Keep(Tensor.Concat(0, [.. parts]));
    }
}
