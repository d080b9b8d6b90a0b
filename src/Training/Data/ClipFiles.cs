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

    /// <summary>The exported weights of another recipe's run.</summary>
    public static string Weights(RunFolder run, string recipe) => Beside(run, $"{recipe}/weights.safetensors");

    static string Beside(RunFolder run, string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(run.Path))!, path);
}
