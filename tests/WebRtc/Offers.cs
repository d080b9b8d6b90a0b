using System.Globalization;
using System.Text;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>
/// Offers line for line as Chromium 156 and Firefox write them (Chromium's compared with one that it made here), with all
/// their codecs, retransmission formats and header extensions.
/// </summary>
internal static class Offers
{
    public const string ChromiumFingerprint = "9A:86:94:34:85:DE:DF:3E:5D:F8:B5:EA:2D:19:5C:3C:98:F9:3F:30:FA:DE:4B:DD:E3:4D:3E:A8:85:0B:FA:86";
    public const string FirefoxFingerprint = "5B:31:0F:A4:8C:10:77:E2:DD:61:C9:48:13:B0:F6:2A:9E:55:07:C3:74:E8:1D:BA:60:92:3F:CD:48:A7:16:F1";
    public const uint MicrophoneSsrc = 2344745742;

    static readonly (int Type, string Codec, string Format)[] ChromiumVideo =
    [
        (96, "VP8", ""), (98, "VP9", "profile-id=0"), (100, "VP9", "profile-id=2"), (35, "VP9", "profile-id=1"), (37, "VP9", "profile-id=3"),
        (102, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
        (104, "H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f"),
        (108, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        (45, "AV1", "level-idx=5;profile=0;tier=0"), (47, "AV1", "level-idx=5;profile=1;tier=0"),
    ];

    static readonly (int Type, string Codec, string Format)[] FirefoxVideo =
    [
        (120, "VP8", "max-fs=12288;max-fr=60"), (121, "VP9", "max-fs=12288;max-fr=60"),
        (126, "H264", "profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1"),
        (97, "H264", "profile-level-id=42e01f;level-asymmetry-allowed=1"), (99, "AV1", ""),
    ];

    /// <summary>Chromium that only listens and watches.</summary>
    public static string ChromiumWatching { get; } = Chromium("recvonly", data: false);

    /// <summary>Chromium with a microphone and a data channel.</summary>
    public static string ChromiumTalking { get; } = Chromium("sendrecv", data: true);

    public static string FirefoxWatching { get; } = Firefox("recvonly");
    public static string FirefoxTalking { get; } = Firefox("sendrecv");

    public static IEnumerable<string> All => [ChromiumWatching, ChromiumTalking, FirefoxWatching, FirefoxTalking];

    /// <summary>An offer with its sections in another order; the bundle's order stays or follows.</summary>
    public static string Reordered(string offer, int[] order, string? bundle = null)
    {
        string[] parts = offer.Split("m=");
        string head = bundle is null ? parts[0] : Replaced(parts[0], "a=group:", $"a=group:BUNDLE {bundle}");
        return head + string.Concat(order.Select(index => "m=" + parts[index + 1]));
    }

    /// <summary>An offer without the lines that begin with some text.</summary>
    public static string Without(string offer, string start) =>
        string.Join("\r\n", offer.Split("\r\n").Where(line => !line.StartsWith(start, StringComparison.Ordinal)));

    /// <summary>An offer with the lines that begin with some text put differently.</summary>
    public static string Replaced(string offer, string start, string by) =>
        string.Join("\r\n", offer.Split("\r\n").Select(line => line.StartsWith(start, StringComparison.Ordinal) ? by : line));

    static string Chromium(string audio, bool data)
    {
        var text = new StringBuilder();
        Append(text, "v=0", "o=- 1420846290282759208 2 IN IP4 127.0.0.1", "s=-", "t=0 0", data ? "a=group:BUNDLE 0 1 2" : "a=group:BUNDLE 0 1",
            "a=extmap-allow-mixed", "a=msid-semantic: WMS");
        Append(text, "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126");
        ChromiumTransport(text, "0");
        Append(text, "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
            "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid");
        Append(text, $"a={audio}", "a=rtcp-mux", "a=rtcp-rsize", "a=rtcp-xr:rcvr-rtt=all", "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc",
            "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:8 PCMA/8000", "a=rtpmap:13 CN/8000", "a=rtpmap:110 telephone-event/48000", "a=rtpmap:126 telephone-event/8000");
        if (audio == "sendrecv")
            Append(text, "a=msid:560f26f7 61baa625", $"a=ssrc:{MicrophoneSsrc} cname:RGL6TGmWnasnCD8W", $"a=ssrc:{MicrophoneSsrc} msid:560f26f7 61baa625");
        string types = string.Join(' ', ChromiumVideo.Select(each => $"{each.Type} {Retransmission(each.Type)}"));
        Append(text, $"m=video 9 UDP/TLS/RTP/SAVPF {types} 118 119 120 49");
        ChromiumTransport(text, "1");
        Append(text, "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset", "a=extmap:13 urn:3gpp:video-orientation",
            "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            "a=recvonly", "a=rtcp-mux", "a=rtcp-rsize", "a=rtcp-xr:rcvr-rtt=all");
        foreach (var codec in ChromiumVideo) Codec(text, codec, ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]);
        Append(text, "a=rtpmap:118 red/90000", "a=rtpmap:119 rtx/90000", "a=fmtp:119 apt=118", "a=rtpmap:120 ulpfec/90000", "a=rtpmap:49 flexfec-03/90000",
            "a=rtcp-fb:49 goog-remb", "a=rtcp-fb:49 transport-cc", "a=fmtp:49 repair-window=10000000");
        if (!data) return text.ToString();
        Append(text, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
        ChromiumTransport(text, "2");
        Append(text, "a=sctp-port:5000", "a=max-message-size:262144");
        return text.ToString();
    }

    static void ChromiumTransport(StringBuilder text, string mid) => Append(text, "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", "a=ice-ufrag:KCSz",
        "a=ice-pwd:0W3vH1DPmgKeqhiWSjOpx77d", "a=ice-options:trickle", $"a=fingerprint:sha-256 {ChromiumFingerprint}", "a=setup:actpass", $"a=mid:{mid}");

    /// <summary>Firefox puts the fingerprint into the session and gives each section a user of its own.</summary>
    static string Firefox(string audio)
    {
        var text = new StringBuilder();
        Append(text, "v=0", "o=mozilla...THIS_IS_SDPARTA-99.0 5917268814437282405 0 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=sendrecv",
            $"a=fingerprint:sha-256 {FirefoxFingerprint}", "a=group:BUNDLE 0 1", "a=ice-options:trickle", "a=msid-semantic:WMS *");
        Append(text, "m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "c=IN IP4 0.0.0.0", $"a={audio}", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            "a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level", "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1", "a=fmtp:101 0-15", "a=ice-pwd:76a36d9f4bf65f2ee3ce2b4afef4de1c", "a=ice-ufrag:b2a05b3c",
            "a=mid:0");
        if (audio == "sendrecv") Append(text, "a=msid:{a2b7a0e7} {d45d4a4c}");
        Append(text, "a=rtcp-mux", "a=rtpmap:109 opus/48000/2", "a=rtpmap:9 G722/8000/1", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000/1", "a=setup:actpass", $"a=ssrc:{MicrophoneSsrc} cname:{{6f9ba0a6-8db5-4c4e-a1b5-d3a5ab1a3c4f}}");
        string types = string.Join(' ', FirefoxVideo.Select(each => $"{each.Type} {Retransmission(each.Type)}"));
        Append(text, $"m=video 9 UDP/TLS/RTP/SAVPF {types} 123 122 119", "c=IN IP4 0.0.0.0", "a=recvonly", "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "a=extmap:5 urn:ietf:params:rtp-hdrext:toffset",
            "a=extmap:6/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", "a=ice-pwd:0b66f472495ef0ccac7bda653ab6be49", "a=ice-ufrag:ea17c09f",
            "a=mid:1", "a=rtcp-mux", "a=rtcp-rsize");
        foreach (var codec in FirefoxVideo) Codec(text, codec, ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"]);
        Append(text, "a=rtpmap:123 ulpfec/90000", "a=rtpmap:122 red/90000", "a=rtpmap:119 rtx/90000", "a=fmtp:119 apt=122", "a=setup:actpass",
            "a=ssrc:1176305934 cname:{6f9ba0a6-8db5-4c4e-a1b5-d3a5ab1a3c4f}");
        return text.ToString();
    }

    static int Retransmission(int type) => type switch { 104 => 107, 120 => 124, 121 => 125, 126 => 127, _ => type + 1 };

    static void Codec(StringBuilder text, (int Type, string Codec, string Format) codec, string[] feedback)
    {
        Append(text, $"a=rtpmap:{codec.Type} {codec.Codec}/90000");
        foreach (string kind in feedback) Append(text, $"a=rtcp-fb:{codec.Type} {kind}");
        if (codec.Format.Length > 0) Append(text, $"a=fmtp:{codec.Type} {codec.Format}");
        Append(text, $"a=rtpmap:{Retransmission(codec.Type)} rtx/90000", $"a=fmtp:{Retransmission(codec.Type)} apt={codec.Type}");
    }

    static void Append(StringBuilder text, params ReadOnlySpan<string> lines)
    {
        foreach (string line in lines) text.Append(CultureInfo.InvariantCulture, $"{line}\r\n");
    }
}
