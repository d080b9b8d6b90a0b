using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// The paper's sparse causal attention (eq. 7): chunk t sees {c0, c(t-1), c(t)}, c0 being the clean reference latent.
/// Times are relative, so a call never runs out of them: c0 is at 0; the first chunk is at 1..3; every later one is at
/// 4..6 and sees its predecessor at 1..3. Both patterns here compute the same numbers.
/// </summary>
public static class ChunkTimes
{
    /// <summary>Times of a chunk's own latents.</summary>
    public static int[] Own(int chunk, int latents) => [.. Enumerable.Range(1 + (chunk > 0 ? latents : 0), latents)];

    /// <summary>Times of the same latents as the next chunk sees them.</summary>
    public static int[] Previous(int latents) => [.. Enumerable.Range(1, latents)];
}

/// <summary>A whole clip at once, for training: [c0, chunk 0, chunk 1, ...] under a mask.</summary>
public sealed class MaskedPattern : IAttentionPattern, IDisposable
{
    readonly int sinkTokens;
    readonly RotaryTable own;
    readonly RotaryTable[] sinks;
    readonly Tensor mask;

    /// <summary>For sequences of c0 and <paramref name="chunks"/> chunks.</summary>
    public MaskedPattern(Device device, AvatarConfig config, int chunks)
    {
        int f = config.ChunkLatents, side = config.TokenSide;
        sinkTokens = config.Tokens;
        // Absolute times; seen from chunk n > 1, c0 moves along: one rotated copy of it for each such chunk.
        own = RotaryTable.Make(device, config.HeadWidth, side, side, [.. Enumerable.Range(0, 1 + (chunks * f))]);
        sinks = [.. Enumerable.Range(0, Math.Max(1, chunks - 1)).Select(n => RotaryTable.Make(device, config.HeadWidth, side, side, n * f))];
        mask = MakeMask(device, config.Tokens, f * config.Tokens, chunks, sinks.Length);
    }

    // Rows: c0 and chunks. Columns: copies of c0, then chunks.
    static Tensor MakeMask(Device device, int sink, int chunk, int chunks, int copies)
    {
        int rows = sink + (chunks * chunk), columns = (copies * sink) + (chunks * chunk);
        float[] values = new float[rows * columns];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                int from = row < sink ? -1 : (row - sink) / chunk, at = column - (copies * sink);
                bool sees = at < 0 ? column / sink == Math.Max(0, from - 1) : from >= 0 && (at / chunk == from || at / chunk == from - 1);
                values[(row * columns) + column] = sees ? 0 : float.NegativeInfinity;
            }
        var mask = Tensor.EmptyOwned(device, [1, rows, columns]);
        mask.Load(values);
        return mask;
    }

    public Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated)
    {
        using var scope = Tensor.Scope();
        int rest = unrotated.Keys.Shape[1] - sinkTokens;
        var (sinkKeys, sinkValues) = (unrotated.Keys.Narrow(1, 0, sinkTokens), unrotated.Values.Narrow(1, 0, sinkTokens));
        Tensor keys = own.Apply(unrotated.Keys), values = unrotated.Values;
        if (sinks.Length > 1)
        {
            keys = Tensor.Concat(1, [.. sinks.Select(table => table.Apply(sinkKeys)), keys.Narrow(1, sinkTokens, rest)]);
            values = Tensor.Concat(1, [.. sinks.Select(_ => sinkValues), unrotated.Values.Narrow(1, sinkTokens, rest)]);
        }
        return scope.Keep(attention.Attend(own.Apply(queries), new KeyValue(keys, values), mask));
    }

    public void Dispose()
    {
        own.Dispose();
        mask.Dispose();
        foreach (var table in sinks) table.Dispose();
    }
}

/// <summary>
/// One chunk after another: keys and values of c0 once, those of the previous chunk for every step (timestep) and layer,
/// rotated to where the next chunk sees them. Constant memory however long the call.
/// </summary>
public sealed class CachedPattern : IAttentionPattern, IDisposable
{
    readonly AvatarConfig config;
    readonly RotaryTable sinkTimes;
    readonly RotaryTable firstTimes;
    readonly RotaryTable laterTimes;
    readonly RotaryTable previousTimes;
    readonly KeyValue?[] sink;
    readonly KeyValue?[,] previous;
    bool sinkPass = true;
    int step;
    bool first = true;

    public CachedPattern(Device device, AvatarConfig config)
    {
        this.config = config;
        int f = config.ChunkLatents;
        sinkTimes = RotaryTable.Make(device, config.HeadWidth, config.TokenSide, config.TokenSide, 0);
        firstTimes = RotaryTable.Make(device, config.HeadWidth, config.TokenSide, config.TokenSide, ChunkTimes.Own(0, f));
        laterTimes = RotaryTable.Make(device, config.HeadWidth, config.TokenSide, config.TokenSide, ChunkTimes.Own(1, f));
        previousTimes = RotaryTable.Make(device, config.HeadWidth, config.TokenSide, config.TokenSide, ChunkTimes.Previous(f));
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
            var sunk = new KeyValue(sinkTimes.Apply(unrotated.Keys), unrotated.Values);
            Replace(ref sink[layer], sunk);
            return scope.Keep(attention.Attend(sinkTimes.Apply(queries), sunk, null));
        }
        var times = first ? firstTimes : laterTimes;
        var own = new KeyValue(times.Apply(unrotated.Keys), unrotated.Values);
        var found = attention.Attend(times.Apply(queries), Seen(sink[layer]!.Value, first ? null : previous[step, layer], own), null);
        Replace(ref previous[step, layer], new KeyValue(previousTimes.Apply(unrotated.Keys), unrotated.Values));
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
        foreach (var table in (ReadOnlySpan<RotaryTable>)[sinkTimes, firstTimes, laterTimes, previousTimes]) table.Dispose();
    }
}
