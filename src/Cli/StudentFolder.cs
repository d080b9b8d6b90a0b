using TalkingMachines.Evaluation;
using TalkingMachines.Models;

namespace TalkingMachines.Cli;

/// <summary>
/// Model folders of the students of the paper's table 1. A student trains a transformer alone: run folders become model folders
/// with the hearing and the autoencoder of another model, which must be of the same runs.
/// </summary>
/// <param name="root">Where folders named after the students lie.</param>
/// <param name="shared">The model folder that lends the rest.</param>
/// <param name="target">Where assembled model folders go.</param>
internal sealed class StudentFolder(string root, string shared, string target)
{
    const string RunWeights = "weights.safetensors";

    /// <summary>The model folder of a student: as it lies there, or assembled from its run; null where there is neither.</summary>
    public string? Find(PaperTableRow student)
    {
        string folder = Path.Combine(root, student.Model);
        if (File.Exists(Path.Combine(folder, Avatar.ConfigFile))) return Checked(folder, student);
        string weights = Path.Combine(folder, RunWeights);
        return File.Exists(weights) ? Assemble(weights, student) : null;
    }

    static string Checked(string folder, PaperTableRow student)
    {
        var config = Avatar.ReadConfig(Path.Combine(folder, Avatar.ConfigFile));
        return config.ChunkLatents == student.ChunkLatents && config.Steps.Length == student.Steps
            ? folder
            : throw new VerbException($"{folder} makes chunks of {config.ChunkLatents} latents in {config.Steps.Length} steps, expected {student.ChunkLatents} in {student.Steps}.");
    }

    string Assemble(string weights, PaperTableRow student)
    {
        string folder = Path.Combine(target, student.Model);
        Directory.CreateDirectory(folder);
        var config = Avatar.ReadConfig(Path.Combine(shared, Avatar.ConfigFile)) with { ChunkLatents = student.ChunkLatents, Steps = Avatar.EvenSteps(student.Steps) };
        Copy(weights, Path.Combine(folder, Avatar.TransformerFile));
        foreach (string file in new[] { Avatar.AudioFile, Avatar.AutoencoderFile, LipReader.File, PuppetSyncNet.File })
            if (File.Exists(Path.Combine(shared, file))) Copy(Path.Combine(shared, file), Path.Combine(folder, file));
        Avatar.WriteConfig(Path.Combine(folder, Avatar.ConfigFile), config);
        return folder;
    }

    static void Copy(string source, string destination)
    {
        try
        {
            File.Copy(source, destination + ".part", overwrite: true);
            File.Move(destination + ".part", destination, overwrite: true);
        }
        catch
        {
            File.Delete(destination + ".part");
            throw;
        }
    }
}
