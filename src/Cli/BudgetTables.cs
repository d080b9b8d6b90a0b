using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using TalkingMachines.Models.Wan;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli;

/// <summary>Shows what a video by a model will take: parts, memory, work, and whether it fits here.</summary>
internal static class BudgetTables
{
    const double Gibi = 1L << 30;

    /// <summary>Sustained bf16 of an H100: 60 % of the 790 TFLOP/s that products alone reach (FACTS 8). An estimate.</summary>
    const double GpuSpeed = 0.6 * 790e12;

    /// <summary>Memory that this process may use, in bytes.</summary>
    public static long MachineBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public static void Show(Budget budget, Terminal terminal)
    {
        terminal.Tables.Write(Parts(budget));
        terminal.Tables.Write(Memory(budget));
        double speed = ProcessorSpeed();
        terminal.Tables.Write(Work(budget, speed));
        terminal.Result(Fits(budget));
    }

    static Table Parts(Budget budget)
    {
        var table = Titled("Parts, of which none was loaded", "network", "parameters", "on disk", "file");
        foreach (var part in budget.Parts) table.AddRow(Escaped(part.Name, Millions(part.Parameters), Size(part.Stored), part.File));
        return table;
    }

    static Table Memory(Budget budget)
    {
        var table = Titled($"Memory for {budget.Video}", "", "device", "f32", "bf16");
        foreach (var row in budget.Memory) table.AddRow(Escaped(row.Name, Device(row.OnDecoder), Size(4 * row.Values), Size(2 * row.Values)));
        if (budget.Encoders > 0) table.AddRow(Escaped("largest encoder, gone before the rest comes", Device(false), Size(4 * budget.Encoders), Size(2 * budget.Encoders)));
        foreach (bool onDecoder in (ReadOnlySpan<bool>)[false, true])
            table.AddRow(Escaped("at most", Device(onDecoder), Size(4 * budget.Values(onDecoder)), Size(2 * budget.Values(onDecoder))));
        table.AddRow(Escaped("at most, one device for both", "", Size(4 * budget.AllValues), Size(2 * budget.AllValues)));
        return table;
    }

    static Table Work(Budget budget, double speed)
    {
        var table = Titled("Work", "", "GFLOP", "times", "this processor", "an H100 (estimate)");
        void Row(string name, double once, double times, double total) => table.AddRow(Escaped(
            name, Number(once / 1e9), times > 0 ? Number(times) : "", Time(total / speed), Time(total / GpuSpeed)));
        foreach (var row in budget.Work) Row(row.Name, row.Operations, row.Times, row.Total);
        Row($"all, for {Number(budget.Seconds)} s of video", budget.Operations, 0, budget.Operations);
        return table;
    }

    /// <summary>Whether all of it fits into this machine at f32.</summary>
    public static bool IsFitting(Budget budget) => 4 * budget.AllValues <= MachineBytes;

    /// <summary>Whether it fits if the transformer's and the encoders' matrices stay in their files.</summary>
    public static bool IsFittingBesideFiles(Budget budget) => 4 * budget.ValuesBesideFiles <= MachineBytes;

    /// <summary>One line: whether the model fits this machine in f32, as it runs today.</summary>
    public static string Fits(Budget budget)
    {
        string needs = $"At f32, as it runs today, this takes {Size(4 * budget.AllValues)} of memory; this machine has {Size(MachineBytes)}: ";
        if (IsFitting(budget)) return needs + "it fits.";
        string beside = Size(4 * budget.ValuesBesideFiles);
        return needs + (IsFittingBesideFiles(budget)
            ? $"it fits if weights stay in their files and are widened at each use ({beside} beside them), which generate does by itself."
            : $"it does not fit, not even with weights left in their files ({beside} beside them).");
    }

    /// <summary>Operations a second of a matrix product on all cores, measured for a third of a second.</summary>
    static double ProcessorSpeed()
    {
        const int Rows = 512, Width = 1024;
        using var device = Tensors.Device.Cpu();
        using var scope = Tensor.Scope();
        var (x, weight) = (Tensor.Zeros(device, [Rows, Width]), Tensor.Zeros(device, [Width, Width]));
        double best = 0;
        for (var total = Stopwatch.StartNew(); total.ElapsedMilliseconds < 300;)
        {
            using var inner = Tensor.Scope();
            var watch = Stopwatch.StartNew();
            x.Linear(weight, null);
            best = Math.Max(best, 2.0 * Rows * Width * Width / watch.Elapsed.TotalSeconds);
        }
        return best;
    }

    static Table Titled(string title, params string[] columns)
    {
        var table = new Table().RoundedBorder().Title($"[bold]{Markup.Escape(title)}[/]");
        foreach (string column in columns) table.AddColumn(Markup.Escape(column));
        return table;
    }

    static string[] Escaped(params string[] cells) => [.. cells.Select(Markup.Escape)];

    static string Device(bool onDecoder) => onDecoder ? "decoder" : "diffusion";

    static string Millions(long count) => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:#,0.0##} M");

    static string Number(double value) => value.ToString(value < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture);

    static string Size(long bytes) => bytes < Gibi / 10 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (Gibi / 1024):0.0} MiB") : string.Create(CultureInfo.InvariantCulture, $"{bytes / Gibi:0.0} GiB");

    static string Time(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{1000 * seconds:0.#} ms"),
        < 600 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        < 36_000 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
    };
}
