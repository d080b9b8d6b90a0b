using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// One chunk after another with keys and values of what came before (FACTS 4.1). Keys are kept rotated, at the time of their
/// latent in the whole video. Where the window is full, the latents after the sink move out, oldest first. A sink of one
/// chunk and a window of three make the paper's sparse pattern {c0, c(i-1), c(i)} (eq. 7). Passing the same chunk again
/// replaces what it left.
/// </summary>
public sealed class RollingPattern : IAttentionPattern, IDisposable
{
    readonly Device device;
    readonly int headWidth;
    readonly TokenGrid frame;
    readonly int window;
    readonly int sink;
    readonly KeyValueCache?[] caches;
    RotaryTable? table;
    (int First, int Frames) chunk = (-1, 0);
    int global; // latents of the video passed so far
    int local;  // of these, latents that are kept

    /// <summary>For latents of height x width tokens: keeps <paramref name="window"/> of them, the first <paramref name="sink"/> for ever.</summary>
    public RollingPattern(Device device, WanConfig config, int height, int width, int window, int sink = 0)
    {
        if (sink < 0 || window <= sink) throw new ArgumentException($"A window of {window} latents has a sink of {sink}, expected less.");
        (this.device, this.window, this.sink, headWidth) = (device, window, sink, config.HeadWidth);
        frame = new TokenGrid(1, height, width);
        caches = new KeyValueCache?[config.Layers];
    }

    /// <summary>Bytes of keys and values for a batch of one, once all are there.</summary>
    public static long CacheBytes(WanConfig config, TokenGrid kept) => 2L * config.Layers * kept.Count * config.Width * sizeof(float);

    /// <summary>Says that the next passes are of the latents first .. first + frames of the video.</summary>
    public void Begin(int first, int frames)
    {
        if (chunk == (first, frames)) return;
        int end = first + frames;
        if (frames < 1 || first > global || end < global || frames > window - sink)
            throw new ArgumentException($"A chunk of latents {first}..{end} follows {global}, expected the next or the last one, of at most {window - sink}.");
        int more = end - global, evicted = Math.Max(0, local + more - window);
        if (evicted > 0)
            foreach (var cache in caches) cache?.Evict(sink * frame.PerFrame, evicted * frame.PerFrame, local * frame.PerFrame);
        (local, global, chunk) = (local + more - evicted, end, (first, frames));
        table?.Dispose();
        table = RotaryTable.Make(device, headWidth, frame.Height, frame.Width, [.. Enumerable.Range(first, frames)]);
    }

    public Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated)
    {
        if (table is null || queries.Shape[1] != chunk.Frames * frame.PerFrame)
            throw new InvalidOperationException($"{queries.Shape[1]} tokens were passed, expected the {chunk.Frames} latents of {frame.PerFrame} that the chunk began with.");
        using var scope = Tensor.Scope();
        var cache = caches[layer] ??= new KeyValueCache(unrotated.Keys.Shape.With(1, window * frame.PerFrame), device);
        cache.Write(new KeyValue(table.Apply(unrotated.Keys), unrotated.Values), (local - chunk.Frames) * frame.PerFrame);
        return scope.Keep(attention.Attend(table.Apply(queries), cache.Read(local * frame.PerFrame), null));
    }

    /// <summary>What layer <paramref name="layer"/> keeps: keys (rotated) and values [B,S,H,D], in the current scope.</summary>
    public KeyValue Kept(int layer) => (caches[layer] ?? throw new InvalidOperationException("Nothing has been kept yet.")).Read(local * frame.PerFrame);

    public void Dispose()
    {
        foreach (var cache in caches) cache?.Dispose();
        table?.Dispose();
    }
}

/// <summary>Keys and values of one layer, in place: [B,capacity,H,D]. No gradient flows through it.</summary>
internal sealed class KeyValueCache(in Shape shape, Device device) : IDisposable
{
    readonly int capacity = shape[1];
    readonly Tensor keys = Tensor.EmptyOwned(device, shape);
    readonly Tensor values = Tensor.EmptyOwned(device, shape);

    /// <summary>Puts tokens at a place.</summary>
    public void Write(KeyValue tokens, int at)
    {
        device.Backend.CopySlice(tokens.Keys, 0, keys, at, 1, tokens.Keys.Shape[1]);
        device.Backend.CopySlice(tokens.Values, 0, values, at, 1, tokens.Values.Shape[1]);
    }

    /// <summary>Of <paramref name="count"/> tokens drops <paramref name="evicted"/> after the sink; those behind move up.</summary>
    public void Evict(int sink, int evicted, int count)
    {
        int rest = count - sink - evicted;
        if (rest <= 0) return;
        using var scope = Tensor.Scope();
        Write(new KeyValue(keys.Narrow(1, sink + evicted, rest), values.Narrow(1, sink + evicted, rest)), sink);
    }

    /// <summary>The first tokens; a full cache is handed out as it is.</summary>
    public KeyValue Read(int count) => count == capacity ? new KeyValue(keys, values) : new KeyValue(keys.Narrow(1, 0, count), values.Narrow(1, 0, count));

    public void Dispose()
    {
        keys.Dispose();
        values.Dispose();
    }
}
