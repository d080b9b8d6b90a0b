using System.CommandLine;
using TalkingMachines.Cli.Verify;

namespace TalkingMachines.Cli;

/// <summary>Replays golden cases, stored activations of published models, in our networks and compares number for number.</summary>
internal sealed class VerifyVerb : Verb
{
    readonly Argument<string> folder = new("FOLDER") { Description = "Folder with NAME.io.safetensors and weights beside them" };
    readonly Argument<string[]> names = new("NAME") { Description = "Cases to replay [default: all]", Arity = ArgumentArity.ZeroOrMore };
    readonly Option<string> device = DeviceOption();

    public VerifyVerb() : base("verify", "Compare our networks with stored numbers of the published ones.", "verify tests/Golden", "verify tests/Golden wan_vae_tiny t5_tiny")
    {
        Add(folder);
        Add(names);
        Add(device);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        var golden = new GoldenFolder(values.GetRequiredValue(folder));
        using var computer = OpenDevice(values.GetRequiredValue(device));
        string[] wanted = values.GetValue(names) is { Length: > 0 } some ? some : [.. golden.Names];
        int all = 0, missed = 0;
        terminal.Result(GoldenRow.Head);
        foreach (string name in wanted.Distinct())
        {
            stop.ThrowIfCancellationRequested();
            foreach (var row in GoldenReplay.Run(golden, name, computer))
            {
                terminal.Result(row.ToString());
                all++;
                if (!row.Holds) missed++;
            }
        }
        if (missed > 0) throw new VerbException($"{missed} of {all} tensors miss {GoldenRow.Tolerance:0e+00} of the largest value, or could not be compared.");
        terminal.Result($"All {all} tensors hold.");
        return Task.CompletedTask;
    }
}
