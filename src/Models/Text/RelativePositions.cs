using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Text;

/// <summary>T5's learned bias of attention: a number by head for each class of distance between query and key.</summary>
public sealed class RelativePositions(Weights weights, int buckets, int heads)
{
    const float Farthest = 128; // distances beyond share the last bucket

    readonly Tensor table = weights.Get("embedding.weight", [buckets, heads], Initial.Zeros);

    /// <summary>Class of a distance (key - query): each near one has its own, far ones share by logarithm; keys ahead have the upper half.</summary>
    public static int Bucket(int distance, int buckets)
    {
        int half = buckets / 2, near = half / 2, size = Math.Abs(distance), ahead = distance > 0 ? half : 0;
        if (size < near) return ahead + size;
        // in f32 and in this order, as the reference rounds it
        float far = MathF.Log((float)size / near) / (float)Math.Log(Farthest / near) * (half - near);
        return ahead + Math.Min(half - 1, near + (int)far);
    }

    /// <summary>The bias among <paramref name="length"/> tokens: [heads,length,length].</summary>
    public Tensor Bias(int length)
    {
        int[] classes = new int[length * length];
        for (int query = 0; query < length; query++)
            for (int key = 0; key < length; key++) classes[(query * length) + key] = Bucket(key - query, buckets);
        using var scope = Tensor.Scope();
        return scope.Keep(table.Gather(classes).Permute(1, 0).Reshape(heads, length, length));
    }
}
