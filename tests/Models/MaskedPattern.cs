using TalkingMachines.Models;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Models;

/// <summary>The sparse causal attention by a dense mask: slow, plain, the oracle of the patterns that make none.</summary>
internal sealed class MaskedPattern : IAttentionPattern, IDisposable
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
