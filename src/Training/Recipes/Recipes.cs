using TalkingMachines.Training.Objectives;

namespace TalkingMachines.Training;

/// <summary>The recipes that the command line knows by name. A new one adds a line here.</summary>
public static class Recipes
{
    // Methods, not values: a recipe is made when it is asked for.
    static readonly Func<Recipe>[] all = [MiniAutoencoder, MiniHearing, MiniLipReader, MiniSync, MiniWarmup, MiniAudio, MiniPolish, MiniDecoder];

    /// <summary>Every recipe, in the order of training.</summary>
    public static IEnumerable<Recipe> All => all.Select(make => make());

    public static Recipe Named(string name) =>
        All.FirstOrDefault(recipe => recipe.Name == name) ?? throw new TrainingException($"The recipe is '{name}', expected one of: {string.Join(", ", All.Select(recipe => recipe.Name))}.");

    /// <summary>The mini model's autoencoder, 256 x 256.</summary>
    public static AutoencoderRecipe MiniAutoencoder() => new()
    {
        Name = "mini-autoencoder",
        Steps = 2000,
        MuonRate = 0.01f,
        AdamRate = 1.5e-3f,
        WarmupSteps = 20,
        DecayFrom = 0.4,
        EmaDecay = 0.998f,
        GradientClip = 1,
        ValidateEvery = 250,
    };

    /// <summary>The decoder goes on alone: the codes that the transformer learnt stay what they are.</summary>
    public static AutoencoderRecipe MiniDecoder() => MiniAutoencoder() with
    {
        Name = "mini-decoder",
        DecoderOf = MiniAutoencoder().Name,
        Seed = 2,
        Steps = 2500,
        MuonRate = 0.006f,
        AdamRate = 8e-4f,
        DecayFrom = 0.3,
        EmaDecay = 0.99f,
        ValidateEvery = 500,
    };

    /// <summary>What the mini model hears.</summary>
    public static HearingRecipe MiniHearing() => new()
    {
        Name = "mini-hearing",
        Steps = 1500,
        Clips = 2400,
        MuonRate = 0.01f,
        WarmupSteps = 20,
        ValidateEvery = 300,
        EmaDecay = 0.99f,
    };

    /// <summary>The judge of lip sync, which reads mouths and lids off pictures; trained before what it judges.</summary>
    public static LipReaderRecipe MiniLipReader() => new()
    {
        Name = "mini-lip-reader",
        Steps = 700,
        MuonRate = 0.01f,
        AdamRate = 2e-3f,
        WarmupSteps = 20,
        DecayFrom = 0.4,
        EmaDecay = 0.995f,
        GradientClip = 1,
        ValidateEvery = 250,
    };

    /// <summary>The judge of sound and lips, by SyncNet's protocol; needs no other recipe, and none needs it.</summary>
    public static SyncRecipe MiniSync() => new()
    {
        Name = "mini-sync",
        Steps = 2000,
        Clips = 1500,
        MuonRate = 0.01f,
        AdamRate = 2e-3f,
        WarmupSteps = 50,
        DecayFrom = 0.4,
        EmaDecay = 0.998f,
        GradientClip = 5,
        ValidateEvery = 500,
    };

    /// <summary>Stage 1: video from picture and gestures, without audio layers.</summary>
    public static DiffusionRecipe MiniWarmup() => new()
    {
        Name = "mini-warmup",
        Layers = TrainedLayers.AllWithoutAudio,
        Steps = 150,
        Clips = 2400,
        MuonRate = 0.012f,
        WarmupSteps = 20,
        DecayFrom = 1,
        GradientClip = 5,
        ValidateEvery = 150,
    };

    /// <summary>Stage 2: the new audio layers learn, all others frozen.</summary>
    public static DiffusionRecipe MiniAudio() => MiniWarmup() with
    {
        Name = "mini-audio",
        Layers = TrainedLayers.AudioOnly,
        From = MiniWarmup().Name,
        Steps = 150,
        Seed = 2,
    };

    /// <summary>Everything together, rates falling at the end: the weights that are shipped.</summary>
    public static DiffusionRecipe MiniPolish() => MiniWarmup() with
    {
        Name = "mini-polish",
        Layers = TrainedLayers.All,
        From = MiniAudio().Name,
        Steps = 600,
        Seed = 3,
        DecayFrom = 0.5,
        ValidateEvery = 300,
    };
}
