using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>
/// A case's weights may lie there a second time in another format (NAME.bf16.pth): read, they must be the same numbers up to that
/// format's rounding.
/// </summary>
internal static class WeightCopies
{
    public static IEnumerable<GoldenRow> Compare(GoldenCase golden) => golden.WeightFiles.Skip(1).Select(file => Compare(golden, file));

    static GoldenRow Compare(GoldenCase golden, string file)
    {
        string name = Path.GetFileName(file);
        name = name[Math.Min(name.Length, golden.Name.Length + 1)..];
        try
        {
            using var copy = DiffusersNames.Wans(CheckpointNames.Clean(WeightFile.Open(file)));
            string[] apart = [.. golden.Weights.Tensors.Values.Where(each => !copy.Tensors.TryGetValue(each.Name, out var other) || other.Shape != each.Shape).Select(each => $"{each.Name} {each.Shape}")];
            if (apart.Length > 0) return Failed($"lacks {apart[0]}{(apart.Length > 1 ? $" and {apart.Length - 1} more" : "")}");
            float largest = 0, scale = 0;
            bool holds = true;
            foreach (string key in golden.Weights.Tensors.Keys)
            {
                var (difference, size) = Compare(golden.Weights, copy, key);
                holds &= difference <= Rounding(copy.Tensors[key].Type) * size;
                (largest, scale) = (MathF.Max(largest, difference), MathF.Max(scale, size));
            }
            return new(golden.Name, name, $"{copy.Tensors.Count} tensors", largest, scale, holds, null);
        }
        catch (WeightFileException e)
        {
            return Failed(e.Message);
        }

        GoldenRow Failed(string problem) => GoldenRow.Failed(golden.Name, name, "", problem);
    }

    static (float Difference, float Size) Compare(IWeightSource weights, IWeightSource copy, string key)
    {
        var (expected, found) = (new float[weights.Tensors[key].Shape.Count], new float[weights.Tensors[key].Shape.Count]);
        weights.Read(key, expected);
        copy.Read(key, found);
        float difference = 0, size = 0;
        for (int i = 0; i < found.Length; i++)
            (difference, size) = (MathF.Max(difference, MathF.Abs(found[i] - expected[i])), MathF.Max(size, MathF.Abs(expected[i])));
        return (difference, size);
    }

    /// <summary>Half a unit in the last place, relative to the tensor's largest value.</summary>
    static float Rounding(DType type) => type switch
    {
        DType.BF16 => 1f / 256,
        DType.F16 => 1f / 2048,
        _ => 0,
    };
}
