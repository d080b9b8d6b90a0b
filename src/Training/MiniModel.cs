using TalkingMachines.Models;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training;

/// <summary>The shipped model: its recipes in order, and how their weights become a model folder.</summary>
public static class MiniModel
{
    public const string Name = "mini";

    /// <summary>All that <c>train mini</c> runs, in order: each finds its predecessors' weights beside its own run folder. The lip reader comes before the stages whose lips it watches.</summary>
    public static Recipe[] Stages() =>
    [
        Recipes.MiniAutoencoder(), Recipes.MiniHearing(), Recipes.MiniLipReader(), Recipes.MiniWarmup(), Recipes.MiniAudio(),
        Recipes.MiniTeacher(), Recipes.MiniStudent3x2(), Recipes.MiniDecoder(), Recipes.MiniRefiner512(),
    ];

    /// <summary>Copies the exported weights of the finished runs beside <paramref name="run"/> into a model folder.</summary>
    public static void Assemble(RunFolder run, string folder)
    {
        Directory.CreateDirectory(folder);
        Copy(run, Recipes.MiniStudent3x2(), folder, Avatar.TransformerFile);
        Copy(run, Recipes.MiniHearing(), folder, Avatar.AudioFile);
        Copy(run, Recipes.MiniDecoder(), folder, Avatar.AutoencoderFile);
        Copy(run, Recipes.MiniLipReader(), folder, Evaluation.LipReader.File);
        Avatar.WriteConfig(Path.Combine(folder, Avatar.ConfigFile), Recipes.MiniStudent3x2().Model);
    }

    static void Copy(RunFolder run, Recipe recipe, string folder, string file)
    {
        string source = ClipFiles.Weights(run, recipe.Name), target = Path.Combine(folder, file);
        if (!File.Exists(source)) throw new TrainingException($"{source} does not exist: run the recipe {recipe.Name} first.");
        File.Copy(source, target + ".part", overwrite: true);
        File.Move(target + ".part", target, overwrite: true);
    }
}
