using System.Runtime.Versioning;
using TalkingMachines.Bench;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.Serving;
using Xunit;

namespace TalkingMachines.Tests.Bench;

/// <summary>The comparison with PyTorch: against the real one where there is one, and against rivals that lie, die or answer.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ModelBenchTests(TinySession tiny) : IClassFixture<TinySession>, IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    ModelComparison Run(string python)
    {
        using var bench = new ModelBench(tiny.Model, null, 1);
        return bench.Run(python, 2, null, CancellationToken.None);
    }

    /// <summary>A program in Python's place that says this first and then answers every line with a millisecond.</summary>
    string Rival(string greeting)
    {
        string path = folder.File("rival");
        File.WriteAllText(path, $"#!/bin/sh\n{greeting}\nwhile read -r line; do echo 0.001; done\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    static string Says(string latents, string frames) => $$"""echo '{"version":"rival","latents":{{latents}},"frames":{{frames}}}'""";

    [TorchFact]
    public void The_same_network_in_PyTorch_says_the_same()
    {
        var comparison = Run(PythonChild.WithTorch()!);
        Assert.True(comparison.Agrees, $"{comparison}");
        Assert.Equal(["diffusion", "decoder"], comparison.Parts.Select(part => part.Part));
        Assert.All(comparison.Parts, part => Assert.True(part is { BestMilliseconds: > 0, PyTorchBestMilliseconds: > 0 }, $"{part}"));
    }

    [Fact]
    public void A_rival_that_agrees_is_timed()
    {
        var comparison = Run(Rival(Says("1e-4", "1e-3")));
        Assert.Equal(("rival", 1), (comparison.PyTorch, comparison.Threads));
        Assert.All(comparison.Parts, part => Assert.Equal(1, part.PyTorchBestMilliseconds, 1e-9));
        Assert.All(comparison.Parts, part => Assert.Equal(1 / part.BestMilliseconds, part.TimesPyTorch, 1e-9));
    }

    [Theory]
    [InlineData("0.01", "0", "PyTorch's latents differ from ours by 1.0e-2 and its frames by 0.0e0, expected 2.0e-3 at most.")]
    [InlineData("0", "0.5", "PyTorch's latents differ from ours by 0.0e0 and its frames by 5.0e-1, expected 2.0e-3 at most.")]
    public void One_that_says_something_else_is_no_rival(string latents, string frames, string expected) =>
        Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => Run(Rival(Says(latents, frames)))).Message);

    [Fact]
    public void One_that_dies_is_told()
    {
        Assert.Contains("PyTorch's side ended before it gave its outputs", Assert.Throws<InvalidOperationException>(() => Run(Rival("exit 1"))).Message, StringComparison.Ordinal);
        Assert.Contains("PyTorch's side ended before it gave diffusion", Assert.Throws<InvalidOperationException>(() => Run(Rival($"{Says("0", "0")}; exit 1"))).Message, StringComparison.Ordinal);
    }
}

/// <summary>A test that asks a Python with torch; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TorchFactAttribute : FactAttribute
{
    static readonly Lazy<bool> isThere = new(() => PythonChild.WithTorch() is not null);

    public TorchFactAttribute()
    {
        if (!isThere.Value) Skip = "no python3 with torch is installed";
    }
}
