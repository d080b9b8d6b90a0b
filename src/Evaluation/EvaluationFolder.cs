using System.Globalization;
using TalkingMachines.Media;

namespace TalkingMachines.Evaluation;

/// <summary>Where an evaluation leaves its report and the pictures to look at.</summary>
public sealed class EvaluationFolder
{
    const int Columns = 8, CellSide = 160;

    readonly List<string> sheets = [];

    public EvaluationFolder(string path)
    {
        Directory.CreateDirectory(path);
        Path = path;
    }

    public string Path { get; }

    /// <summary>Writes report.json, report.txt, the plots and report.html, which shows them and the sheets of this evaluation; each whole or not at all.</summary>
    public void Write(EvaluationReport report)
    {
        WriteWhole("report.json", report.ToJson());
        WriteWhole("report.txt", report.ToText());
        foreach (var (file, svg) in EvaluationPlots.Of(report)) WriteWhole(file, svg);
        WriteWhole("report.html", EvaluationPage.Of(report, sheets));
    }

    /// <summary>Writes a text.</summary>
    public void WriteWhole(string name, string text) => PendingFile.Write(System.IO.Path.Combine(Path, name), text);

    /// <summary>Moments of one clip, truth above what was made, with the opening read on each: character-SEED.png.</summary>
    /// <param name="rows">Name, frames and readings of each row; the first decides which moments: in each eighth, the one where the mouth opens widest.</param>
    public void WriteClip(long seed, IReadOnlyList<(string Name, Picture[] Frames, FaceReading[] Readings)> rows)
    {
        var cells = new List<Picture>();
        var captions = new List<string>();
        int[] moments = [.. Enumerable.Range(0, Columns).Select(column => Widest(rows[0].Readings, column))];
        foreach (var (name, frames, readings) in rows)
            foreach (int frame in moments)
            {
                cells.Add(Small(frames[frame]));
                captions.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {frame / 16.0:0.0}s {readings[frame].Mouth.Open:0.00}"));
            }
        WriteSheet(FormattableString.Invariant($"character-{seed}.png"), ContactSheet.Tile(cells, Columns, captions));
    }

    static int Widest(FaceReading[] readings, int column)
    {
        int from = column * readings.Length / Columns, to = Math.Max(from + 1, (column + 1) * readings.Length / Columns);
        return Enumerable.Range(from, to - from).MaxBy(frame => readings[frame].Mouth.Open);
    }

    /// <summary>A row a character: its reference and one frame of each second looked at.</summary>
    public void WriteDrift(IReadOnlyList<Picture> cells, IReadOnlyList<string> captions, int columns) =>
        WriteSheet("drift.png", ContactSheet.Tile([.. cells.Select(Small)], columns, captions));

    void WriteSheet(string name, Picture sheet)
    {
        Png.Write(sheet, System.IO.Path.Combine(Path, name));
        sheets.Add(name);
    }

    static Picture Small(Picture picture) => picture.Width <= CellSide ? picture : picture.Resized(CellSide, CellSide);
}
