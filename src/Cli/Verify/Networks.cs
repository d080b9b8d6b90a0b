using TalkingMachines.Cli.Verify.Cases;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>One tensor that a network computed for a case. <paramref name="Name"/> is that of the file without its "out.".</summary>
internal readonly record struct GoldenValue(string Name, float[] Values)
{
    public GoldenValue(string name, Tensor tensor) : this(name, tensor.ToArray())
    {
    }

    public GoldenValue(string name, ReadOnlySpan<int> whole) : this(name, Widened(whole))
    {
    }

    static float[] Widened(ReadOnlySpan<int> whole)
    {
        float[] values = new float[whole.Length];
        for (int i = 0; i < values.Length; i++) values[i] = whole[i];
        return values;
    }
}

/// <summary>
/// How one kind of network is verified. A kind is a file of its own in Cases/, a sealed class without state, and a line in
/// <see cref="Networks"/>:
/// <list type="number">
/// <item><see cref="Recognises"/> looks at what the case is (fields of its config, keys of its weights, names of its inputs and
/// outputs), never at its name: cases come from anywhere and are called anything. Where two kinds share their keys (a causal
/// model and the one it came from), one must see what tells it apart, and the more special one stands first in the list.</item>
/// <item><see cref="Replay"/> builds the network from the case's config and weights, feeds it the case's inputs and yields
/// every output that the case holds. Sizes come from config, shapes and weights, never from constants of the tiny models.
/// Yield only what <see cref="GoldenCase.HasOutput"/> asks for where the rest costs time. Outputs that a case holds and nobody
/// yields are a miss, and so is whatever Replay throws.</item>
/// <item>Open a tensor scope inside; the device is the caller's. Dispose weights and networks before the last yield ends:
/// <c>using</c> in the iterator does.</item>
/// </list>
/// </summary>
internal interface IGoldenNetwork
{
    /// <summary>Start of the names of such cases, the last resort where none is recognised, such as "wan_vae".</summary>
    string Stem { get; }

    bool Recognises(GoldenCase golden);

    IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device);
}

/// <summary>Every kind of network that can be verified. A new kind is a line here and a file in Cases/.</summary>
internal static class Networks
{
    /// <summary>The first that recognises a case has it.</summary>
    static readonly IGoldenNetwork[] All =
    [
        // Video: transformers with audio first, then causal, then plain; autoencoders.
        new FantasyTalkingNetwork(),
        new MultiTalkNetwork(),
        new CausalWanNetwork(),
        new WanNetwork(),
        new WanAutoencoderCase(),
        new TinyAutoencoderCase(),

        // Encoders of text, pictures and sound; networks that judge.
        new UmT5Case(),
        new ClipVisualCase(),
        new Wav2Vec2Case(),
        new SyncNetCase(),
        new InflatedInceptionCase(),

        // Mathematics without weights; tokenizers.
        new SolverCase(),
        new SentencePieceCase(),
    ];

    /// <summary>The network that a case is of; null where nobody knows it.</summary>
    public static IGoldenNetwork? Find(GoldenCase golden) =>
        All.FirstOrDefault(network => network.Recognises(golden))
        ?? All.Where(network => golden.Name.StartsWith(network.Stem, StringComparison.OrdinalIgnoreCase)).MaxBy(network => network.Stem.Length);
}
