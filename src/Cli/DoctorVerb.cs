using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Spectre.Console;

namespace TalkingMachines.Cli;

/// <summary>Says what this machine has and lacks: processor, memory, outside parts, shipped models, and which setting holds real time.</summary>
internal sealed class DoctorVerb() : Verb("doctor", "Show what this machine has and lacks, and how to get it.", "doctor")
{
    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        terminal.Tables.Write(Machine());
        terminal.Tables.Write(Parts(out string[] missing));
        terminal.Tables.Write(Models(ShippedModels.Find()));
        if (ShippedModels.Find() is [var shipped, ..]) Speed(terminal, PlacementSpeed.Measure(shipped.Folder));
        if (missing.Length > 0) terminal.Result($"To install what is missing: apt-get install {string.Join(' ', missing)}");
        return Task.CompletedTask;
    }

    static Table Machine()
    {
        var table = Titled("Machine", "", "");
        double gibibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        Row(table, "system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        Row(table, "processor", $"{ProcessorName()}, {Environment.ProcessorCount} cores for this process");
        Row(table, "SIMD", $"hardware width {HardwareBits()} bits; 512-bit code {(Vector512.IsHardwareAccelerated ? "as such" : "in halves")}");
        Row(table, "memory", string.Create(CultureInfo.InvariantCulture, $"{gibibytes:0.0} GiB"));
        Row(table, "CUDA driver", OutsidePart.Library("libcuda.so.1") is not null ? "found" : "none: everything runs on the processor");
        return table;
    }

    static Table Parts(out string[] missing)
    {
        var table = Titled("Outside parts", "part", "found", "for");
        var parts = OutsidePart.All.Select(part => (Part: part, Place: part.Find())).ToArray();
        foreach (var (part, place) in parts) Row(table, part.Name, place ?? "missing", part.Purpose);
        missing = [.. parts.Where(each => each.Place is null).Select(each => each.Part.Package).Distinct()];
        return table;
    }

    static Table Models(IReadOnlyList<ShippedModel> models)
    {
        var table = Titled("Models", "model", "size", "folder");
        foreach (var model in models)
            Row(table, model.Name, string.Create(CultureInfo.InvariantCulture, $"{model.Bytes / 1e6:0.0} MB"), model.Folder);
        if (models.Count == 0) Row(table, "none", "", "a complete checkout has models/mini");
        return table;
    }

    static void Speed(Terminal terminal, IReadOnlyList<PlacementSpeed> speeds)
    {
        var table = Titled("Speed of the shipped model", "--device", "a chunk takes", "real time", "calls at once");
        foreach (var each in speeds)
            Row(table, each.Device, string.Create(CultureInfo.InvariantCulture, $"{each.Chunk.TotalMilliseconds:0} ms"),
                string.Create(CultureInfo.InvariantCulture, $"{each.RealTime.TotalMilliseconds:0} ms"), each.HoldsRealTime ? $"{each.Calls}" : "too slow");
        terminal.Tables.Write(table);
        terminal.Result(speeds[0].HoldsRealTime
            ? $"Fastest here: ./run call --device {speeds[0].Device}"
            : "This machine is too slow, or too busy now, for the model in real time; ./run generate makes videos all the same.");
    }

    static Table Titled(string title, params string[] columns)
    {
        var table = new Table().RoundedBorder().Title($"[bold]{title}[/]");
        foreach (string column in columns) table.AddColumn(column);
        return columns.All(column => column.Length == 0) ? table.HideHeaders() : table;
    }

    static void Row(Table table, params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);

    /// <summary>Width of <see cref="Vector{T}"/>, or 512 where the processor has it: Vector itself stops at 256.</summary>
    static int HardwareBits() => Vector512.IsHardwareAccelerated ? 512 : Vector.IsHardwareAccelerated ? 8 * Vector<byte>.Count : 0;

    internal static string ProcessorName()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(each => each.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }
}
