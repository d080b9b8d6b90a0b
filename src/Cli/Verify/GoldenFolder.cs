using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>A folder of golden cases: NAME.io.safetensors each, weights beside it.</summary>
internal sealed class GoldenFolder
{
    const string IoEnding = ".io.safetensors";

    readonly string path;

    public GoldenFolder(string path)
    {
        this.path = path;
        if (!Directory.Exists(path)) throw new VerbException($"{path} is not a folder, expected one with NAME{IoEnding} in it.");
        Names = [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file))
            .Where(file => file.EndsWith(IoEnding, StringComparison.Ordinal)).Select(file => file[..^IoEnding.Length]).Order(StringComparer.Ordinal)];
        if (Names.Count == 0) throw new VerbException($"{path} holds no case, expected at least one NAME{IoEnding}.");
    }

    /// <summary>Names of all cases.</summary>
    public IReadOnlyList<string> Names { get; }

    public GoldenCase Open(string name)
    {
        if (!Names.Contains(name)) throw new VerbException($"{path} holds no case {name}, expected one of {string.Join(", ", Names)}.");
        var contents = SafeTensors.Open(File(name + IoEnding));
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

    /// <summary>The weights of a case; null where it has none.</summary>
    public IWeightSource? OpenWeights(GoldenCase golden)
    {
        string plain = File(golden.Name + ".weights.safetensors");
        return System.IO.File.Exists(plain) ? SafeTensors.Open(plain) : FormulaWeights.Of(golden.Name, golden.Metadata);
    }

    string File(string name) => Path.Combine(path, name);
}
