using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Spectre.Console;
using TalkingMachines.Bench;

namespace TalkingMachines.Cli;

/// <summary>Says what this machine has and lacks: processor, memory, outside parts, shipped models.</summary>
internal sealed class DoctorVerb() : Verb("doctor", "Show what this machine has and lacks, and how to get it.", "doctor")
{
    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        terminal.Tables.Write(Machine());
        terminal.Tables.Write(Parts(out string[] missing));
        terminal.Tables.Write(Models(ShippedModels.Find()));
        if (missing.Length > 0) terminal.Result($"To install what is missing: apt-get install {string.Join(' ', missing)}");
        return Task.CompletedTask;
    }

    static Table Machine()
    {
        var table = Titled("Machine", "", "");
        double gibibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        Row(table, "system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        Row(table, "processor", $"{BenchMachine.ProcessorName()}, {Environment.ProcessorCount} cores for this process");
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

    static Table Titled(string title, params string[] columns)
    {
        var table = new Table().RoundedBorder().Title($"[bold]{title}[/]");
        foreach (string column in columns) table.AddColumn(column);
        return columns.All(column => column.Length == 0) ? table.HideHeaders() : table;
    }

    static void Row(Table table, params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);

    /// <summary>Width of <see cref="Vector{T}"/>, or 512 where the processor has it: Vector itself stops at 256.</summary>
    static int HardwareBits() => Vector512.IsHardwareAccelerated ? 512 : Vector.IsHardwareAccelerated ? 8 * Vector<byte>.Count : 0;
}
