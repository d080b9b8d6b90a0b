using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Spectre.Console;
using TalkingMachines.Bench;
using TalkingMachines.Models;
using TalkingMachines.Models.Wan;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>Says what this machine has and lacks: processor, memory, outside parts, shipped models, and which setting holds real time.</summary>
internal sealed class DoctorVerb : Verb
{
    const double UsualSeconds = 5; // about a clip of 81 frames

    readonly Option<string> model = Text("--model", "DIR", "Instead: memory and time that a video by this model takes, before any of it is loaded");
    readonly Option<string> size = Text("--size", "WxH", "For a video of this area; of public checkpoints [default: the model's own]");
    readonly Option<int> frames = Number("--frames", "For a video of so many frames [default: about five seconds]", 1, 1 << 24);

    public DoctorVerb() : base(
        "doctor",
        "Show what this machine has and lacks, and how to get it; or what a model takes.",
        "doctor --model Wan2.1-I2V-14B-480P --size 832x480",
        "doctor")
    {
        foreach (var option in new Option[] { model, size, frames }) Add(option);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        if (values.GetValue(model) is { } folder)
        {
            BudgetTables.Show(BudgetOf(folder, values), terminal);
            return Task.CompletedTask;
        }
        RefuseLost(values, "without --model", size, frames);
        terminal.Tables.Write(Machine());
        terminal.Tables.Write(Parts(out string[] missing));
        var models = ShippedModels.Find();
        terminal.Tables.Write(Shipped(models));
        if (models.Count > 0) Speed(terminal, [.. models.Select(model => (model, PlacementSpeed.Measure(model.Folder)))]);
        if (missing.Length > 0) terminal.Result($"To install what is missing: apt-get install {string.Join(' ', missing)}");
        return Task.CompletedTask;
    }

    Budget BudgetOf(string path, ParseResult values)
    {
        if (!Directory.Exists(path)) throw new VerbException($"There is no model folder {path}.");
        int? count = values.GetResult(frames) is null ? null : values.GetValue(frames);
        if (!WanFolder.IsOne(path))
        {
            RefuseLost(values, $"to {path}, which is not of the Wan family", size);
            double rate = Avatar.ReadConfig(Path.Combine(path, Avatar.ConfigFile)).FramesPerSecond;
            return AvatarBudget.Of(path, count is { } n ? n / rate : UsualSeconds);
        }
        using var folder = WanFolder.Open(path);
        using var device = OpenDevice("cpu");
        var sampling = values.GetValue(size) is { } text ? WanFilming.WithSize(folder.Sampling, text) : folder.Sampling;
        return WanBudget.Of(folder, sampling, WanGeneration.SizeOf(sampling, null), count ?? sampling.Frames, device);
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

    static Table Shipped(IReadOnlyList<ShippedModel> models)
    {
        var table = Titled("Models", "model", "pictures", "size", "folder");
        foreach (var model in models)
            Row(table, model.Name, $"{model.Config.Picture} x {model.Config.Picture}",
                model.Config.WeightsOf is { } other ? $"weights of {other}" : string.Create(CultureInfo.InvariantCulture, $"{model.Bytes / 1e6:0.0} MB"), model.Folder);
        if (models.Count == 0) Row(table, "none", "", "", "a complete checkout has models/mini");
        return table;
    }

    static void Speed(Terminal terminal, IReadOnlyList<(ShippedModel Model, IReadOnlyList<PlacementSpeed> Speeds)> measured)
    {
        var table = Titled("Speed of the shipped models", "model", "--device", "a chunk takes", "real time", "calls at once");
        foreach (var (model, each) in measured.SelectMany(one => one.Speeds.Select(speed => (one.Model, speed))))
            Row(table, model.Name, each.Device, string.Create(CultureInfo.InvariantCulture, $"{each.Chunk.TotalMilliseconds:0} ms"),
                string.Create(CultureInfo.InvariantCulture, $"{each.RealTime.TotalMilliseconds:0} ms"), each.HoldsRealTime ? $"{each.Calls}" : "too slow");
        terminal.Tables.Write(table);
        var (best, speeds) = measured.OrderByDescending(one => one.Model.Config.Picture).FirstOrDefault(one => one.Speeds[0].HoldsRealTime);
        terminal.Result(best is null
            ? "This machine is too slow, or too busy now, for the model in real time; ./run generate makes videos all the same."
            : $"Best here: ./run call{(best.Name == ShippedModels.Default ? "" : $" --model models/{best.Name}")} --device {speeds[0].Device}");
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
