using TalkingMachines.Models.Layers;

namespace TalkingMachines.Models.Text;

/// <summary>Sizes of a umT5 encoder (FACTS 3.1); the defaults are umT5-XXL, which Wan 2.1 reads its prompts with.</summary>
public sealed record UmT5Config
{
    /// <summary>Rows of the embedding, spare ones included.</summary>
    public int Vocabulary { get; init; } = 256384;

    public int Width { get; init; } = 4096;

    /// <summary>Width of all heads together; T5 lets it differ from <see cref="Width"/>.</summary>
    public int AttentionWidth { get; init; } = 4096;

    public int FeedForward { get; init; } = 10240;

    public int Heads { get; init; } = 64;

    public int Layers { get; init; } = 24;

    /// <summary>Classes of distance between two tokens, half of them for each direction.</summary>
    public int Buckets { get; init; } = 32;

    /// <summary>One table of distances for all layers, as in T5; umT5 has one a layer.</summary>
    public bool SharedPositions { get; init; }

    /// <summary>The sizes of stored weights, read from their shapes.</summary>
    public static UmT5Config Of(Weights weights)
    {
        const string Table = "pos_embedding.embedding.weight";
        var first = weights.Under("blocks.0");
        bool own = first.Has(Table);
        var (tokens, positions) = (weights.ShapeOf("token_embedding.weight", 2), (own ? first : weights).ShapeOf(Table, 2));
        return new()
        {
            Vocabulary = tokens[0],
            Width = tokens[1],
            AttentionWidth = first.ShapeOf("attn.q.weight", 2)[0],
            FeedForward = first.ShapeOf("ffn.fc1.weight", 2)[0],
            Heads = positions[1],
            Layers = weights.CountOf("blocks.{0}.attn.q.weight"),
            Buckets = positions[0],
            SharedPositions = !own,
        };
    }
}
