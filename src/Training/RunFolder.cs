using TalkingMachines.Media;

namespace TalkingMachines.Training;

/// <summary>
/// Everything a run leaves behind: log.csv, validation.csv and their curves, samples, checkpoints and at the end
/// weights.safetensors. One process at a time may use it.
/// </summary>
public sealed class RunFolder : IDisposable
{
    // Columns of log.csv that are no parts of the loss.
    internal const string GradientColumn = "gradient", MuonColumn = "muon_rate", AdamColumn = "adam_rate", SecondsColumn = "seconds";

    /// <summary>The trained weights of a run, in its folder.</summary>
    public const string WeightsFile = "weights.safetensors";

    const string LockName = "run.lock";

    readonly FileStream held;

    RunFolder(string path, string? shipped, FileStream held)
    {
        (Path, Shipped) = (path, shipped);
        this.held = held;
        foreach (string part in Directory.EnumerateFiles(path, "*.part")) File.Delete(part); // of a killed process
        Directory.CreateDirectory(System.IO.Path.Combine(path, "samples"));
        Log = StepLog.Open(System.IO.Path.Combine(path, "log.csv"));
        Validation = StepLog.Open(System.IO.Path.Combine(path, "validation.csv"));
    }

    public string Path { get; }

    /// <summary>Folder of shipped models, whose weights stand in for those of runs that are not there; null: none do.</summary>
    public string? Shipped { get; }

    /// <summary>Loss, its parts, gradient norm, rates and seconds of each step.</summary>
    public StepLog Log { get; }

    /// <summary>Figures of each validation.</summary>
    public StepLog Validation { get; }

    /// <summary>Where the trained weights go.</summary>
    public string Weights => System.IO.Path.Combine(Path, WeightsFile);

    /// <summary>Where a recipe's run lives unless told otherwise.</summary>
    public static string DefaultPath(Recipe recipe) => System.IO.Path.Combine("runs", recipe.Name);

    /// <summary>Makes or opens a folder and locks it.</summary>
    /// <param name="shipped">Folder of shipped models.</param>
    public static RunFolder Open(string path, string? shipped = null)
    {
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path);
            held = Locked(path);
            return new RunFolder(path, shipped, held);
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (e is IOException or UnauthorizedAccessException) throw new TrainingException($"{path} can't be used as a run's folder: {e.Message}", e);
            throw;
        }
    }

    // The system frees the lock with the process, however it ends; the empty file stays.
    static FileStream Locked(string path)
    {
        string file = System.IO.Path.Combine(path, LockName);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(file))
        {
            throw new TrainingException($"{path} is in use by another run: wait for it, or name another folder.", e);
        }
    }

    /// <summary>The path of a picture or other file that a validation writes: samples/NAME-STEP.EXTENSION, steps in order of name.</summary>
    public string Sample(string name, int step, string extension = "png") =>
        System.IO.Path.Combine(Path, "samples", FormattableString.Invariant($"{name}-{step:D6}.{extension}"));

    /// <summary>Writes loss.svg and validation.svg anew.</summary>
    public void DrawCurves(string title)
    {
        var parts = Log.Figures.Except([GradientColumn, MuonColumn, AdamColumn, SecondsColumn]);
        Draw("loss.svg", $"{title}: loss", "loss", parts.Select(Log.Curve));
        Draw("validation.svg", $"{title}: validation", "figure", Validation.Figures.Select(Validation.Curve));
    }

    void Draw(string name, string title, string figure, IEnumerable<ChartSeries> curves)
    {
        var series = curves.Where(c => c.Y.Count > 0).ToList();
        if (series.Count == 0) return;
        bool positive = series.TrueForAll(c => c.Y.All(y => y > 0));
        var chart = new Chart { Title = title, XLabel = "step", YLabel = figure, LogY = positive, Series = series };
        PendingFile.Write(System.IO.Path.Combine(Path, name), chart.ToSvg());
    }

    public void Dispose()
    {
        Log.Dispose();
        Validation.Dispose();
        held.Dispose();
    }
}
