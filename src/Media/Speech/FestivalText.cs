using System.Text;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// Text as Festival's voices can take it: letters, digits, apostrophes within words and single marks after them. Its rules run for
/// ever, or crash, on some of the rest (a mark without a word, "1'"), and nothing that is left could end a string of Scheme.
/// </summary>
static class FestivalText
{
    /// <summary>Festival's time grows with the square of an utterance: a sentence of this length takes it a few tenths of a second.</summary>
    public const int LongestUtterance = 240;

    const string Marks = ".,;:!?", Ends = ".!?", BetweenWords = " '" + Marks;

    const string Accented = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿšžłőű", WithoutAccent = "aaaaaaceeeeiiiinoooooouuuuyyszlou";

    /// <summary>One utterance a sentence, of ISO 8859-1 characters; none for a text without a word.</summary>
    /// <param name="phones">Of the voice.</param>
    public static List<string> Utterances(string text, PhoneSet phones)
    {
        var utterances = new List<string>();
        var rest = Plain(text, phones).AsSpan().Trim();
        while (rest.Length > 0)
        {
            int length = FirstLength(rest);
            utterances.Add(rest[..length].TrimEnd().ToString());
            rest = rest[length..].TrimStart(BetweenWords);
        }
        return utterances;
    }

    static string Plain(string text, PhoneSet phones)
    {
        string letters = phones.Letters;
        // the program runs without ICU, which String.Normalize would need; a letter's marks of their own are passed over
        var source = new string([.. text.Where(letter => letter is < '\u0300' or > '\u036F')]);
        var plain = new StringBuilder(source.Length);
        for (int i = 0; i < source.Length; i++)
        {
            char before = plain.Length > 0 ? plain[^1] : ' ', read = Readable(source[i], letters);
            bool followsWord = IsWordLetter(before, letters);
            if (read != ' ') plain.Append(read);
            else if (Marks.Contains(source[i]) && followsWord) plain.Append(source[i]);
            else if (phones.Apostrophes && IsWithinWord(source, i, before, letters)) plain.Append('\'');
            else if (before != ' ') plain.Append(' ');
        }
        return plain.ToString();
    }

    /// <summary>A letter or digit as the voice reads it, without the accent that it does not know; a blank for anything else.</summary>
    static char Readable(char letter, string letters)
    {
        if (char.IsAsciiLetterOrDigit(letter)) return letter;
        char small = char.ToLowerInvariant(letter);
        if (letters.Contains(small)) return small;
        int accented = Accented.IndexOf(small, StringComparison.Ordinal);
        return accented < 0 ? ' ' : WithoutAccent[accented];
    }

    static bool IsWithinWord(string source, int i, char before, string letters) =>
        (source[i] is '\'' or '\u2019') && IsLetter(Readable(before, letters)) && i + 1 < source.Length && IsLetter(Readable(source[i + 1], letters));

    static bool IsLetter(char read) => read != ' ' && !char.IsAsciiDigit(read);

    static bool IsWordLetter(char written, string letters) => char.IsAsciiLetterOrDigit(written) || letters.Contains(written);

    /// <summary>Up to the first sentence's end, or as many words as an utterance may have; a word longer than that is cut.</summary>
    static int FirstLength(ReadOnlySpan<char> text)
    {
        int most = Math.Min(text.Length, LongestUtterance), lastBlank = -1;
        for (int i = 0; i < most; i++)
        {
            if (text[i] != ' ') continue;
            if (Ends.Contains(text[i - 1])) return i;
            lastBlank = i;
        }
        return text.Length <= LongestUtterance || lastBlank < 0 ? most : lastBlank;
    }
}
