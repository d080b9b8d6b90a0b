using System.Net;
using System.Text.RegularExpressions;

namespace TalkingMachines.Models.Text;

/// <summary>A prompt as umT5 takes it: ids with an end, filled up to a fixed length.</summary>
/// <param name="Ids">As many as the encoder takes, padding at the end.</param>
/// <param name="Length">Real tokens, the end included.</param>
public sealed partial record Prompt(int[] Ids, int Length)
{
    /// <summary>Tokens of a text for Wan 2.1.</summary>
    public const int UsualLength = 512;

    /// <summary>Cleans a text, cuts it into pieces, appends the end and fills up; what is too long is cut off before the end.</summary>
    public static Prompt Of(UnigramTokenizer tokenizer, string text, int length = UsualLength)
    {
        var model = tokenizer.Model;
        int[] pieces = tokenizer.Encode(Clean(text)), ids = new int[length];
        int count = Math.Min(pieces.Length, length - 1);
        Array.Fill(ids, Math.Max(0, model.PaddingId));
        pieces.AsSpan(0, count).CopyTo(ids);
        ids[count] = model.EndId;
        return new Prompt(ids, count + 1);
    }

    /// <summary>
    /// What Wan does to a prompt before cutting it: repairs of typography as ftfy makes them (control characters, terminal
    /// escapes, curled quotes; not its guesses at wrongly decoded text), HTML entities twice, runs of white space to one space.
    /// </summary>
    public static string Clean(string text)
    {
        text = TerminalEscape().Replace(text, "");
        text = Control().Replace(text, "");
        text = DoubleQuote().Replace(SingleQuote().Replace(text, "'"), "\"");
        text = WebUtility.HtmlDecode(WebUtility.HtmlDecode(text));
        return White().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\x1b\[[\d;]*[A-Za-z]")]
    private static partial Regex TerminalEscape();

    [GeneratedRegex(@"[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]")]
    private static partial Regex Control();

    [GeneratedRegex(@"[\u02bc\u2018-\u201b]")]
    private static partial Regex SingleQuote();

    [GeneratedRegex(@"[\u201c-\u201f]")]
    private static partial Regex DoubleQuote();

    [GeneratedRegex(@"\s+")]
    private static partial Regex White();
}
