using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TalkingMachines.Cli;

/// <summary>The usual help, then examples that can be pasted: a verb's own, or the first of each verb.</summary>
internal sealed class HelpWithExamples(HelpAction help, IReadOnlyList<Verb> verbs) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        var examples = parseResult.CommandResult.Command is Verb verb ? verb.Examples : verbs.Select(each => each.Examples[0]);
        foreach (string example in examples) output.WriteLine($"  ./run {example}");
        return code;
    }
}
