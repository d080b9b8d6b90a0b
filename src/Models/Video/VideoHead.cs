using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Tokens to latents: a modulated norm, a projection and the patches laid out again (FACTS 1.3, 9 and 10). D width.</summary>
public sealed class VideoHead
{
    readonly int width;
    readonly float epsilon;
    readonly Tensor modulation;
    readonly Linear head;

    /// <summary><paramref name="modulation"/>: the shape it is stored in, [1,2D] or, in Wan, [1,2,D].</summary>
    public VideoHead(Weights weights, int channels, int width, in Shape modulation, float gain = 1, float epsilon = 1e-6f)
    {
        (this.width, this.epsilon) = (width, epsilon);
        this.modulation = weights.Get("head.modulation", modulation, Initial.Zeros);
        head = new Linear(weights.Under("head.head"), width, TokenGrid.Patch * TokenGrid.Patch * channels, gain: gain);
    }

    /// <summary>x [B,S,D] and the time's vectors [n,D] to patches [B,S,4 C].</summary>
    public Tensor Forward(Tensor x, Tensor vectors)
    {
        using var scope = Tensor.Scope();
        var m = Tensor.Concat(1, vectors, vectors) + modulation.Reshape(1, 2 * width);
        return scope.Keep(head.Forward(x.LayerNorm(m.Narrow(1, width, width) + 1, m.Narrow(1, 0, width), epsilon)));
    }

    /// <summary>Patches [B,S,4 C] to latents [B,C,F,h,w]. Tokens hold them as (row, column, channel), channel fastest.</summary>
    public static Tensor Unpatch(Tensor x, in TokenGrid grid)
    {
        const int p = TokenGrid.Patch;
        int b = x.Shape[0], c = x.Shape[2] / (p * p);
        using var scope = Tensor.Scope();
        return scope.Keep(x.Reshape(b * grid.Frames, grid.Height, grid.Width, p, p, c).Permute(0, 5, 1, 3, 2, 4)
            .Reshape(b, grid.Frames, c, p * grid.Height, p * grid.Width).Permute(0, 2, 1, 3, 4));
    }
}
