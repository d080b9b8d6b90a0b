using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TalkingMachines.Bench;

/// <summary>PyTorch as a child process: a line {"kind", "sizes", "seconds"} in, a line with the seconds of one call out.</summary>
public sealed class PyTorchKernels : IDisposable
{
    const string Script = "pytorch_kernels.py";
    readonly Process child;

    /// <summary>The first Python that knows torch: of the path, or Debian's own; null if there is none.</summary>
    public static string? FindPython() => new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(KnowsTorch);

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

    internal PyTorchKernels(string python, int threads)
    {
        string script = Path.Combine(AppContext.BaseDirectory, Script);
        string count = threads.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(python, [script, count]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["OPENBLAS_THREAD_TIMEOUT"] = "20"; // 2^20 clock ticks: as a rule its threads spin on for 2^26, into our rounds
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = count; // torch.set_num_threads doesn't reach a BLAS with threads of its own
        child = Process.Start(start) ?? throw new InvalidOperationException($"{python} did not start.");
        Version = Answer("its version");
    }

    internal string Version { get; }

    /// <summary>Seconds of one call, averaged over a round. The first round of a kernel comes after its warming up.</summary>
    internal double Time(KernelCase kernel, TimeSpan round)
    {
        child.StandardInput.WriteLine(JsonSerializer.Serialize(new { kind = kernel.Kind, sizes = kernel.Sizes, seconds = round.TotalSeconds }));
        return double.Parse(Answer(kernel.Name), CultureInfo.InvariantCulture);
    }

    string Answer(string about) => child.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"PyTorch's side ended before it gave {about}; its complaint stands above.");

    public void Dispose()
    {
        child.StandardInput.Close();
        child.WaitForExit();
        child.Dispose();
    }
}
