using TalkingMachines.Tensors.Pickle;

namespace TalkingMachines.Tensors;

/// <summary>Opens weights of any format that we read, told apart by what is in the file.</summary>
public static class WeightFile
{
    const string IndexEnding = ".index.json";

    static readonly string[] Endings = [".safetensors", ".pth", ".pt", ".bin", ".ckpt"];

    /// <summary>
    /// A .safetensors file, a checkpoint of PyTorch, an index of shards (*.index.json), or a folder that holds one of them.
    /// Names are those of the file; <see cref="CheckpointNames.Clean"/> takes off what trainers wrap around them.
    /// </summary>
    public static IWeightSource Open(string path)
    {
        if (Directory.Exists(path)) path = Choose(path);
        return path.EndsWith(IndexEnding, StringComparison.OrdinalIgnoreCase) ? ShardedWeights.Open(path) : OpenOne(path);
    }

    /// <summary>One file of numbers.</summary>
    internal static IWeightSource OpenOne(string path) => IsPickle(path) ? PickleCheckpoint.Open(path) : SafeTensors.Open(path);

    static bool IsPickle(string path)
    {
        if (!File.Exists(path)) throw new WeightFileException($"{path} does not exist, expected a file of weights.");
        Span<byte> head = stackalloc byte[16];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        return PickleCheckpoint.IsOne(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
    }

    /// <summary>The weights of a folder: its index, or its only file.</summary>
    static string Choose(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
        string[] indices = [.. files.Where(file => file.EndsWith(IndexEnding, StringComparison.OrdinalIgnoreCase))];
        // Where safetensors and pickles of the same weights lie side by side, safetensors is the newer.
        if (indices.Length > 0) return Only(folder, Preferred(indices));
        return Only(folder, Preferred([.. files.Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))]));
    }

    static string[] Preferred(string[] files) => files.Where(file => file.Contains(".safetensors", StringComparison.OrdinalIgnoreCase)).ToArray() is { Length: > 0 } safe ? safe : files;

    static string Only(string folder, string[] files) => files.Length == 1
        ? files[0]
        : throw new WeightFileException($"{folder} holds {(files.Length == 0 ? "no weights" : string.Join(", ", files.Select(Path.GetFileName)))}, expected one file of weights or one index.");
}
