using System.Text.RegularExpressions;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// The files of weights in a folder and the folders in it. Of shards their index stands for all; of the same network in two
/// formats side by side, as Hugging Face often has it, the .safetensors file stands.
/// </summary>
internal static partial class WanFiles
{
    const int MostFiles = 1000;
    const string IndexEnding = ".index.json", SafeEnding = ".safetensors";

    static readonly string[] Endings = [SafeEnding, ".pth", ".pt", ".bin", ".ckpt"];

    /// <summary>Paths to open: indices first, as they say which other files need not be.</summary>
    public static IEnumerable<string> In(string path)
    {
        string[] folders = [path, .. Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal)];
        string[] all = [.. folders.SelectMany(each => Directory.EnumerateFiles(each).Order(StringComparer.Ordinal)).Take(MostFiles + 1)];
        if (all.Length > MostFiles) throw new WeightFileException($"{path} holds more than {MostFiles} files, expected a folder of one model.");
        bool IsSharded(string file) => Shard().Match(file) is { Success: true } match && all.Contains(match.Groups[1].Value + match.Groups[2].Value + IndexEnding);
        var weights = all.Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase) && !IsSharded(file));
        return [.. all.Where(file => file.EndsWith(IndexEnding, StringComparison.OrdinalIgnoreCase)), .. weights];
    }

    /// <summary>Whether a file is the same network as another in the other format: side by side, the one .safetensors and the other a pickle.</summary>
    public static bool Outranks(string file, string other) =>
        Path.GetDirectoryName(file) == Path.GetDirectoryName(other) && IsSafe(file) && !IsSafe(other);

    static bool IsSafe(string file) => file.EndsWith(SafeEnding, StringComparison.OrdinalIgnoreCase) || file.EndsWith(SafeEnding + IndexEnding, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(.*)-\d{5}-of-\d{5}(\.\w+)$")]
    private static partial Regex Shard();
}
