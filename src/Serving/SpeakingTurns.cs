using System.Globalization;
using TalkingMachines.Media;

namespace TalkingMachines.Serving;

/// <summary>
/// Who speaks when, of two faces side by side: lines "START END left" or "START END right", in seconds; # begins a comment. Outside
/// its turns a face listens, whatever is heard; both may speak at once.
/// </summary>
public sealed class SpeakingTurns
{
    public const int Faces = 2;

    const int MostBytes = 1 << 20;

    static readonly string[] Sides = ["left", "right"];

    readonly record struct Turn(int Face, long Start, long End);

    readonly Turn[] turns;
    readonly long[] borders;

    SpeakingTurns(IEnumerable<Turn> turns)
    {
        this.turns = [.. turns];
        borders = [.. this.turns.SelectMany(turn => (long[])[turn.Start, turn.End]).Distinct().Order()];
    }

    /// <summary>Reads a file of turns.</summary>
    /// <exception cref="MediaException">It is too long, or a line is none; the message says which.</exception>
    public static SpeakingTurns Read(string path)
    {
        if (!File.Exists(path)) throw new MediaException($"{path} does not exist, expected a file of turns.");
        if (new FileInfo(path).Length is > MostBytes and var bytes) throw new MediaException($"{path} has {bytes} bytes, expected a file of turns of at most {MostBytes}.");
        return Parse(File.ReadAllLines(path), path);
    }

    /// <summary>The same from lines; <paramref name="name"/> is for messages.</summary>
    public static SpeakingTurns Parse(IReadOnlyList<string> lines, string name)
    {
        var turns = new List<Turn>();
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Split('#')[0].Trim();
            if (line.Length > 0) turns.Add(ParseLine(line) ?? throw new MediaException($"{name}, line {i + 1} is '{line[..Math.Min(60, line.Length)]}', expected START END left or START END right, in seconds."));
        }
        return turns.Count > 0 ? new SpeakingTurns(turns) : throw new MediaException($"{name} has no turn, expected lines of START END left or START END right.");
    }

    static Turn? ParseLine(string line)
    {
        string[] parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 3 || Seconds(parts[0]) is not { } start || Seconds(parts[1]) is not { } end || end <= start) return null;
        int face = Array.FindIndex(Sides, side => side.Equals(parts[2], StringComparison.OrdinalIgnoreCase));
        return face < 0 ? null : new Turn(face, Sample(start), Sample(end));
    }

    static double? Seconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && value <= VideoGeneration.LongestEver.TotalSeconds ? value : null;

    static long Sample(double seconds) => (long)Math.Round(seconds * SoundBlock.SampleRate);

    /// <summary>Whether a face, 0 the left one, speaks at a sample.</summary>
    public bool Speaks(int face, long sample) => Array.Exists(turns, turn => turn.Face == face && turn.Start <= sample && sample < turn.End);

    /// <summary>Samples from here on in which nobody begins or ends.</summary>
    public long Unchanged(long sample)
    {
        int next = Array.BinarySearch(borders, sample + 1);
        if (next < 0) next = ~next;
        return next < borders.Length ? borders[next] - sample : long.MaxValue;
    }
}
