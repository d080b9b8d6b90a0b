namespace TalkingMachines.Training;

/// <summary>The recipes that the command line knows by name. A new one adds a line here.</summary>
public static class Recipes
{
    // Methods, not values: a recipe is made when it is asked for.
    static readonly Func<Recipe>[] all = [];

    /// <summary>Every recipe, in the order of training.</summary>
    public static IEnumerable<Recipe> All => all.Select(make => make());

    public static Recipe Named(string name) =>
        All.FirstOrDefault(recipe => recipe.Name == name) ?? throw new TrainingException($"The recipe is '{name}', expected one of: {string.Join(", ", All.Select(recipe => recipe.Name))}.");
}
