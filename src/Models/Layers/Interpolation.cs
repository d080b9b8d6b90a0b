using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>Resampling by a matrix of weights, one row a result: the ways of PyTorch's interpolate that encoders are trained with, rounded as there.</summary>
public static class Interpolation
{
    const float Sharpness = -0.75f; // a of the cubic kernel

    /// <summary>Sequences [B,T,C] to [B,length,C], linear, first on first and last on last (align_corners).</summary>
    public static Tensor LinearInTime(Tensor x, int length)
    {
        using var scope = Tensor.Scope();
        var weights = Tensor.From(x.Device, [length, x.Shape[1]], LinearWeights(x.Shape[1], length));
        return scope.Keep(x.Permute(0, 2, 1).Linear(weights, null).Permute(0, 2, 1));
    }

    /// <summary>Pictures [N,C,H,W] to [N,C,height,width], bicubic, centres on centres, not smoothed when they shrink; may overshoot.</summary>
    public static Tensor Bicubic(Tensor x, int height, int width)
    {
        using var scope = Tensor.Scope();
        var s = x.Shape;
        var across = Tensor.From(x.Device, [width, s[3]], CubicWeights(s[3], width));
        var down = Tensor.From(x.Device, [height, s[2]], CubicWeights(s[2], height));
        return scope.Keep(x.Linear(across, null).Permute(0, 1, 3, 2).Linear(down, null).Permute(0, 1, 3, 2));
    }

    static float[] LinearWeights(int from, int to)
    {
        float[] weights = new float[checked(to * from)];
        float step = to > 1 ? (float)(from - 1) / (to - 1) : 0;
        for (int i = 0; i < to; i++)
        {
            float place = step * i;
            int low = Math.Min((int)place, from - 1), high = Math.Min(low + 1, from - 1);
            weights[(i * from) + low] += 1 - (place - low);
            weights[(i * from) + high] += place - low;
        }
        return weights;
    }

    static float[] CubicWeights(int from, int to)
    {
        float[] weights = new float[checked(to * from)];
        float step = (float)from / to;
        for (int i = 0; i < to; i++)
        {
            double place = (step * (i + 0.5)) - 0.5, floor = Math.Floor(place); // the step in f32, the place not: so the reference's pictures say
            float t = (float)(place - floor);
            ReadOnlySpan<float> taps = [Outer(t + 1), Inner(t), Inner(1 - t), Outer(2 - t)];
            for (int k = 0; k < taps.Length; k++) weights[(i * from) + Math.Clamp((int)floor - 1 + k, 0, from - 1)] += taps[k];
        }
        return weights;
    }

    // Keys' cubic convolution kernel, up to one cell away and from one to two.
    static float Inner(float x) => ((((Sharpness + 2) * x) - (Sharpness + 3)) * x * x) + 1;

    static float Outer(float x) => (((((Sharpness * x) - (5 * Sharpness)) * x) + (8 * Sharpness)) * x) - (4 * Sharpness);
}
