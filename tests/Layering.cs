using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace TalkingMachines.Tests;

/// <summary>Holds the shape of the house: which project may know which, and what no file may be.</summary>
public partial class Layering
{
    const string Everything = "*";
    const int MostLines = 400;

    /// <summary>
    /// What each project refers to, no more and no less. Tensors may also come along wherever Models does, since its
    /// tensors are in every signature; Cli and Bench tie all together.
    /// </summary>
    static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Tensors"] = [],
        ["Media"] = [],
        ["WebRtc"] = [],
        ["Puppets"] = ["Media"],
        ["Models"] = ["Tensors"],
        ["Evaluation"] = ["Models", "Media", "Puppets"],
        ["Training"] = ["Models", "Evaluation", "Puppets", "Media"],
        ["Serving"] = ["Models", "Media", "Puppets", "WebRtc"],
        ["Cli"] = [Everything],
        ["Bench"] = [Everything],
        ["Calls"] = [Everything],
    };

    static readonly string[] MayBeUnsafe = ["Tensors", "Media", "WebRtc", "Tests"];
    static readonly string[] Code = [".cs", ".js", ".cu", ".css", ".html"];
    static readonly string[] Text = [.. Code, ".md", ".csproj", ".props", ".json", ".slnx", ".txt", ""];

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_to_its_neighbours_only(string project)
    {
        var references = Descriptions(project).Descendants("ProjectReference")
            .Select(each => Path.GetFileNameWithoutExtension((string)each.Attribute("Include")!))
            .Where(each => !(each == "Tensors" && Allowed[project].Contains("Models")))
            .Order(StringComparer.Ordinal).ToArray();
        if (Allowed[project] is [Everything]) Assert.DoesNotContain(references, each => each is "Cli" or "Tests");
        else Assert.Equal(Allowed[project].Order(StringComparer.Ordinal), references);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_compiled_project_uses_its_neighbours_only(string project)
    {
        if (Allowed[project] is [Everything]) return;
        string[] allowed = [.. Allowed[project], .. Allowed[project].Contains("Models") ? ["Tensors"] : Array.Empty<string>()];
        Assert.Empty(CompiledReferences(project).Except(allowed));
    }

    [Fact]
    public void Every_project_of_the_solution_has_its_row()
    {
        var projects = XDocument.Load(Checkout.File("TalkingMachines.slnx")).Descendants("Project")
            .Select(each => Path.GetFileNameWithoutExtension((string)each.Attribute("Path")!));
        Assert.Equal(Allowed.Keys.Append("Tests").Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Unsafe_code_stays_in_tensors_and_media()
    {
        var allowing = Checkout.Files(".csproj", ".props")
            .Where(path => XDocument.Load(path).Descendants("AllowUnsafeBlocks").Any(each => each.Value.Trim() == "true"))
            .Select(path => Path.GetFileNameWithoutExtension(path));
        Assert.Empty(allowing.Except(MayBeUnsafe));
    }

    [Fact]
    public void No_file_is_longer_than_400_lines()
    {
        var tooLong = Checkout.Files(Code).Where(path => File.ReadLines(path).Count() > MostLines).Select(Checkout.Relative);
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_name_says_nothing()
    {
        var files = Checkout.Files(Code).Where(path => EmptyWord().IsMatch(Path.GetFileNameWithoutExtension(path))).Select(Checkout.Relative);
        var types = from path in Checkout.Files(".cs")
                    from Match match in TypeName().Matches(File.ReadAllText(path))
                    where EmptyWord().IsMatch(match.Groups[1].Value)
                    select $"{Checkout.Relative(path)}: {match.Groups[1].Value}";
        Assert.Empty(files.Concat(types));
    }

    [Fact]
    public void No_file_names_a_path_of_one_machine()
    {
        var found = from path in Checkout.Files(Text)
                    from line in File.ReadLines(path)
                    where PathOfOneMachine().IsMatch(line)
                    select $"{Checkout.Relative(path)}: {line.Trim()}";
        Assert.Empty(found);
    }

    static XDocument Descriptions(string project) => XDocument.Load(Checkout.File(Checkout.Files(".csproj")
        .Select(Checkout.Relative)
        .Single(path => Path.GetFileNameWithoutExtension(path) == project)));

    /// <summary>Our own assemblies that a compiled one names, without loading it.</summary>
    static IEnumerable<string> CompiledReferences(string project)
    {
        const string ours = "TalkingMachines.";
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{ours}{project}.dll"));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => name.StartsWith(ours, StringComparison.Ordinal))
            .Select(name => name[ours.Length..])];
    }

    [GeneratedRegex(@"(Util(s|ity|ities)?|Helpers?|Common|Manager|Misc)(?![a-z])")]
    private static partial Regex EmptyWord();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+([A-Z]\w*)")]
    private static partial Regex TypeName();

    // Not behind a letter, so that an address on the web is no such path.
    [GeneratedRegex(@"(?<![\w.~}-])/(work|home|root|Users)/\w")]
    private static partial Regex PathOfOneMachine();
}
