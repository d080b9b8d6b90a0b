using System.Buffers;
using System.Globalization;

namespace TalkingMachines.WebRtc;

/// <summary>The words of SDP: each method gives null for what breaks its grammar.</summary>
internal static class SdpSyntax
{
    const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const int FingerprintBytes = 32;

    static readonly SearchValues<char> TokenCharacters = SearchValues.Create(Alphanumeric + "!#$%&'*+-.^_`{|}~");       // RFC 8866, 9
    static readonly SearchValues<char> ProtocolCharacters = SearchValues.Create(Alphanumeric + "!#$%&'*+-.^_`{|}~/");
    static readonly SearchValues<char> IceCharacters = SearchValues.Create(Alphanumeric + "+/");                        // RFC 8839, 5.1

    public static string? Token(ReadOnlySpan<char> word, int most) => Word(word, TokenCharacters, 1, most);

    /// <summary>Tokens joined by slashes.</summary>
    public static string? Protocol(ReadOnlySpan<char> word, int most) => Word(word, ProtocolCharacters, 1, most);

    public static string? IceWord(ReadOnlySpan<char> word, int least) => Word(word, IceCharacters, least, 256);

    public static int? Number(ReadOnlySpan<char> word, int most) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most ? number : null;

    /// <summary>Pairs of hexadecimal digits with colons between them (RFC 8122, section 5).</summary>
    public static byte[]? Fingerprint(ReadOnlySpan<char> digits)
    {
        if (digits.Length != 3 * FingerprintBytes - 1) return null;
        var bytes = new byte[FingerprintBytes];
        for (int i = 0; i < bytes.Length; i++)
        {
            var pair = digits.Slice(3 * i, 2);
            if (i > 0 && digits[3 * i - 1] != ':') return null;
            if (!byte.TryParse(pair, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i])) return null;
        }
        return bytes;
    }

    /// <summary>Cuts the first word off a line; empty at its end.</summary>
    public static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> line)
    {
        line = line.TrimStart(' ');
        int end = line.IndexOf(' ');
        var word = end < 0 ? line : line[..end];
        line = line[word.Length..];
        return word;
    }

    static string? Word(ReadOnlySpan<char> word, SearchValues<char> allowed, int least, int most) =>
        word.Length < least || word.Length > most || word.ContainsAnyExcept(allowed) ? null : word.ToString();
}
