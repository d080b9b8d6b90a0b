using System.Diagnostics;

namespace TalkingMachines.Tests.Cli;

/// <summary>What a run of the program left behind.</summary>
internal sealed record Outcome(int Code, string Output, string Errors)
{
    /// <summary>Lines on standard error.</summary>
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The built program, run as a process as a user does.</summary>
internal static class BuiltProgram
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<Outcome> Run(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        return await Finish(process);
    }

    static string Host => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    public static Process Start(string folder, params string[] arguments) => StartWith([], folder, arguments);

    /// <summary>The same with variables of the environment, each as NAME=VALUE.</summary>
    // By way of env: a test run started in the background of a script inherits an ignored Ctrl-C, a user's program doesn't.
    public static Process StartWith(string[] variables, string folder, params string[] arguments) => Process.Start(new ProcessStartInfo(
        "env", ["--default-signal=INT", .. variables, Host, Path.Combine(AppContext.BaseDirectory, "talkingmachines.dll"), .. arguments])
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    public static async Task<Outcome> Finish(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Outcome(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.FileName} had not ended after {Patience.TotalSeconds} s.");
        }
    }
}
