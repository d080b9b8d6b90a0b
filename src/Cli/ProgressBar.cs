using System.Globalization;

namespace TalkingMachines.Cli;

/// <summary>
/// How far a long task is and how long it will still take. On a terminal one line is drawn anew at most ten times a
/// second; elsewhere, as in a log, a plain line comes every ten seconds. Not for use from several threads.
/// </summary>
internal sealed class ProgressBar : IDisposable
{
    const int BarWidth = 24, LineWidth = 79;
    const long Unknown = long.MaxValue;

    static readonly TimeSpan LivePause = TimeSpan.FromMilliseconds(100), LogPause = TimeSpan.FromSeconds(10);

    readonly TextWriter writer;
    readonly bool isLive;
    readonly TimeProvider clock;
    readonly string task;
    readonly long total, first, start;
    long lastDrawn;
    bool anyDrawn;

    /// <param name="total">Steps until the end, at least 1; null where nobody knows.</param>
    /// <param name="first">Steps that an earlier run did; they don't count for the speed.</param>
    public ProgressBar(TextWriter writer, bool isLive, TimeProvider clock, string task, long? total, long first)
    {
        (this.writer, this.isLive, this.clock, this.task) = (writer, isLive, clock, task);
        (this.total, this.first) = (Math.Max(total ?? Unknown, 1), first);
        start = lastDrawn = clock.GetTimestamp();
    }

    /// <summary>Tells that <paramref name="done"/> steps of the total are behind; draws if it is time to.</summary>
    /// <param name="note">A few words such as the loss.</param>
    public void Report(long done, string note = "")
    {
        if (clock.GetElapsedTime(lastDrawn) < (isLive ? LivePause : LogPause) && (done < total || !isLive)) return;
        lastDrawn = clock.GetTimestamp();
        anyDrawn = true;
        string line = Line(done, note);
        if (isLive) writer.Write("\r" + line.PadRight(LineWidth));
        else writer.WriteLine(line.TrimEnd());
    }

    /// <summary>Wipes the bar from a terminal, so that another line can take its place; the next report draws it below.</summary>
    public void Clear()
    {
        if (isLive && anyDrawn) writer.Write("\r" + new string(' ', LineWidth) + "\r");
    }

    /// <summary>Leaves the last state of the bar standing and begins a new line.</summary>
    public void Dispose()
    {
        if (isLive && anyDrawn) writer.WriteLine();
    }

    string Line(long done, string note)
    {
        if (total == Unknown) return string.Create(CultureInfo.InvariantCulture, $"{task} {done}  {note}");
        double share = Math.Clamp((double)done / total, 0, 1);
        int full = (int)(share * BarWidth);
        string bar = isLive ? $" [{new string('#', full)}{new string('.', BarWidth - full)}]" : "";
        string line = string.Create(CultureInfo.InvariantCulture, $"{task}{bar} {done}/{total} {share * 100:0}%{Left(done)}  {note}");
        return line.Length > LineWidth && isLive ? line[..LineWidth] : line;
    }

    string Left(long done)
    {
        if (done >= total || done <= first) return "";
        var left = clock.GetElapsedTime(start) * ((double)(total - done) / (done - first));
        return left.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $", {(long)left.TotalHours} h {left.Minutes:00} min left")
            : string.Create(CultureInfo.InvariantCulture, $", {left.Minutes}:{left.Seconds:00} left");
    }
}
