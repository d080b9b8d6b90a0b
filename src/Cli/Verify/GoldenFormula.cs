using System.Globalization;
using System.Text.RegularExpressions;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>
/// Numbers by formula instead of by file: a hash of the index. Files describe them as "funi([2,3],7)", scaled and shifted as in
/// "(funi([2,3],7)+1)/2", or as "hash32(n,7)>>24 as float, shape [2,3]".
/// </summary>
internal sealed partial class GoldenFormula
{
    const long MostNumbers = 1 << 28;

    readonly uint seed;
    readonly float scale;
    readonly float offset;
    readonly bool bytes;

    GoldenFormula(Shape shape, uint seed, float scale, float offset, bool bytes) =>
        (Shape, this.seed, this.scale, this.offset, this.bytes) = (shape, seed, scale, offset, bytes);

    public Shape Shape { get; }

    /// <summary>h = i * 0x9E3779B1 + seed * 0x85EBCA77, mixed by murmur's finaliser.</summary>
    public static uint Hash(uint index, uint seed)
    {
        uint h = unchecked((index * 0x9E3779B1) + (seed * 0x85EBCA77));
        h = unchecked((h ^ (h >> 16)) * 0x85EBCA6B);
        h = unchecked((h ^ (h >> 13)) * 0xC2B2AE35);
        return h ^ (h >> 16);
    }

    /// <summary>Even between -1 and 1.</summary>
    public static float Uniform(uint index, uint seed) => (float)((Hash(index, seed) / 2147483648.0) - 1);

    public static GoldenFormula Parse(string text)
    {
        if (UniformText().Match(text) is { Success: true } uniform)
        {
            float factor = Number(uniform, "factor", 1) / Number(uniform, "divisor", 1);
            return new(ShapeOf(uniform), Seed(uniform), factor, factor * Number(uniform, "offset", 0), bytes: false);
        }
        if (ByteText().Match(text) is { Success: true } whole) return new(ShapeOf(whole), Seed(whole), 1, 0, bytes: true);
        throw new WeightFileException($"An input is described as '{text}', expected such as 2*funi([1,4],7), (funi([1,4],7)+1)/2 or hash32(n,7)>>24 as float, shape [1,4].");
    }

    public float[] Values()
    {
        var values = new float[Shape.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = bytes ? Hash((uint)i, seed) >> 24 : (Uniform((uint)i, seed) * scale) + offset;
        return values;
    }

    static Shape ShapeOf(Match match)
    {
        string text = match.Groups["shape"].Value;
        int[] extents = [.. text.Split(',').Select(extent => int.TryParse(extent, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int value) ? value : -1)];
        long count = 1;
        foreach (int extent in extents) count = extent < 0 || count > MostNumbers ? long.MaxValue : count * extent;
        return count <= MostNumbers && extents.Length <= Shape.MaxRank ? new Shape(extents) : throw new WeightFileException($"A formula describes [{text}], expected at most {Shape.MaxRank} axes and {MostNumbers} numbers.");
    }

    static uint Seed(Match match) => uint.Parse(match.Groups["seed"].Value, CultureInfo.InvariantCulture);

    static float Number(Match match, string group, float otherwise) =>
        match.Groups[group] is { Success: true } found ? float.Parse(found.Value, CultureInfo.InvariantCulture) : otherwise;

    [GeneratedRegex(@"^\s*(?:(?<factor>[\d.]+)\s*\*\s*)?\(?\s*funi\(\s*\[(?<shape>[\d,\s]{1,60})\]\s*,\s*(?<seed>\d{1,9})\s*\)\s*(?:(?<offset>[+-]\s*[\d.]+)\s*\))?\s*(?:/\s*(?<divisor>[\d.]+))?\s*$")]
    private static partial Regex UniformText();

    [GeneratedRegex(@"^\s*hash32\(\s*\w+\s*,\s*(?<seed>\d{1,9})\s*\)\s*>>\s*24\b.*\[(?<shape>[\d,\s]{1,60})\]\s*$")]
    private static partial Regex ByteText();
}
