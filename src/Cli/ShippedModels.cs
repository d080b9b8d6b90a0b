using TalkingMachines.Models;
using TalkingMachines.Training;

namespace TalkingMachines.Cli;

/// <summary>A model that came with the program.</summary>
/// <param name="Bytes">Size of its weights on disk.</param>
internal sealed record ShippedModel(string Name, string Folder, AvatarConfig Config, long Bytes);

/// <summary>The folder <c>models</c> of the checkout that this program was built in.</summary>
internal static class ShippedModels
{
    /// <summary>The one that verbs run unless another is named.</summary>
    public const string Default = MiniModel.Name;

    /// <summary>Every model found, by name.</summary>
    public static IReadOnlyList<ShippedModel> Find() => Root() is not { } root ? [] :
    [
        .. from folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
           let file = Path.Combine(folder, Avatar.ConfigFile)
           where File.Exists(file)
           let config = Avatar.ReadConfig(file)
           select new ShippedModel(Path.GetFileName(folder), folder, config, Bytes(Avatar.WeightsFolder(folder, config))),
    ];

    static long Bytes(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length) : 0;

    /// <summary>The folder itself: the program lies in artifacts/bin/... of its checkout. Null outside of one.</summary>
    public static string? Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "models");
            if (File.Exists(Path.Combine(folder.FullName, "TalkingMachines.slnx")) && Directory.Exists(candidate)) return candidate;
        }
        return null;
    }
}
