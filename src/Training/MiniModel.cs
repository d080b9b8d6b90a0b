using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;
using TalkingMachines.Training.Objectives;

namespace TalkingMachines.Training;

/// <summary>The shipped model: its recipes in order, and how their weights become a model folder.</summary>
public static class MiniModel
{
    public const string Name = "mini";

    /// <summary>All that <c>train mini</c> runs, in order: each finds its predecessors' weights beside its own run folder. The lip reader comes before the stages whose lips it watches.</summary>
    public static Recipe[] Stages() =>
    [
        Recipes.MiniAutoencoder(), Recipes.MiniHearing(), Recipes.MiniLipReader(), Recipes.MiniSync(), Recipes.MiniCodeReader(), Recipes.MiniWarmup(),
        Recipes.MiniAudio(), Recipes.MiniTeacher(), Recipes.MiniStudent3x2(), Recipes.MiniDecoder(), Recipes.MiniRefiner512(),
    ];

    /// <summary>The recipes that one builds on and that are neither run nor shipped, in the order to run them. A run that has begun needs none.</summary>
    public static IReadOnlyList<Recipe> Missing(Recipe recipe, RunFolder run)
    {
        if (Checkpoint.Files(run.Path).Count > 0) return [];
        var missing = new List<Recipe>();
        Add(recipe);
        return missing;

        void Add(Recipe one)
        {
            foreach (string name in BuildsOn(one))
            {
                if (ClipFiles.FindWeights(run, name) is not null || missing.Exists(other => other.Name == name)) continue;
                var before = Recipes.Named(name);
                Add(before);
                missing.Add(before);
            }
        }
    }

    /// <summary>Names of the recipes whose weights one starts from or looks through.</summary>
    internal static string[] BuildsOn(Recipe recipe)
    {
        string[] seen = [Recipes.MiniAutoencoder().Name, Recipes.MiniHearing().Name], mouths = [.. seen, Recipes.MiniCodeReader().Name];
        return recipe switch
        {
            AutoencoderRecipe { From: { } from, Student: { } student } => [from, Recipes.MiniHearing().Name, student.Name],
            AutoencoderRecipe { From: { } from } => [from],
            CodeReaderRecipe => seen,
            DiffusionRecipe diffusion => [.. diffusion.MouthWeight > 0 ? mouths : seen, .. diffusion.From is { } from ? [from] : Array.Empty<string>()],
            StudentRecipe student => [.. student.MouthWeight > 0 ? mouths : seen, student.Teacher],
            _ => [],
        };
    }

    /// <summary>
    /// Where the weights of a recipe lie in the folder of shipped models, so that what builds on them can be trained without
    /// training them anew (a student learns from the shipped teacher); null for those that are not shipped.
    /// </summary>
    public static string? ShippedFile(string recipe) => Shipped().FirstOrDefault(each => each.Recipe.Name == recipe).File;

    /// <summary>The recipes whose codes and features the shipped weights of a recipe know: with others they mean nothing.</summary>
    public static IEnumerable<string> ShippedWith(string recipe) =>
        Shipped().Where(each => each.Recipe.Name == recipe).SelectMany(each => each.Knows).Select(each => each.Name);

    static (Recipe Recipe, string File, Recipe[] Knows)[] Shipped()
    {
        var (autoencoder, hearing, teacher) = (Recipes.MiniAutoencoder(), Recipes.MiniHearing(), Recipes.MiniTeacher());
        return
        [
            (hearing, $"{Name}/{Avatar.AudioFile}", []),
            (Recipes.MiniLipReader(), $"{Name}/{LipReader.File}", []),
            (Recipes.MiniSync(), $"{Name}/{PuppetSyncNet.File}", []),
            (autoencoder, $"{Name}/{Avatar.AutoencoderFile}", []),
            (Recipes.MiniDecoder(), $"{Name}/{Avatar.AutoencoderFile}", [autoencoder]),
            (teacher, $"{teacher.Name}/{RunFolder.WeightsFile}", [autoencoder, hearing]),
            (Recipes.MiniCodeReader(), $"{teacher.Name}/{CodeReader.File}", [autoencoder]),
            (Recipes.MiniStudent3x2(), $"{Name}/{Avatar.TransformerFile}", [autoencoder, hearing]),
        ];
    }

    /// <summary>512 x 512.</summary>
    static AvatarConfig Full => Recipes.MiniStudent3x2().Model with { Picture = Recipes.MiniRefiner512().Picture, Autoencoder = Recipes.MiniRefiner512().Model };

    /// <summary>256 x 256, by the same weights.</summary>
    static AvatarConfig Light => Recipes.MiniStudent3x2().Model with { Autoencoder = Recipes.MiniAutoencoder().Model };

    /// <summary>Copies the exported weights of the finished runs beside <paramref name="run"/> into a model folder, and makes two beside it: the light setting, and what students learn from.</summary>
    public static void Assemble(RunFolder run, string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string light = $"{folder}-light", teacher = Path.Combine(Path.GetDirectoryName(folder)!, Recipes.MiniTeacher().Name);
        foreach (string each in (string[])[folder, light, teacher]) Directory.CreateDirectory(each);
        Join(Path.Combine(folder, Avatar.AutoencoderFile), ClipFiles.Weights(run, Recipes.MiniDecoder().Name), ClipFiles.Weights(run, Recipes.MiniRefiner512().Name));
        Copy(Recipes.MiniStudent3x2(), folder, Avatar.TransformerFile);
        Copy(Recipes.MiniHearing(), folder, Avatar.AudioFile);
        Copy(Recipes.MiniLipReader(), folder, LipReader.File);
        Copy(Recipes.MiniSync(), folder, PuppetSyncNet.File);
        Copy(Recipes.MiniTeacher(), teacher, RunFolder.WeightsFile);
        Copy(Recipes.MiniCodeReader(), teacher, CodeReader.File);
        Avatar.WriteConfig(Path.Combine(folder, Avatar.ConfigFile), Full);
        Avatar.WriteConfig(Path.Combine(light, Avatar.ConfigFile), Light with { WeightsOf = Path.GetFileName(folder) });

        void Copy(Recipe recipe, string to, string file)
        {
            string source = ClipFiles.Weights(run, recipe.Name), target = Path.Combine(to, file);
            if (source != target) PendingFile.Copy(source, target); // a teacher may lie there as its run
        }
    }

    // An autoencoder's weights, with the refiner of pictures larger than its encoder sees: an older one of these may lie in its file.
    static void Join(string target, string autoencoder, string larger)
    {
        using var device = Device.Cpu(0);
        using var scope = Tensor.Scope();
        string refiner = $"refiner{Recipes.MiniRefiner512().Model.Scale}.";
        var all = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        Take(autoencoder, isRefiner: false);
        Take(larger, isRefiner: true);
        SafeTensors.Write(target, all, DType.F16);

        void Take(string path, bool isRefiner)
        {
            using var file = SafeTensors.Open(path);
            foreach (var (name, stored) in file.Tensors.Where(each => each.Key.StartsWith(refiner, StringComparison.Ordinal) == isRefiner))
            {
                all[name] = Tensor.Empty(device, stored.Shape);
                file.Read(name, all[name].Floats);
            }
        }
    }
}
