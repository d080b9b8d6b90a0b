using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// When things are in the paper's sparse causal attention (eq. 7): chunk t sees {c0, c(t-1), c(t)}, c0 being the clean
/// reference latent. Times are relative, so a call never runs out of them: c0 is at 0; the first chunk is at 1..n; every later
/// one is at n+1..2n and sees its predecessor at 1..n.
/// </summary>
internal sealed class ChunkTimes(Device device, AvatarConfig config) : IDisposable
{
    /// <summary>Of c0.</summary>
    public RotaryTable Reference { get; } = RotaryTable.Make(device, config.HeadWidth, config.TokenSide, config.TokenSide, 0);

    /// <summary>Of the first chunk, and of every chunk as the next one sees it.</summary>
    public RotaryTable Near { get; } = RotaryTable.Make(device, config.HeadWidth, config.TokenSide, config.TokenSide, [.. Enumerable.Range(1, config.ChunkLatents)]);

    /// <summary>Of a later chunk.</summary>
    public RotaryTable Far { get; } = RotaryTable.Make(device, config.HeadWidth, config.TokenSide, config.TokenSide, [.. Enumerable.Range(1 + config.ChunkLatents, config.ChunkLatents)]);

    public void Dispose()
    {
        Reference.Dispose();
        Near.Dispose();
        Far.Dispose();
    }
}

/// <summary>
/// A whole clip at once, for training: [c0, chunk 0, chunk 1, ...], each chunk attending to just the keys it sees. Computes the
/// same numbers as <see cref="CachedPattern"/>, chunk after chunk.
/// </summary>
public sealed class SparsePattern(Device device, AvatarConfig config) : IAttentionPattern, IDisposable
{
    readonly ChunkTimes times = new(device, config);
    readonly int reference = config.Tokens;
    readonly int chunk = config.ChunkLatents * config.Tokens;

    public Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated)
    {
        int later = queries.Shape[1] - reference - chunk;
        if (later < 0 || later % chunk != 0) throw new ArgumentException($"{queries.Shape[1]} tokens were passed, expected c0 of {reference} and chunks of {chunk}.");
        using var scope = Tensor.Scope();
        var c0 = Rotated(times.Reference, unrotated.Narrow(0, reference));
        var first = Rotated(times.Near, unrotated.Narrow(reference, chunk));
        var ofC0 = Find(attention, times.Reference.Apply(queries.Narrow(1, 0, reference)), c0);
        var ofFirst = Find(attention, times.Near.Apply(queries.Narrow(1, reference, chunk)), KeyValue.Join([c0, first]));
        var found = later == 0 ? Tensor.Concat(1, ofC0, ofFirst) : Tensor.Concat(1, ofC0, ofFirst, Later(attention, queries, unrotated, c0, later));
        return scope.Keep(attention.Project(found));
    }

    // All chunks after the first, as a batch of their own.
    Tensor Later(Attention attention, Tensor queries, KeyValue unrotated, KeyValue c0, int later)
    {
        using var scope = Tensor.Scope();
        int b = queries.Shape[0], n = later / chunk, second = reference + chunk;
        var own = Rotated(times.Far, EachAlone(unrotated.Narrow(second, later)));
        var before = Rotated(times.Near, EachAlone(unrotated.Narrow(reference, later)));
        var found = Find(attention, times.Far.Apply(EachAlone(queries.Narrow(1, second, later))), KeyValue.Join([new(Repeated(c0.Keys, n), Repeated(c0.Values, n)), before, own]));
        return scope.Keep(found.Reshape(b, later, attention.Heads.Width));
    }

    static Tensor Find(Attention attention, Tensor queries, KeyValue seen) => attention.Heads.Find(queries, seen.Keys, seen.Values);

    static KeyValue Rotated(RotaryTable table, KeyValue tokens) => tokens with { Keys = table.Apply(tokens.Keys) };

    KeyValue EachAlone(KeyValue chunks) => new(EachAlone(chunks.Keys), EachAlone(chunks.Values));

    // Chunks of a clip as clips: [B,n chunk,H,D] to [B n,chunk,H,D].
    Tensor EachAlone(Tensor x) => x.Reshape(x.Shape[0] * (x.Shape[1] / chunk), chunk, x.Shape[2], x.Shape[3]);

    static Tensor Repeated(Tensor x, int n)
    {
        using var scope = Tensor.Scope();
        var s = x.Shape;
        return scope.Keep(x.Reshape(s[0], 1, s[1], s[2], s[3]).BroadcastTo([s[0], n, s[1], s[2], s[3]]).Reshape(s[0] * n, s[1], s[2], s[3]));
    }

    public void Dispose() => times.Dispose();
}

/// <summary>
/// One chunk after another: keys and values of c0 once, those of the previous chunk for every step (timestep) and layer,
/// rotated to where the next chunk sees them. Constant memory however long the call.
/// </summary>
public sealed class CachedPattern : IAttentionPattern, IDisposable
{
    readonly ChunkTimes times;
    readonly KeyValue?[] sink;
    readonly KeyValue?[,] previous;
    bool sinkPass = true;
    int step;
    bool first = true;

    public CachedPattern(Device device, AvatarConfig config)
    {
        times = new ChunkTimes(device, config);
        sink = new KeyValue?[config.Layers];
        previous = new KeyValue?[config.Steps.Length, config.Layers];
    }

    /// <summary>Bytes of keys and values that a session holds once warm.</summary>
    public static long CacheBytes(AvatarConfig config) =>
        2L * config.Layers * config.Tokens * (1 + (config.Steps.Length * config.ChunkLatents)) * config.Width * sizeof(float);

    /// <summary>Says what the next pass through the layers is: step <paramref name="step"/> of a chunk.</summary>
    public void BeginStep(int step, bool firstChunk) => (this.step, first, sinkPass) = (step, firstChunk, false);

    public Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated)
    {
        using var scope = Tensor.Scope();
        if (sinkPass)
        {
            var sunk = new KeyValue(times.Reference.Apply(unrotated.Keys), unrotated.Values);
            Replace(ref sink[layer], sunk);
            return scope.Keep(attention.Attend(times.Reference.Apply(queries), sunk, null));
        }
        var now = first ? times.Near : times.Far;
        var own = new KeyValue(now.Apply(unrotated.Keys), unrotated.Values);
        var found = attention.Attend(now.Apply(queries), Seen(sink[layer]!.Value, first ? null : previous[step, layer], own), null);
        Replace(ref previous[step, layer], first ? own : new KeyValue(times.Near.Apply(unrotated.Keys), unrotated.Values));
        return scope.Keep(found);
    }

    // No arrays: what a warm chunk allocates is kept small.
    static KeyValue Seen(KeyValue sink, KeyValue? previous, KeyValue own) => previous is { } before
        ? new(Tensor.Concat(1, sink.Keys, before.Keys, own.Keys), Tensor.Concat(1, sink.Values, before.Values, own.Values))
        : new(Tensor.Concat(1, sink.Keys, own.Keys), Tensor.Concat(1, sink.Values, own.Values));

    static void Replace(ref KeyValue? slot, KeyValue next)
    {
        slot?.Dispose();
        slot = next.DetachOwned();
    }

    public void Dispose()
    {
        foreach (var slot in sink) slot?.Dispose();
        foreach (var slot in previous) slot?.Dispose();
        times.Dispose();
    }
}
