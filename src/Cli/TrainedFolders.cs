using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Training;
using TalkingMachines.Training.Objectives;

namespace TalkingMachines.Cli;

/// <summary>
/// Model folders of what recipes trained. A teacher or student trains a transformer alone: a run folder that is named after its
/// recipe becomes a model folder with the hearing and the autoencoder of another model, which must be of the same runs.
/// </summary>
/// <param name="shared">The model folder that lends the rest.</param>
/// <param name="target">Where assembled model folders go.</param>
internal sealed class TrainedFolders(string shared, string target)
{
    /// <summary>The model folder: as it lies there, or assembled from its run; null where there is neither.</summary>
    public string? Find(string folder)
    {
        if (File.Exists(Path.Combine(folder, Avatar.ConfigFile))) return folder;
        string weights = Path.Combine(folder, RunFolder.WeightsFile);
        return File.Exists(weights) ? Assemble(weights, Name(folder)) : null;
    }

    /// <summary>The model folder of a student of the paper's table 1, null where there is none.</summary>
    public string? Find(string root, PaperTableRow student)
    {
        if (Find(Path.Combine(root, student.Model)) is not { } folder) return null;
        var config = Avatar.ReadConfig(Path.Combine(folder, Avatar.ConfigFile));
        return config.ChunkLatents == student.ChunkLatents && config.Steps.Length == student.Steps
            ? folder
            : throw new VerbException($"{folder} makes chunks of {config.ChunkLatents} latents in {config.Steps.Length} steps, expected {student.ChunkLatents} in {student.Steps}.");
    }

    /// <summary>The last part of a folder's path.</summary>
    public static string Name(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    string Assemble(string weights, string recipe)
    {
        var trained = Recipes.Named(recipe) switch
        {
            StudentRecipe student => student.Model,
            DiffusionRecipe teacher => teacher.Model,
            _ => throw new VerbException($"{recipe} trains no transformer."),
        };
        var lent = Avatar.ReadConfig(Path.Combine(shared, Avatar.ConfigFile));
        string folder = Path.Combine(target, recipe), lender = Avatar.WeightsFolder(shared, lent);
        Directory.CreateDirectory(folder);
        PendingFile.Copy(weights, Path.Combine(folder, Avatar.TransformerFile));
        foreach (string file in new[] { Avatar.AudioFile, Avatar.AutoencoderFile, LipReader.File, PuppetSyncNet.File })
            if (File.Exists(Path.Combine(lender, file))) PendingFile.Copy(Path.Combine(lender, file), Path.Combine(folder, file));
        Avatar.WriteConfig(Path.Combine(folder, Avatar.ConfigFile), lent with
        {
            ChunkLatents = trained.ChunkLatents,
            Steps = trained.Steps,
            AudioWindow = trained.AudioWindow,
            Bidirectional = trained.Bidirectional,
            Guidance = trained.Guidance,
            FaceMask = trained.FaceMask,
            WeightsOf = null,
        });
        return folder;
    }
}
