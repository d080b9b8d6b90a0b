namespace TalkingMachines.WebRtc;

/// <summary>
/// A browser's offer, reduced to what an answer needs (RFC 8866 syntax, RFC 8829 use, RFC 9143 bundling). It has one video
/// section to send VP8 into; a voice and a microphone if it offers Opus. All of them share one transport.
/// </summary>
internal sealed record SdpOffer
{
    /// <summary>Longest offer that is read, in characters; browsers send about 8,000.</summary>
    public const int MostLength = 64 * 1024;

    /// <summary>All sections in the order in which the answer must repeat them.</summary>
    public required IReadOnlyList<SdpMedia> Media { get; init; }

    /// <summary>The mids of the first BUNDLE group, in its order.</summary>
    public required IReadOnlyList<string> Bundle { get; init; }

    /// <summary>Where our picture goes.</summary>
    public required SdpMedia Video { get; init; }

    /// <summary>Where our voice goes; null if no section receives Opus.</summary>
    public required SdpMedia? Voice { get; init; }

    /// <summary>Where the user's voice comes from: mostly the same as <see cref="Voice"/>; null if no section sends Opus.</summary>
    public required SdpMedia? Microphone { get; init; }

    public required string IceUser { get; init; }
    public required string IcePassword { get; init; }

    /// <summary>SHA-256 of the offerer's certificate, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Fingerprint { get; init; }

    public required SdpSetup Setup { get; init; }

    /// <summary>Whether we open DTLS; only an offerer that insists on waiting makes us.</summary>
    public bool WeOpenDtls => Setup == SdpSetup.Passive;

    /// <summary>Reads an offer.</summary>
    /// <exception cref="SdpException">In one line: what came, what was expected, where.</exception>
    public static SdpOffer Parse(string text)
    {
        if (text.Length > MostLength)
            throw new SdpException($"The offer has {text.Length} characters, expected at most {MostLength}.");
        var parser = new SdpParser();
        parser.Read(text);
        return Choose(parser.Media, parser.Bundle, parser.Session);
    }

    static SdpOffer Choose(List<SdpMedia> media, IReadOnlyList<string> bundle, SdpTransport session)
    {
        if (bundle.Count == 0) throw new SdpException("The offer has no a=group:BUNDLE line, expected one that names its audio and video sections.");
        var usable = media.Where(each => each.IsOpen && each.Mid is { } mid && bundle.Contains(mid)).ToList();
        var video = usable.Find(each => each is { Kind: "video", PayloadType: not null, Receives: true }) ?? throw WithoutVideo(media, usable);
        var voice = usable.Find(each => each is { Kind: "audio", PayloadType: not null, Receives: true });
        var microphone = voice is { Sends: true } ? voice : usable.Find(each => each is { Kind: "audio", PayloadType: not null, Sends: true });
        SdpMedia[] used = [.. new[] { video, voice, microphone }.OfType<SdpMedia>().Distinct()];
        if (Array.Find(used, each => !each.IsRtcpMultiplexed) is { } separate)
            throw new SdpException($"The offer's section {separate.Mid} ({separate.Kind}) has no a=rtcp-mux line, expected one in each section.");
        if (voice is not null && voice.PayloadType == video.PayloadType || microphone?.PayloadType == video.PayloadType)
            throw new SdpException($"The offer gives payload type {video.PayloadType} to both VP8 and Opus, expected two of them in one bundle.");
        var transport = TransportOf(bundle, used, usable).Or(session);
        return new SdpOffer
        {
            Media = media,
            Bundle = bundle,
            Video = video,
            Voice = voice,
            Microphone = microphone,
            IceUser = transport.IceUser ?? throw Missing("a=ice-ufrag"),
            IcePassword = transport.IcePassword ?? throw Missing("a=ice-pwd"),
            Fingerprint = transport.Fingerprint ?? throw Missing("a=fingerprint:sha-256"),
            Setup = transport.Setup ?? SdpSetup.ActivePassive,
        };
    }

    /// <summary>
    /// The transport of a bundle is that of its first section which is taken up (RFC 9143, section 7.3); sections that are
    /// bundle-only carry none of their own and lean on one in front of them.
    /// </summary>
    static SdpTransport TransportOf(IReadOnlyList<string> bundle, SdpMedia[] used, List<SdpMedia> usable)
    {
        var inOrder = bundle.SelectMany(mid => used.Where(each => each.Mid == mid))
            .Concat(bundle.SelectMany(mid => usable.Where(each => each.Mid == mid)));
        return inOrder.Aggregate(SdpTransport.None, (found, each) => found.Or(each.Transport));
    }

    static SdpException Missing(string attribute) =>
        new($"The offer has no {attribute} line, expected one in its session or in the first section of its bundle.");

    static SdpException WithoutVideo(List<SdpMedia> media, List<SdpMedia> usable)
    {
        const string expected = "expected one that receives VP8 (a=recvonly or a=sendrecv)";
        if (!media.Exists(each => each.Kind == "video")) return new($"The offer has no video section, {expected}.");
        var video = usable.FindAll(each => each.Kind == "video");
        if (video.Count == 0) return new($"The offer's video section is closed or not in its bundle, {expected} within a=group:BUNDLE.");
        string fault = video.Exists(each => each.PayloadType is not null) ? "does not receive" : "has no VP8";
        return new($"The offer's video section {video[0].Mid} {fault}, {expected}.");
    }
}
