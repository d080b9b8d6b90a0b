using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;

namespace TalkingMachines.Cli;

/// <summary>
/// The command line. Exit codes: 0 success, 1 failure, 2 a command line that makes no sense, 130 stopped by Ctrl-C,
/// 143 stopped by a termination signal.
/// </summary>
public static class Program
{
    const int BadCommandLine = 2, SignalBase = 128, InterruptSignal = 2, TerminateSignal = 15;

    /// <summary>Every verb, in the order of the help. A new verb is a line here and a file beside.</summary>
    static readonly Verb[] Verbs =
    [
        new CallVerb(),
        new GenerateVerb(),
        new CharacterVerb(),
        new TrainVerb(),
        new EvaluateVerb(),
        new VerifyVerb(),
        new BenchVerb(new BenchKernelsVerb()),
        new DoctorVerb(),
    ];

    public static async Task<int> Main(string[] arguments)
    {
        var terminal = Terminal.OfProcess();
        var parsed = Root().Parse(arguments.Length == 0 ? ["call"] : arguments, WordForWord);
        if (parsed.Errors.Count > 0)
        {
            terminal.Error(Complaint(parsed));
            return BadCommandLine;
        }

        int signal = 0;
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, InterruptSignal));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, TerminateSignal));
        try
        {
            return await parsed.InvokeAsync(Quiet, stop.Token);
        }
        // A child such as ffmpeg gets Ctrl-C too, so its failure after a signal is no news.
        catch (Exception) when (signal != 0)
        {
            terminal.Note("stopped.");
            return SignalBase + signal;
        }
        catch (Exception failure)
        {
            terminal.Error(failure, parsed.GetValue(Verb.Verbose));
            return 1;
        }

        void Stop(PosixSignalContext context, int number)
        {
            // The second signal ends the process at once.
            context.Cancel = signal == 0;
            signal = number;
            stop.Cancel();
        }
    }

    /// <summary>The first thing wrong with a command line; a word that is not known explains more than what is missing without it.</summary>
    static string Complaint(ParseResult parsed)
    {
        string message = parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is not known here." : parsed.Errors[0].Message;
        return $"{message} See ./run{PathOf(parsed.CommandResult)} --help.";
    }

    /// <summary>Verb and verb below it, each after a space.</summary>
    static string PathOf(CommandResult result) =>
        result.Command is Verb verb ? $"{(result.Parent is CommandResult above ? PathOf(above) : "")} {verb.Name}" : "";

    // "@Ada, hello" is something to say, not the name of a file of options.
    static ParserConfiguration WordForWord => new() { ResponseFileTokenReplacer = null };

    static InvocationConfiguration Quiet => new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    static Command Root()
    {
        var help = new HelpOption();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, Verbs);
        var root = new Command("./run", "A picture and a voice become live video of that character talking.")
        {
            help, new VersionOption(), Verb.Verbose,
        };
        foreach (var verb in Verbs) root.Add(verb);
        return root;
    }
}
