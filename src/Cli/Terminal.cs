using Spectre.Console;
using TalkingMachines.Media;
using TalkingMachines.Serving;
using TalkingMachines.Serving.Web;
using TalkingMachines.Tensors;
using TalkingMachines.Training;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Cli;

/// <summary>Where a verb speaks: results go to standard output; notes, progress and errors to standard error.</summary>
/// <param name="results">Standard output.</param>
/// <param name="notes">Standard error.</param>
/// <param name="isPlain">True where standard output is no terminal: no colours.</param>
/// <param name="isLive">True where standard error is a terminal, so that a line can be drawn anew.</param>
internal sealed class Terminal(TextWriter results, TextWriter notes, bool isPlain, bool isLive)
{
    /// <summary>That of this process.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>One line of result.</summary>
    public void Result(string line) => results.WriteLine(line);

    /// <summary>Tables of result.</summary>
    public IAnsiConsole Tables { get; } = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        Out = new AnsiConsoleOutput(results),
    });

    /// <summary>One line beside the result.</summary>
    public void Note(string line) => notes.WriteLine(OneLine(line));

    /// <summary>What went wrong, in one line.</summary>
    public void Error(string message) => notes.WriteLine($"error: {OneLine(message)}");

    /// <summary>What went wrong: a message written for the user as it is, a surprise with its type; the trace if asked for.</summary>
    public void Error(Exception failure, bool verbose)
    {
        if (verbose) notes.WriteLine(failure);
        Error(IsForTheUser(failure) ? failure.Message : $"{failure.Message} ({failure.GetType().Name}; --verbose shows where)");
    }

    /// <summary>A bar with the time left, or now and then a plain line where standard error is no terminal.</summary>
    /// <param name="task">What is done, such as "drawing".</param>
    /// <param name="total">Steps until the end; null where nobody knows.</param>
    /// <param name="done">Steps that an earlier run did.</param>
    public ProgressBar Progress(string task, long? total, long done = 0) => new(notes, isLive, TimeProvider.System, task, total, done);

    static bool IsForTheUser(Exception failure) =>
        failure is VerbException or MediaException or TrainingException or WeightFileException or WebServerException or WebRtcException or AssistantException
            or IOException or UnauthorizedAccessException;

    static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
