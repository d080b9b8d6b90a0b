using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>
/// A folder of golden cases: NAME.io.safetensors each, weights beside it (NAME.weights.safetensors, NAME.pth, NAME.pt, or such as
/// NAME.bf16.pth), or NAME.model with NAME.json for a tokenizer.
/// </summary>
internal sealed class GoldenFolder
{
    const string IoEnding = ".io.safetensors";

    /// <summary>Of a case's weights, best first: what the numbers were computed with, then copies in other formats.</summary>
    static readonly string[] WeightEndings = [".weights.safetensors", ".weights.safetensors.index.json", ".safetensors", ".pth", ".pt", ".bin"];

    readonly string path;
    readonly string[] files;

    public GoldenFolder(string path)
    {
        this.path = path;
        if (!Directory.Exists(path)) throw new VerbException($"{path} is not a folder, expected one with NAME{IoEnding} in it.");
        files = [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        var tokenizers = files.Where(file => file.EndsWith(TokenizerContents.Ending, StringComparison.Ordinal)).Select(file => file[..^TokenizerContents.Ending.Length])
            .Where(name => files.Contains(name + TokenizerContents.AnswersEnding));
        Names = [.. files.Where(file => file.EndsWith(IoEnding, StringComparison.Ordinal)).Select(file => file[..^IoEnding.Length])
            .Union(tokenizers).Order(StringComparer.Ordinal)];
        if (Names.Count == 0) throw new VerbException($"{path} holds no case, expected at least one NAME{IoEnding}.");
    }

    /// <summary>Names of all cases.</summary>
    public IReadOnlyList<string> Names { get; }

    public GoldenCase Open(string name)
    {
        if (!Names.Contains(name)) throw new VerbException($"{path} holds no case {name}, expected one of {string.Join(", ", Names)}.");
        if (!files.Contains(name + IoEnding)) return new GoldenCase(this, name, TokenizerContents.Read(InFolder(name + TokenizerContents.AnswersEnding)), new Dictionary<string, string>());
        var contents = SafeTensors.Open(InFolder(name + IoEnding));
        try
        {
            return new GoldenCase(this, name, contents, contents.Metadata);
        }
        catch
        {
            contents.Dispose();
            throw;
        }
    }

    /// <summary>A file of a case, such as the ".model" of a tokenizer; null where there is none.</summary>
    public string? FileOf(string name, string ending) => files.Contains(name + ending) ? InFolder(name + ending) : null;

    /// <summary>Files of a case's weights, best first.</summary>
    public IReadOnlyList<string> WeightFiles(string name) =>
    [
        .. from file in files
           where !file.EndsWith(IoEnding, StringComparison.Ordinal) && OwnerOf(file) == name
           let rank = Array.FindIndex(WeightEndings, ending => file == name + ending)
           where rank >= 0 || WeightEndings.Skip(2).Any(ending => file.EndsWith(ending, StringComparison.Ordinal))
           orderby rank < 0 ? int.MaxValue : rank
           select InFolder(file),
    ];

    /// <summary>The case that a file belongs to: the longest name that the file's begins with, up to a dot.</summary>
    string? OwnerOf(string file) => Names.Where(name => file.StartsWith(name + ".", StringComparison.Ordinal)).MaxBy(name => name.Length);

    string InFolder(string name) => Path.Combine(path, name);
}
