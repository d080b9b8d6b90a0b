using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli;

/// <summary>
/// One command of the program, in a file of its own: options as fields, added in the constructor, and <see cref="RunAsync"/>.
/// Failing means throwing; whatever is thrown becomes one line and exit code 1.
/// </summary>
internal abstract class Verb : Command
{
    static readonly JsonSerializerOptions Readable = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // goes to a terminal or a file, never into a page
    };

    /// <summary>Shows where an error came from.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Show the trace of an error", Recursive = true };

    /// <param name="examples">Command lines without the leading ./run, most useful first; at least one.</param>
    protected Verb(string name, string description, params string[] examples) : base(name, description)
    {
        Examples = examples;
        SetAction((values, stop) => RunAsync(values, Terminal.OfProcess(), stop));
    }

    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does the work. A verb that only computes ends with <c>return Task.CompletedTask</c>.</summary>
    protected abstract Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop);

    /// <summary>An option that takes a whole number within bounds, with a default.</summary>
    protected static Option<T> Number<T>(string name, string description, T usual, T least, T most)
        where T : struct, IBinaryInteger<T>
    {
        var option = Number(name, description, least, most);
        option.DefaultValueFactory = _ => usual;
        return option;
    }

    /// <summary>An option that takes a whole number within bounds.</summary>
    protected static Option<T> Number<T>(string name, string description, T least, T most) where T : struct, IBinaryInteger<T> =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
                    return value;
                result.AddError($"{name} is '{text}', expected a whole number from {least} to {most}.");
                return default;
            },
        };

    /// <summary>The option that says what computes.</summary>
    protected static Option<string> DeviceOption() =>
        new("--device") { Description = "cpu, or some of its cores such as cpu:0-1", HelpName = "DEVICE", DefaultValueFactory = _ => "cpu" };

    /// <summary>Opens what <see cref="DeviceOption"/> named.</summary>
    protected static Device OpenDevice(string name)
    {
        try
        {
            return Device.Parse(name);
        }
        catch (ArgumentException unknown)
        {
            throw new VerbException(unknown.Message);
        }
    }

    /// <summary>An option that takes text, such as a path.</summary>
    protected static Option<string> Text(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    protected static Option<bool> JsonOption() => new("--json") { Description = "Print the figures as JSON" };

    protected static string Json<T>(T figures) => JsonSerializer.Serialize(figures, Readable);

    /// <summary>Refuses options that were given and would be ignored.</summary>
    /// <param name="where">With or without what they mean nothing, such as "to --table1".</param>
    protected static void RefuseLost(ParseResult values, string where, params ReadOnlySpan<Option> options)
    {
        foreach (var option in options)
            if (values.GetResult(option) is { Implicit: false })
                throw new VerbException($"{option.Name} would be lost: it says nothing {where}.");
    }
}
