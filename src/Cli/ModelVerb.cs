using System.CommandLine;
using TalkingMachines.Models;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>A verb that runs a model: options that say which one and where.</summary>
internal abstract class ModelVerb(string name, string description, params string[] examples) : Verb(name, description, examples)
{
    protected static Option<string> ModelOption() => Text("--model", "DIR", $"Folder of the model [default: models/{ShippedModels.Default}]");

    protected static Option<int> StepsOption() => Number("--steps", "Denoising steps of a chunk [default: the model's own]", 1, 64);

    /// <summary>The folder that <see cref="ModelOption"/> named, or the shipped one.</summary>
    protected static string ModelFolder(string? named)
    {
        string folder = named ?? Path.Combine(ShippedModels.Root() ?? "models", ShippedModels.Default);
        return Directory.Exists(folder)
            ? folder
            : throw new VerbException($"There is no model folder {folder}, expected models/{ShippedModels.Default} of a complete checkout, or another by --model DIR.");
    }

    /// <summary>Opens one device for all, or two with a comma between: diffusion and decoder.</summary>
    protected static Placement OpenPlacement(string text)
    {
        try
        {
            return Placement.Open(text);
        }
        catch (ArgumentException unknown)
        {
            throw new VerbException(unknown.Message);
        }
    }

    /// <summary>Loads the model, with as many steps as the option says if it was given.</summary>
    protected static Avatar Load(string folder, Placement placement, ParseResult values, Option<int> steps) =>
        Avatar.Load(folder, placement.Diffusion, placement.Decoder, values.GetResult(steps) is null ? null : values.GetValue(steps));
}
