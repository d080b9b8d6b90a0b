using System.Text.Json;

namespace TalkingMachines.Bench;

/// <summary>PyTorch's kernels: a line {"kind", "sizes", "seconds"} in, a line with the seconds of one call out.</summary>
sealed class PyTorchKernels : IDisposable
{
    readonly PythonChild child;

    public PyTorchKernels(string python, int threads)
    {
        child = new PythonChild(python, "pytorch_kernels.py", threads);
        Version = child.Answer("its version");
    }

    public string Version { get; }

    /// <summary>Seconds of one call, averaged over a round. The first round of a kernel comes after its warming up.</summary>
    public double Time(KernelCase kernel, TimeSpan round) =>
        child.Seconds(JsonSerializer.Serialize(new { kind = kernel.Kind, sizes = kernel.Sizes, seconds = round.TotalSeconds }), kernel.Name);

    public void Dispose() => child.Dispose();
}
