using TalkingMachines.Training.Objectives;

namespace TalkingMachines.Training;

/// <summary>The recipes that the command line knows by name. A new one adds a line here.</summary>
public static class Recipes
{
    // Methods, not values: a recipe is made when it is asked for.
    static readonly Func<Recipe>[] all = [MiniAutoencoder, MiniLipReader];

    /// <summary>Every recipe, in the order of training.</summary>
    public static IEnumerable<Recipe> All => all.Select(make => make());

    public static Recipe Named(string name) =>
        All.FirstOrDefault(recipe => recipe.Name == name) ?? throw new TrainingException($"The recipe is '{name}', expected one of: {string.Join(", ", All.Select(recipe => recipe.Name))}.");

    /// <summary>The mini model's autoencoder, 256 x 256.</summary>
    public static AutoencoderRecipe MiniAutoencoder() => new()
    {
        Name = "mini-autoencoder",
        Steps = 3000,
        MuonRate = 0.01f,
        AdamRate = 1.5e-3f,
        WarmupSteps = 20,
        DecayFrom = 0.4,
        EmaDecay = 0.998f,
        GradientClip = 1,
        ValidateEvery = 250,
    };

    /// <summary>The judge of lip sync, which reads mouths and lids off pictures.</summary>
    public static LipReaderRecipe MiniLipReader() => new()
    {
        Name = "mini-lip-reader",
        Steps = 1500,
        MuonRate = 0.01f,
        AdamRate = 2e-3f,
        WarmupSteps = 20,
        DecayFrom = 0.4,
        EmaDecay = 0.995f,
        GradientClip = 1,
        ValidateEvery = 250,
    };
}
