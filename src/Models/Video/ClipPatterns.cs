using TalkingMachines.Models.Audio;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Everyone sees everyone of one's own clip; clips of different sizes lie padded in one batch, and padding is never seen.</summary>
public sealed class PaddedPattern : IAttentionPattern, IDisposable
{
    readonly TokenGrid[] grids;
    readonly RotaryTable[] tables;

    public PaddedPattern(Device device, int headWidth, params ReadOnlySpan<TokenGrid> grids)
    {
        this.grids = grids.ToArray();
        tables = [.. this.grids.Select(grid => RotaryTable.Make(device, headWidth, grid.Height, grid.Width, [.. Enumerable.Range(0, grid.Frames)]))];
    }

    public Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated)
    {
        using var scope = Tensor.Scope();
        int length = queries.Shape[1], width = attention.Heads.Width;
        var found = new Tensor[grids.Length];
        for (int i = 0; i < found.Length; i++)
        {
            int count = grids[i].Count;
            Tensor Own(Tensor x) => x.Narrow(0, i, 1).Narrow(1, 0, count);
            var own = attention.Heads.Find(tables[i].Apply(Own(queries)), tables[i].Apply(Own(unrotated.Keys)), Own(unrotated.Values));
            found[i] = Tensor.Concat(1, own, Tensor.Zeros(queries.Device, [1, length - count, width]));
        }
        return scope.Keep(attention.Project(Tensor.Concat(0, found)));
    }

    public void Dispose()
    {
        foreach (var table in tables) table.Dispose();
    }
}

/// <summary>
/// A whole clip of equal latents cut into blocks, each of which sees some of the latents: block-causal, windowed, sparse, or
/// one block that sees all. No mask is made: each block attends to just the keys it sees.
/// </summary>
public sealed class BlockPattern : IAttentionPattern, IDisposable
{
    readonly RotaryTable table;
    readonly int perFrame;
    readonly (int First, int Frames, List<(int First, int Frames)> Seen)[] blocks;

    /// <summary>Blocks of so many latents each; <paramref name="sees"/> says whether a block sees a latent.</summary>
    public BlockPattern(Device device, int headWidth, TokenGrid grid, ReadOnlySpan<int> blocks, Func<int, int, bool> sees)
    {
        table = RotaryTable.Make(device, headWidth, grid.Height, grid.Width, [.. Enumerable.Range(0, grid.Frames)]);
        perFrame = grid.PerFrame;
        this.blocks = new (int, int, List<(int, int)>)[blocks.Length];
        int first = 0;
        for (int block = 0; block < blocks.Length; block++)
        {
            this.blocks[block] = (first, blocks[block], Runs(grid.Frames, frame => sees(block, frame)));
            first += blocks[block];
        }
        if (first != grid.Frames) throw new ArgumentException($"Blocks of {string.Join(", ", blocks.ToArray())} latents don't make {grid.Frames}.");
    }

    /// <summary>Every latent sees every latent.</summary>
    public static BlockPattern Whole(Device device, int headWidth, TokenGrid grid, SpeakerMap? speakers = null) =>
        new(device, headWidth, grid, [grid.Frames], (_, _) => true) { Speakers = speakers };

    /// <summary>A block sees itself and all before it, or no more than <paramref name="window"/> latents up to its end (FACTS 4.1).</summary>
    public static BlockPattern Causal(Device device, int headWidth, TokenGrid grid, ReadOnlySpan<int> blocks, int window = int.MaxValue)
    {
        int[] ends = blocks.ToArray();
        for (int i = 1; i < ends.Length; i++) ends[i] += ends[i - 1];
        return new BlockPattern(device, headWidth, grid, blocks, (block, frame) => frame < ends[block] && frame >= (long)ends[block] - window);
    }

    /// <summary>Blocks of n latents of a clip, the last one what is left; the first latent alone if it comes from a picture.</summary>
    public static int[] Blocks(int frames, int n, bool firstAlone = false)
    {
        var blocks = new List<int>();
        int at = 0;
        if (firstAlone) blocks.Add(at = 1);
        for (; at < frames; at += n) blocks.Add(Math.Min(n, frames - at));
        return [.. blocks];
    }

    static List<(int, int)> Runs(int frames, Func<int, bool> sees)
    {
        var runs = new List<(int First, int Frames)>();
        for (int frame = 0; frame < frames; frame++)
        {
            if (!sees(frame)) continue;
            if (runs.Count > 0 && runs[^1].First + runs[^1].Frames == frame) runs[^1] = (runs[^1].First, runs[^1].Frames + 1);
            else runs.Add((frame, 1));
        }
        return runs;
    }

    /// <summary>Where each of several speakers is; told of queries and keys on the way.</summary>
    public SpeakerMap? Speakers { get; init; }

    public Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated)
    {
        using var scope = Tensor.Scope();
        var all = new KeyValue(table.Apply(unrotated.Keys), unrotated.Values);
        queries = table.Apply(queries);
        Speakers?.Look(queries, all.Keys);
        if (blocks.Length == 1) return scope.Keep(attention.Attend(queries, all, null));
        var found = new Tensor[blocks.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            var (first, frames, seen) = blocks[i];
            var visible = KeyValue.Join([.. seen.Select(run => all.Narrow(run.First * perFrame, run.Frames * perFrame))]);
            found[i] = attention.Heads.Find(queries.Narrow(1, first * perFrame, frames * perFrame), visible.Keys, visible.Values);
        }
        return scope.Keep(attention.Project(Tensor.Concat(1, found)));
    }

    public void Dispose() => table.Dispose();
}
