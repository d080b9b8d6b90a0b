using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// Which of two people a token belongs to (FACTS 5.2): by how strongly self attention looks at each one's tokens of the first
/// latent. Sound and tokens of a person lie close together on a line of rotary positions: the first at 0..4, the second at
/// 20..24, the background between them. Belongs to one network at a time: each layer looks anew.
/// </summary>
public sealed class SpeakerMap : IDisposable
{
    /// <summary>People, and with the background the areas of the picture.</summary>
    public const int People = 2, Areas = People + 1;

    const float Range = 24, Interval = 4;

    static readonly float[] starts = [0, Range - Interval];

    readonly AttentionHeads heads;
    readonly Tensor weights; // [1,S,H,D/H]: column a of every head is area a's share of each token
    RotaryTable? queries;
    RotaryTable? keys;

    /// <summary>From masks [3,H,W] of the two people and the background, more than 0 inside; tokens take their nearest cell.</summary>
    public SpeakerMap(Device device, AttentionHeads heads, TokenGrid grid, ReadOnlySpan<float> masks, int height, int width)
    {
        this.heads = heads;
        int head = heads.Width / heads.Count;
        if (masks.Length != Areas * height * width || head < Areas) throw new ArgumentException($"Masks have {masks.Length} cells, expected {Areas} of {height} x {width}.");
        float[] shares = new float[grid.PerFrame * heads.Width];
        for (int area = 0; area < Areas; area++)
        {
            var inside = Inside(area, grid, masks, height, width);
            if (inside.Count == 0) throw new ArgumentException($"Mask {area} of {height} x {width} cells holds no token.");
            foreach (int token in inside)
                for (int i = area; i < heads.Width; i += head) shares[(token * heads.Width) + i] = 1f / inside.Count;
        }
        weights = Tensor.EmptyOwned(device, [1, grid.PerFrame, heads.Count, head]);
        weights.Load(shares);
    }

    static List<int> Inside(int area, TokenGrid grid, ReadOnlySpan<float> masks, int height, int width)
    {
        var mask = masks.Slice(area * height * width, height * width);
        var inside = new List<int>();
        for (int token = 0; token < grid.PerFrame; token++)
            if (mask[(token / grid.Width * height / grid.Height * width) + (token % grid.Width * width / grid.Width)] > 0) inside.Add(token);
        return inside;
    }

    /// <summary>The first area of masks [3,H,W] that holds no token, which no map can be made of; null where each holds one.</summary>
    public static int? Empty(TokenGrid grid, ReadOnlySpan<float> masks, int height, int width)
    {
        for (int area = 0; area < Areas; area++)
            if (Inside(area, grid, masks, height, width).Count == 0) return area;
        return null;
    }

    /// <summary>Looks at the rotated queries and keys [1,S,H,D/H] of a layer's self attention, and so knows where each token is.</summary>
    public void Look(Tensor rotatedQueries, Tensor rotatedKeys)
    {
        if (rotatedQueries.Shape[0] != 1) throw new ArgumentException($"Queries are {rotatedQueries.Shape}, expected one clip when several people speak.");
        using var scope = Tensor.Scope();
        int tokens = rotatedQueries.Shape[1], head = heads.Width / heads.Count;
        // The areas' shares as values: attention itself gives each token's mean look at every area, without its matrix.
        var looks = heads.Find(rotatedQueries, rotatedKeys.Narrow(1, 0, weights.Shape[1]), weights);
        var mean = looks.Reshape(1, tokens, heads.Count, head).Narrow(3, 0, Areas).SumTo([1, tokens, 1, Areas]) * (1f / heads.Count);
        queries?.Dispose();
        queries = RotaryTable.Line(weights.Device, head, Positions(mean.ToArray()));
    }

    // Each area's looks over all tokens are stretched to the area's range of positions; a token takes that of its strongest area.
    static float[] Positions(float[] looks)
    {
        float[] positions = new float[looks.Length / Areas], least = new float[People], most = new float[People];
        for (int person = 0; person < People; person++)
        {
            var own = Enumerable.Range(0, positions.Length).Select(i => looks[(i * Areas) + person]);
            (least[person], most[person]) = (own.Min(), own.Max());
        }
        for (int i = 0; i < positions.Length; i++)
        {
            var token = looks.AsSpan(i * Areas, Areas);
            int strongest = 0;
            for (int area = 1; area < Areas; area++)
                if (token[area] > token[strongest]) strongest = area;
            positions[i] = strongest == People
                ? Range / 2
                : starts[strongest] + (Interval * (token[strongest] - least[strongest]) / (most[strongest] - least[strongest] + 1e-8f));
        }
        return positions;
    }

    /// <summary>Queries [1,S,H,D/H] of all tokens, each turned to its position.</summary>
    public Tensor RotateQueries(Tensor x) => (queries ?? throw new InvalidOperationException("Nobody has looked who is where.")).Apply(x);

    /// <summary>Keys [F,2 T,H,D/H] of the sound, the first person's and then the second's, turned to the middle of their ranges.</summary>
    public Tensor RotateKeys(Tensor x)
    {
        int tokens = x.Shape[1];
        if (keys is null || keys.Cos.Shape[0] != tokens)
        {
            keys?.Dispose();
            keys = RotaryTable.Line(x.Device, x.Shape[3], [.. Enumerable.Range(0, tokens).Select(i => starts[i * People / tokens] + (Interval / 2))]);
        }
        return keys.Apply(x);
    }

    public void Dispose()
    {
        weights.Dispose();
        queries?.Dispose();
        keys?.Dispose();
    }
}
