using System.Globalization;
using System.Text;
using TalkingMachines.Media;

namespace TalkingMachines.Training;

/// <summary>
/// A table of figures by step, in memory and as CSV: the first column is the step, a figure that a step lacks is empty.
/// Lines are appended; a figure not seen before adds a column and rewrites the file.
/// </summary>
public sealed class StepLog : IDisposable
{
    const long MaxBytes = 256L << 20; // a million steps of twenty figures
    const int MaxColumns = 1000;
    const string StepColumn = "step";

    readonly string path;
    readonly List<string> columns = [StepColumn];
    readonly List<double[]> rows = []; // a row is as long as the columns known when it was written
    StreamWriter? writer;

    StepLog(string path) => this.path = path;

    /// <summary>Figures by name, without the step.</summary>
    public IEnumerable<string> Figures => columns.Skip(1);

    public int Count => rows.Count;

    /// <summary>Opens a table, with the rows it has. A line cut short by a kill is left out.</summary>
    public static StepLog Open(string path)
    {
        var log = new StepLog(path);
        if (File.Exists(path)) log.ReadRows();
        return log;
    }

    void ReadRows()
    {
        long bytes = new FileInfo(path).Length;
        if (bytes > MaxBytes) throw new TrainingException($"{path} has {bytes} bytes, expected at most {MaxBytes}.");
        using var lines = File.ReadLines(path).GetEnumerator();
        if (!lines.MoveNext()) return;
        string[] header = Names(lines.Current);
        if (header[0] != StepColumn || header.Length > MaxColumns || header.Distinct().Count() != header.Length)
            throw new TrainingException($"{path} starts with '{lines.Current[..Math.Min(40, lines.Current.Length)]}', expected the names of columns, first 'step'.");
        columns.AddRange(header.Skip(1));
        while (lines.MoveNext())
            if (ParsedRow(lines.Current) is { } row) rows.Add(row);
    }

    // A name with a comma stands in quotes; a name holds no quote.
    static string[] Names(string header)
    {
        string[] quoted = header.Split('"'); // odd ones are within quotes
        for (int i = 1; i < quoted.Length; i += 2) quoted[i] = quoted[i].Replace(',', '\n');
        return [.. string.Concat(quoted).Split(',').Select(name => name.Replace('\n', ','))];
    }

    static string Quoted(string name) => name.Contains(',', StringComparison.Ordinal) ? $"\"{name}\"" : name;

    double[]? ParsedRow(string line)
    {
        string[] cells = line.Split(',');
        if (cells.Length != columns.Count) return null;
        double[] row = new double[cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            row[i] = double.NaN;
            if (cells[i].Length > 0 && !double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out row[i])) return null;
        }
        return row;
    }

    /// <summary>Drops the rows after a step: a resumed run writes them again.</summary>
    public void KeepThrough(int step)
    {
        rows.RemoveAll(row => !(row[0] <= step));
        Rewrite();
    }

    public void Append(int step, IReadOnlyList<Metric> figures)
    {
        if (figures.Select(figure => figure.Name).Append(StepColumn).Distinct().Count() <= figures.Count)
            throw new ArgumentException($"Two figures of step {step} have the same name, or one is named '{StepColumn}': {string.Join(", ", figures.Select(figure => figure.Name))}.");
        int known = columns.Count;
        foreach (var figure in figures)
            if (!columns.Contains(figure.Name)) columns.Add(Checked(figure.Name));
        double[] row = new double[columns.Count];
        Array.Fill(row, double.NaN);
        row[0] = step;
        foreach (var figure in figures) row[columns.IndexOf(figure.Name)] = figure.Value;
        rows.Add(row);
        if (writer is null || columns.Count > known) Rewrite();
        else
        {
            writer.Write(Line(row));
            writer.Flush();
        }
    }

    string Checked(string name) =>
        name.Length > 0 && name.AsSpan().IndexOfAny("\"\r\n") < 0 && columns.Count < MaxColumns
            ? name
            : throw new ArgumentException($"The figure '{name}' can't be column {columns.Count} of {path}, expected a name without quotes or line breaks.");

    string Line(double[] row)
    {
        var line = new StringBuilder();
        for (int i = 0; i < columns.Count; i++)
        {
            if (i > 0) line.Append(',');
            if (i < row.Length && !double.IsNaN(row[i])) line.Append(CultureInfo.InvariantCulture, $"{row[i]}");
        }
        return line.Append('\n').ToString();
    }

    void Rewrite()
    {
        writer?.Dispose();
        writer = null;
        PendingFile.Write(path, string.Concat(rows.Select(Line).Prepend(string.Join(',', columns.Select(Quoted)) + "\n")));
        writer = new StreamWriter(path, append: true);
    }

    /// <summary>A figure's curve, over the steps that have it.</summary>
    public ChartSeries Curve(string figure)
    {
        int column = columns.IndexOf(figure);
        var points = rows.Where(row => column > 0 && column < row.Length && !double.IsNaN(row[column])).ToList();
        return new ChartSeries(figure, points.ConvertAll(row => row[0]), points.ConvertAll(row => row[column]));
    }

    public void Dispose() => writer?.Dispose();
}
