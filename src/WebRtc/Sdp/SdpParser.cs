namespace TalkingMachines.WebRtc;

/// <summary>
/// Reads the lines of an offer. Lines and attributes that mean nothing to us are stepped over (RFC 8866, section 5);
/// those that do must be right. Everything is bounded before it is stored.
/// </summary>
internal sealed class SdpParser
{
    const int MostLineLength = 4096, MostSections = 64, MostWordLength = 64, MostQuoted = 40;

    readonly List<SdpMedia> media = [];
    readonly SdpAttributes session = new();
    List<string> bundle = [];
    SdpSection? section;
    int number;

    public List<SdpMedia> Media => media;
    public IReadOnlyList<string> Bundle => bundle;
    public SdpTransport Session => session.Transport;

    public void Read(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('\n'))
        {
            var line = text[range].TrimEnd('\r');
            number++;
            if (number == 1 && line is not "v=0") throw Fault(line, "v=0");
            if (line.IsEmpty) continue;
            if (line.Length > MostLineLength)
                throw new SdpException($"The offer's line {number} has {line.Length} characters, expected at most {MostLineLength}.");
            if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterLower(line[0])) throw Fault(line, "a letter, = and a value");
            if (line[0] == 'm') Begin(line);
            else if (line[0] == 'a') ReadAttribute(line);
        }
        Finish();
        if (media.Count == 0) throw new SdpException("The offer has no m= line, expected a video section.");
    }

    void Begin(ReadOnlySpan<char> line)
    {
        Finish();
        if (media.Count == MostSections) throw new SdpException($"The offer has more than {MostSections} m= lines, expected at most that many.");
        const string expected = "m=KIND PORT PROTOCOL FORMATS";
        var rest = line[2..];
        string kind = SdpSyntax.Token(SdpSyntax.NextWord(ref rest), MostWordLength) ?? throw Fault(line, expected);
        var portAndCount = SdpSyntax.NextWord(ref rest);
        int slash = portAndCount.IndexOf('/');
        int port = SdpSyntax.Number(slash < 0 ? portAndCount : portAndCount[..slash], ushort.MaxValue) ?? throw Fault(line, expected);
        string protocol = SdpSyntax.Protocol(SdpSyntax.NextWord(ref rest), MostWordLength) ?? throw Fault(line, expected);
        section = new SdpSection(kind, port, protocol, session);
        while (SdpSyntax.NextWord(ref rest) is { IsEmpty: false } word)
            section.AddFormat(SdpSyntax.Token(word, MostWordLength) ?? throw Fault(line, expected));
        if (section.FirstFormat is null) throw Fault(line, expected);
    }

    void Finish()
    {
        if (section is null) return;
        var finished = section.ToMedia();
        if (finished.Mid is not null && media.Exists(each => each.Mid == finished.Mid))
            throw new SdpException($"The offer has two sections with a=mid:{finished.Mid}, expected each mid once.");
        media.Add(finished);
        section = null;
    }

    void ReadAttribute(ReadOnlySpan<char> line)
    {
        var rest = line[2..];
        int colon = rest.IndexOf(':');
        var name = colon < 0 ? rest : rest[..colon];
        var value = colon < 0 ? [] : rest[(colon + 1)..];
        string? expected = (section?.Attributes ?? session).Read(name, value);
        if (expected is null && section is not null) expected = section.Read(name, value);
        if (expected is null && section is null) expected = ReadSession(name, value);
        if (expected is not null) throw Fault(line, expected);
    }

    /// <summary>Reads what stands only in front of the sections.</summary>
    /// <returns>What was expected, where that did not come.</returns>
    string? ReadSession(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        if (name is "ice-lite") return "an offerer that checks connectivity itself, since we are ice-lite";
        if (name is not "group" || bundle.Count > 0 || SdpSyntax.NextWord(ref value) is not "BUNDLE") return null;
        var mids = new List<string>();
        while (SdpSyntax.NextWord(ref value) is { IsEmpty: false } word)
        {
            if (SdpSyntax.Token(word, MostWordLength) is not { } mid || mids.Count == MostSections) return $"at most {MostSections} mids";
            if (!mids.Contains(mid)) mids.Add(mid);
        }
        bundle = mids;
        return null;
    }

    /// <summary>An error that quotes the beginning of a line, with what cannot be printed replaced.</summary>
    SdpException Fault(ReadOnlySpan<char> line, string expected)
    {
        var start = line[..Math.Min(line.Length, MostQuoted)];
        string quoted = string.Create(start.Length, start, (to, from) =>
        {
            for (int i = 0; i < to.Length; i++) to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
        });
        return new($"The offer's line {number} is \"{quoted}{(line.Length > MostQuoted ? "..." : "")}\", expected {expected}.");
    }
}
