namespace TalkingMachines.Tests;

/// <summary>The sources that these tests were built from.</summary>
internal static class Checkout
{
    static readonly string[] Sources = ["src", "tests", "bench", "docs", ".ci"];
    static readonly string[] Built = ["bin", "obj"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string File(string relative) => Path.Combine(Root, relative);

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    /// <summary>Source files with one of the extensions ("" for none), those at the root included.</summary>
    public static string[] Files(params string[] extensions) =>
    [
        .. Directory.EnumerateFiles(Root)
            .Concat(Sources.Select(File).Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)))
            .Where(path => extensions.Contains(Path.GetExtension(path)) && !Relative(path).Split(Path.DirectorySeparatorChar).Any(Built.Contains))
            .Order(StringComparer.Ordinal),
    ];

    static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "TalkingMachines.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No TalkingMachines.slnx above {start}: run the tests from a checkout.");
    }
}
