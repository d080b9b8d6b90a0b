using System.Security.Cryptography;
using System.Text.Json;
using TalkingMachines.Media;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training;

/// <summary>
/// The settings of a run and the weights of other recipes that it is built on, by their digests in its folder: gone on with by others, it
/// would be neither the one nor the other, and finished weights beside others that they never met mean nothing.
/// </summary>
internal static class RunInputs
{
    const string FileName = "built-on.txt", Settings = "settings";

    /// <summary>Notes them where a run begins, and refuses one that was begun on others.</summary>
    /// <exception cref="TrainingException"/>
    public static void Check(Recipe recipe, RunFolder run)
    {
        string path = Path.Combine(run.Path, FileName);
        var now = MiniModel.BuildsOn(recipe).Distinct().ToDictionary(name => name, name => ClipFiles.FindWeights(run, name));
        if (Checkpoint.Files(run.Path).Count > 0 && File.Exists(path))
        {
            string[] begun = File.ReadAllLines(path);
            if (Differs(begun, Settings, SettingsLine(recipe)))
                throw new TrainingException($"{run.Path} was begun with other settings than {recipe.Name} has now: move it away, or train anew in another folder.");
            foreach (var (name, file) in now)
                if (file is not null && Differs(begun, name, Line(name, file)))
                    throw new TrainingException($"{run.Path} was begun on other weights of {name} than {file} holds now: put those back, or train {recipe.Name} anew in another folder.");
        }
        else
        {
            var lines = now.Where(each => each.Value is not null).Select(each => Line(each.Key, each.Value!)).Prepend(SettingsLine(recipe));
            PendingFile.Write(path, string.Concat(lines.Select(line => line + "\n")));
        }
    }

    // What an older run did not note is not held against it.
    static bool Differs(string[] begun, string name, string line) =>
        Array.Exists(begun, other => other.StartsWith($"{name} ", StringComparison.Ordinal)) && !begun.Contains(line);

    // How often it looks and saves changes nothing; a checkpoint holds the seed.
    static string SettingsLine(Recipe recipe) =>
        $"{Settings} {Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<object>(recipe with { Seed = 0, ValidateEvery = 0, CheckpointEvery = default })))}";

    static string Line(string name, string file)
    {
        using var stream = File.OpenRead(file);
        return $"{name} {Convert.ToHexStringLower(SHA256.HashData(stream))}";
    }
}
