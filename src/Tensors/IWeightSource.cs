namespace TalkingMachines.Tensors;

/// <summary>One tensor of a weight file: what it is. Where it lies is the file's own business.</summary>
public readonly record struct StoredTensor(string Name, DType Type, Shape Shape)
{
    /// <summary>The types of numbers that weight files may have, for errors about others.</summary>
    internal const string ReadableTypes = "F16, BF16, F32, F64, I64, I32, I16, I8, U8 or BOOL";

    public long Bytes => Shape.Count * Type.Bytes();
}

/// <summary>A weight file that can't be read, in one line.</summary>
public sealed class WeightFileException(string message, Exception? inner = null) : Exception(OneLine(message), inner)
{
    const int Longest = 4000;

    // Names come from the file: they may be long, or hold line ends and what steers a terminal.
    static string OneLine(string message) =>
        string.Concat(message.Take(Longest).Select(letter => char.IsControl(letter) ? ' ' : letter)) + (message.Length > Longest ? " ..." : "");
}

/// <summary>Tensors by name, wherever they come from: a mapped file, a set of shards, a pickle, a formula, another source under other names.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>What errors call it: a path as a rule.</summary>
    string Name { get; }

    IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Widens a tensor's numbers to f32, row-major.</summary>
    /// <exception cref="WeightFileException">There is no such tensor, or it has another number of elements than <paramref name="target"/>.</exception>
    void Read(string name, Span<float> target);
}
