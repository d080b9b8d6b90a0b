namespace TalkingMachines.Training.Data;

/// <summary>Where the recipes of the mini model keep what they share: beside their run folders.</summary>
public static class ClipFiles
{
    public const ulong Seed = 11;

    public static string Training(RunFolder run) => Beside(run, "clips/training.bin");

    /// <summary>Clips that are heard, never drawn: many more.</summary>
    public static string Speech(RunFolder run) => Beside(run, "clips/speech.bin");

    public static string Validation(RunFolder run) => Beside(run, "clips/validation.bin");

    public static string Latents(RunFolder run, string name) => Beside(run, $"clips/{name}.latents.bin");

    /// <summary>The exported weights of another recipe: of its run beside this one, otherwise those that are shipped, unless they know other features than this run does.</summary>
    public static string Weights(RunFolder run, string recipe) =>
        FindWeights(run, recipe) ?? throw new TrainingException($"{OfRun(run, recipe)} does not exist: run the recipe {recipe} first.");

    /// <summary>The same; null where there are none.</summary>
    public static string? FindWeights(RunFolder run, string recipe)
    {
        string own = OfRun(run, recipe);
        if (File.Exists(own)) return own;
        if (run.Shipped is not { } models || MiniModel.ShippedFile(recipe) is not { } file) return null;
        if (MiniModel.ShippedWith(recipe).Any(other => File.Exists(OfRun(run, other)))) return null; // trained on other features
        string shipped = Path.Combine(models, file);
        return File.Exists(shipped) ? shipped : null;
    }

    /// <summary>Where a recipe's run beside this one leaves its weights.</summary>
    public static string OfRun(RunFolder run, string recipe) => Beside(run, Path.Combine(recipe, RunFolder.WeightsFile));

    static string Beside(RunFolder run, string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(run.Path))!, path);
}
