using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TalkingMachines.WebRtc;

/// <summary>
/// Writes the answer to an offer (RFC 8829, section 5.3): every section in the offer's order, ours with VP8 or Opus alone,
/// all others rejected with port 0. We are ICE-lite (RFC 8445, section 2.5) with all our candidates in the answer. No header
/// extension is taken up: a playout delay would pin the picture while the voice trails.
/// </summary>
internal static class SdpAnswer
{
    // Type preferences 126 and 90: UDP before TCP; direction preference 4 is passive (RFC 8445, 5.1.2; RFC 6544, 4.2).
    const uint UdpPreference = 126, TcpPreference = 90, PassivePreference = 4, Component = 1;

    public static string Write(SdpOffer offer, AnswerParameters ours)
    {
        SdpMedia[] used = [.. new[] { offer.Video, offer.Voice, offer.Microphone }.OfType<SdpMedia>().Distinct()];
        string[] bundle = [.. offer.Bundle.Where(mid => used.Any(each => each.Mid == mid))];
        var text = new StringBuilder(2048);
        Line(text, $"v=0");
        Line(text, $"o=- {ours.SessionId} 1 IN IP4 127.0.0.1");
        Line(text, $"s=-");
        Line(text, $"t=0 0");
        Line(text, $"a=ice-lite");
        Line(text, $"a=group:BUNDLE {string.Join(' ', bundle)}");
        foreach (var media in offer.Media)
        {
            if (!used.Contains(media)) Reject(text, media);
            else Accept(text, offer, media, ours, isFirst: media.Mid == bundle[0]);
        }
        return text.ToString();
    }

    static void Reject(StringBuilder text, SdpMedia media)
    {
        Line(text, $"m={media.Kind} 0 {media.Protocol} {media.FirstFormat}");
        Line(text, $"c=IN IP4 0.0.0.0");
        if (media.Mid is not null) Line(text, $"a=mid:{media.Mid}");
        Line(text, $"a=inactive");
    }

    static void Accept(StringBuilder text, SdpOffer offer, SdpMedia media, AnswerParameters ours, bool isFirst)
    {
        Line(text, $"m={media.Kind} 9 {media.Protocol} {media.PayloadType}");
        Line(text, $"c=IN IP4 0.0.0.0");
        Line(text, $"a=mid:{media.Mid}");
        WriteTransport(text, offer, ours);
        if (isFirst) WriteCandidates(text, ours);
        Line(text, $"a=rtcp-mux");
        if (media.IsRtcpReduced) Line(text, $"a=rtcp-rsize");
        if (media == offer.Video) WriteVideo(text, media);
        else WriteAudio(text, offer, media);
        if (media == offer.Video) WriteTrack(text, "video", ours.VideoSsrc, ours);
        else if (media == offer.Voice) WriteTrack(text, "voice", ours.VoiceSsrc, ours);
    }

    static void WriteTransport(StringBuilder text, SdpOffer offer, AnswerParameters ours)
    {
        Line(text, $"a=ice-ufrag:{ours.IceUser}");
        Line(text, $"a=ice-pwd:{ours.IcePassword}");
        Line(text, $"a=fingerprint:sha-256 {Hexadecimal(ours.Fingerprint.Span)}");
        Line(text, $"a=setup:{(offer.WeOpenDtls ? "active" : "passive")}");
    }

    /// <summary>The candidates of a bundle stand in its first section (RFC 9143, section 7.1.3).</summary>
    static void WriteCandidates(StringBuilder text, AnswerParameters ours)
    {
        int foundation = 1;
        for (int i = 0; i < ours.Udp.Count; i++)
            WriteCandidate(text, foundation++, "udp", UdpPreference << 24 | (uint)(65535 - i) << 8, ours.Udp[i], "");
        for (int i = 0; i < ours.Tcp.Count; i++)
            WriteCandidate(text, foundation++, "tcp", TcpPreference << 24 | (PassivePreference << 13 | (uint)(8191 - i)) << 8, ours.Tcp[i], " tcptype passive");
        Line(text, $"a=end-of-candidates");
    }

    static void WriteCandidate(StringBuilder text, int foundation, string transport, uint preferences, IPEndPoint at, string suffix)
    {
        // An interface's name behind an IPv6 address means nothing to the other side.
        var address = at.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(at.Address.GetAddressBytes()) : at.Address;
        Line(text, $"a=candidate:{foundation} {Component} {transport} {preferences | (256 - Component)} {address} {at.Port} typ host{suffix}");
    }

    static void WriteVideo(StringBuilder text, SdpMedia media)
    {
        Line(text, $"a=sendonly");
        Line(text, $"a=rtpmap:{media.PayloadType} VP8/90000");
        ReadOnlySpan<(SdpFeedback, string)> kinds =
        [
            (SdpFeedback.Nack, "nack"), (SdpFeedback.PictureLoss, "nack pli"), (SdpFeedback.FullIntra, "ccm fir"), (SdpFeedback.BitrateEstimate, "goog-remb"),
        ];
        foreach (var (kind, name) in kinds)
            if ((media.Feedback & kind) != 0)
                Line(text, $"a=rtcp-fb:{media.PayloadType} {name}");
    }

    static void WriteAudio(StringBuilder text, SdpOffer offer, SdpMedia media)
    {
        bool weSend = media == offer.Voice, weReceive = media == offer.Microphone;
        Line(text, $"a={(weSend && weReceive ? "sendrecv" : weSend ? "sendonly" : "recvonly")}");
        Line(text, $"a=rtpmap:{media.PayloadType} opus/48000/2");
        Line(text, $"a=fmtp:{media.PayloadType} minptime=10;useinbandfec=1");
    }

    static void WriteTrack(StringBuilder text, string track, uint ssrc, AnswerParameters ours)
    {
        Line(text, $"a=msid:{ours.Stream} {track}");
        Line(text, $"a=ssrc:{ssrc} cname:{ours.CanonicalName}");
    }

    static string Hexadecimal(ReadOnlySpan<byte> bytes) => BitConverter.ToString(bytes.ToArray()).Replace('-', ':');

    static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append("\r\n");
}
