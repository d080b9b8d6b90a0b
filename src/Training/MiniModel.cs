using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training;

/// <summary>The shipped model: its recipes in order, and how their weights become a model folder.</summary>
public static class MiniModel
{
    public const string Name = "mini";

    /// <summary>All that <c>train mini</c> runs, in order: each finds its predecessors' weights beside its own run folder. The lip reader comes before the stages whose lips it watches.</summary>
    public static Recipe[] Stages() =>
    [
        Recipes.MiniAutoencoder(), Recipes.MiniHearing(), Recipes.MiniLipReader(), Recipes.MiniSync(), Recipes.MiniWarmup(), Recipes.MiniAudio(),
        Recipes.MiniTeacher(), Recipes.MiniCodeReader(), Recipes.MiniStudent3x2(), Recipes.MiniDecoder(), Recipes.MiniRefiner512(),
    ];

    /// <summary>512 x 512.</summary>
    static AvatarConfig Full => Recipes.MiniStudent3x2().Model with { Picture = Recipes.MiniRefiner512().Picture, Autoencoder = Recipes.MiniRefiner512().Model };

    /// <summary>256 x 256, by the same weights.</summary>
    static AvatarConfig Light => Recipes.MiniStudent3x2().Model with { Autoencoder = Recipes.MiniDecoder().Model };

    /// <summary>Copies the exported weights of the finished runs beside <paramref name="run"/> into a model folder, and makes one beside it for the light setting.</summary>
    public static void Assemble(RunFolder run, string folder)
    {
        Directory.CreateDirectory(folder);
        Copy(run, Recipes.MiniStudent3x2(), folder, Avatar.TransformerFile);
        Copy(run, Recipes.MiniHearing(), folder, Avatar.AudioFile);
        Copy(run, Recipes.MiniLipReader(), folder, Evaluation.LipReader.File);
        Copy(run, Recipes.MiniSync(), folder, Evaluation.PuppetSyncNet.File);
        Join(Path.Combine(folder, Avatar.AutoencoderFile), Source(run, Recipes.MiniDecoder()), Source(run, Recipes.MiniRefiner512()));
        Avatar.WriteConfig(Path.Combine(folder, Avatar.ConfigFile), Full);
        string light = $"{Path.TrimEndingDirectorySeparator(folder)}-light";
        Directory.CreateDirectory(light);
        Avatar.WriteConfig(Path.Combine(light, Avatar.ConfigFile), Light with { WeightsOf = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) });
    }

    static string Source(RunFolder run, Recipe recipe)
    {
        string source = ClipFiles.Weights(run, recipe.Name);
        return File.Exists(source) ? source : throw new TrainingException($"{source} does not exist: run the recipe {recipe.Name} first.");
    }

    static void Copy(RunFolder run, Recipe recipe, string folder, string file) => PendingFile.Copy(Source(run, recipe), Path.Combine(folder, file));

    // All weights of the first, and of the second those that the first lacks: the refiners of both sizes.
    static void Join(string target, string first, string second)
    {
        using var device = Device.Cpu(0);
        using var scope = Tensor.Scope();
        var all = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string path in (string[])[first, second])
        {
            using var file = SafeTensors.Open(path);
            foreach (var (name, stored) in file.Tensors)
            {
                if (all.ContainsKey(name)) continue;
                all[name] = Tensor.Empty(device, stored.Shape);
                file.Read(name, all[name].Floats);
            }
        }
        SafeTensors.Write(target, all, DType.F16);
    }
}
