using System.Net;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class SdpAnswerTests
{
    static readonly string OurFingerprint = string.Join(':', Enumerable.Range(0, 32).Select(value => $"{value:X2}"));

    static readonly AnswerParameters Ours = new()
    {
        IceUser = "ourUser1",
        IcePassword = "ourPassword0123456789ab",
        Fingerprint = Enumerable.Range(0, 32).Select(value => (byte)value).ToArray(),
        Udp = [new(IPAddress.Parse("192.0.2.7"), 5004), new(IPAddress.Parse("fe80::1%3"), 5004)],
        Tcp = [new(IPAddress.Parse("192.0.2.7"), 5005)],
        VideoSsrc = 1001,
        VoiceSsrc = 1002,
        CanonicalName = "call7",
        SessionId = 4711,
    };

    [Fact]
    public void The_answer_to_a_watching_chromium_reads_like_this()
    {
        string[] transport =
        [
            "a=ice-ufrag:ourUser1", "a=ice-pwd:ourPassword0123456789ab", $"a=fingerprint:sha-256 {OurFingerprint}", "a=setup:passive",
        ];
        string[] expected =
        [
            "v=0", "o=- 4711 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite", "a=group:BUNDLE 0 1",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=mid:0", .. transport,
            "a=candidate:1 1 udp 2130706431 192.0.2.7 5004 typ host", "a=candidate:2 1 udp 2130706175 fe80::1 5004 typ host",
            "a=candidate:3 1 tcp 1520435199 192.0.2.7 5005 typ host tcptype passive", "a=end-of-candidates",
            "a=rtcp-mux", "a=rtcp-rsize", "a=sendonly", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
            "a=msid:talkingmachines voice", "a=ssrc:1002 cname:call7",
            "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=mid:1", .. transport,
            "a=rtcp-mux", "a=rtcp-rsize", "a=sendonly", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 ccm fir",
            "a=rtcp-fb:96 goog-remb", "a=msid:talkingmachines video", "a=ssrc:1001 cname:call7", "",
        ];
        Assert.Equal(expected, Answer(Offers.ChromiumWatching).Split("\r\n"));
    }

    [Fact]
    public void A_microphone_is_taken_in_and_a_data_channel_refused()
    {
        string answer = Answer(Offers.ChromiumTalking);
        Assert.Equal(["a=sendrecv", "a=sendonly", "a=inactive"], Directions(answer));
        Assert.Contains("a=group:BUNDLE 0 1\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=inactive\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Firefox_gets_its_own_payload_types_and_no_reduced_rtcp_where_it_offers_none()
    {
        string answer = Answer(Offers.FirefoxTalking);
        Assert.Equal(["a=sendrecv", "a=sendonly"], Directions(answer));
        Assert.Contains("m=audio 9 UDP/TLS/RTP/SAVPF 109\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("m=video 9 UDP/TLS/RTP/SAVPF 120\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(2, answer.Split("a=rtcp-rsize").Length);
        Assert.DoesNotContain("extmap", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("transport-cc", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Sections_keep_the_order_of_the_offer_and_candidates_stand_in_the_first_of_the_bundle()
    {
        string answer = Answer(Offers.Reordered(Offers.ChromiumTalking, [2, 1, 0]));
        Assert.Equal(["m=application 0", "m=video 9", "m=audio 9"], answer.Split("\r\n").Where(line => line.StartsWith("m=", StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split(' ')[..2])));
        Assert.True(answer.IndexOf("a=candidate", StringComparison.Ordinal) > answer.IndexOf("m=audio", StringComparison.Ordinal));
    }

    [Fact]
    public void An_offer_that_opens_its_bundle_with_a_data_channel_gets_a_bundle_without_it()
    {
        string answer = Answer(Offers.Reordered(Offers.ChromiumTalking, [2, 1, 0], "2 1 0"));
        Assert.Contains("a=group:BUNDLE 1 0\r\n", answer, StringComparison.Ordinal);
        int candidate = answer.IndexOf("a=candidate", StringComparison.Ordinal);
        Assert.InRange(candidate, answer.IndexOf("m=video", StringComparison.Ordinal), answer.IndexOf("m=audio", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_offered_feedback_is_answered()
    {
        string answer = Answer(Offers.Without(Offers.Without(Offers.ChromiumWatching, "a=rtcp-fb:96 ccm"), "a=rtcp-fb:96 goog"));
        Assert.Equal(["a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli"], answer.Split("\r\n").Where(line => line.StartsWith("a=rtcp-fb", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_offer_without_sound_is_answered_with_the_picture_alone()
    {
        string answer = Answer(Offers.Replaced(Offers.ChromiumWatching, "m=audio", "m=audio 9 UDP/TLS/RTP/SAVPF 0"));
        Assert.Contains("m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("a=group:BUNDLE 1\r\n", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("\r\n"), line => line.StartsWith("a=ssrc", StringComparison.Ordinal));
    }

    [Fact]
    public void A_waiting_offerer_is_told_that_we_open_dtls() =>
        Assert.Contains("a=setup:active\r\n", Answer(Offers.Replaced(Offers.ChromiumWatching, "a=setup:", "a=setup:passive")), StringComparison.Ordinal);

    static string Answer(string offer) => SdpAnswer.Write(SdpOffer.Parse(offer), Ours);

    static IEnumerable<string> Directions(string answer) =>
        answer.Split("\r\n").Where(line => line is "a=sendrecv" or "a=sendonly" or "a=recvonly" or "a=inactive");
}
