using System.Security.Cryptography;
using TalkingMachines.Media;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training;

/// <summary>
/// The weights of other recipes that a run is built on, by their digests in its folder: gone on with on others, it would be neither
/// the one nor the other, and finished weights beside others that they never met mean nothing.
/// </summary>
internal static class RunInputs
{
    const string FileName = "built-on.txt";

    /// <summary>Notes them where a run begins, and refuses one that was begun on others.</summary>
    /// <exception cref="TrainingException"/>
    public static void Check(Recipe recipe, RunFolder run)
    {
        string path = Path.Combine(run.Path, FileName);
        var now = MiniModel.BuildsOn(recipe).Distinct().ToDictionary(name => name, name => ClipFiles.FindWeights(run, name));
        if (Checkpoint.Files(run.Path).Count > 0 && File.Exists(path))
        {
            string[] begun = File.ReadAllLines(path);
            foreach (var (name, file) in now)
                if (file is not null && Array.Exists(begun, line => line.StartsWith($"{name} ", StringComparison.Ordinal)) && !begun.Contains(Line(name, file)))
                    throw new TrainingException($"{run.Path} was begun on other weights of {name} than {file} holds now: put those back, or train {recipe.Name} anew in another folder.");
        }
        else
        {
            string lines = string.Concat(now.Where(each => each.Value is not null).Select(each => Line(each.Key, each.Value!) + "\n"));
            if (lines.Length > 0) PendingFile.Write(path, lines);
        }
    }

    static string Line(string name, string file)
    {
        using var stream = File.OpenRead(file);
        return $"{name} {Convert.ToHexStringLower(SHA256.HashData(stream))}";
    }
}
