using System.Globalization;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>What came of one tensor of a case: how far the computed numbers are from the stored ones, and whether that will do.</summary>
/// <param name="Largest">Largest absolute difference; NaN where nothing could be compared.</param>
/// <param name="Scale">Largest absolute value that was expected.</param>
/// <param name="Problem">Why it could not be compared, or null.</param>
internal sealed record GoldenRow(string Case, string Tensor, string Shape, float Largest, float Scale, bool Holds, string? Problem)
{
    /// <summary>Of f32, relative to the largest expected value or 1.</summary>
    public const float Tolerance = 1e-4f;

    public static string Head => Line("case", "tensor", "shape", "difference", "scale", "verdict");

    /// <summary>Compares what a network computed with what the case holds.</summary>
    public static GoldenRow Compare(GoldenCase golden, string name, float[] found)
    {
        var stored = golden.Output(name);
        float[] expected = golden.Expected(name);
        if (found.Length != expected.Length) return Failed(golden, name, $"{found.Length} numbers, expected {expected.Length}");
        float largest = 0, scale = 0;
        for (int i = 0; i < found.Length; i++)
        {
            // Equal infinities have no difference; one NaN spoils the row, as it must.
            float difference = found[i].Equals(expected[i]) ? 0 : MathF.Abs(found[i] - expected[i]);
            if (!(difference <= largest)) largest = float.IsNaN(largest) ? largest : difference;
            if (float.IsFinite(expected[i])) scale = MathF.Max(scale, MathF.Abs(expected[i]));
        }
        bool whole = stored.Type is DType.I32 or DType.I64;
        bool holds = whole ? largest == 0 : largest <= Tolerance * MathF.Max(1, scale);
        return new(golden.Name, name, stored.Shape.ToString(), largest, scale, holds, null);
    }

    /// <summary>A tensor that could not be compared.</summary>
    public static GoldenRow Failed(GoldenCase golden, string name, string problem) => Failed(golden.Name, name, golden.Output(name).Shape.ToString(), problem);

    /// <summary>A case, or a part of it, that could not be compared.</summary>
    public static GoldenRow Failed(string name, string tensor, string shape, string problem) => new(name, tensor, shape, float.NaN, float.NaN, false, problem);

    public override string ToString() =>
        Line(Case, Tensor, Shape, Problem is null ? Figure(Largest) : "", Problem is null ? Figure(Scale) : "", Problem ?? (Holds ? "ok" : "MISS"));

    static string Figure(float value) => value.ToString("0.0e+00", CultureInfo.InvariantCulture);

    static string Line(string name, string tensor, string shape, string difference, string scale, string verdict) =>
        string.Create(CultureInfo.InvariantCulture, $"{name,-24} {tensor,-32} {shape,-18} {difference,10} {scale,8}  {verdict}");
}
