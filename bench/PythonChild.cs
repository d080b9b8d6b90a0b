using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace TalkingMachines.Bench;

/// <summary>PyTorch as a child process: a line of JSON in, a line of answer out.</summary>
public sealed class PythonChild : IDisposable
{
    readonly Process child;

    /// <summary>The first Python that knows torch: of the path, or Debian's own; null if there is none.</summary>
    public static string? WithTorch() => new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(KnowsTorch);

    static bool KnowsTorch(string python)
    {
        try
        {
            using var trial = Process.Start(new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardOutput = true, RedirectStandardError = true });
            _ = trial?.StandardError.ReadToEnd();
            trial?.WaitForExit();
            return trial?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false; // no such program
        }
    }

    /// <param name="script">A script beside this assembly, whose first argument is the number of threads.</param>
    internal PythonChild(string python, string script, int threads, params ReadOnlySpan<string> arguments)
    {
        string count = threads.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, script), count, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OPENBLAS_THREAD_TIMEOUT"] = "20"; // 2^20 clock ticks: as a rule its threads spin on for 2^26, into our rounds
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = count; // torch.set_num_threads doesn't reach a BLAS with threads of its own
        child = Process.Start(start) ?? throw new InvalidOperationException($"{python} did not start.");
    }

    /// <summary>Sends a line and returns the answer as seconds.</summary>
    internal double Seconds(string order, string about)
    {
        try
        {
            child.StandardInput.WriteLine(order);
        }
        catch (IOException)
        {
            // it has ended: so does its output
        }
        return double.Parse(Answer(about), CultureInfo.InvariantCulture);
    }

    internal string Answer(string about) => child.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"PyTorch's side ended before it gave {about}; its complaint stands above.");

    public void Dispose()
    {
        try
        {
            child.StandardInput.Close();
        }
        catch (IOException)
        {
            // an order was left unread
        }
        child.WaitForExit();
        child.Dispose();
    }
}
