using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class SdpOfferTests
{
    [Fact]
    public void Chromium_that_watches_gives_vp8_and_opus_and_its_transport()
    {
        var offer = SdpOffer.Parse(Offers.ChromiumWatching);
        Assert.Equal(("KCSz", "0W3vH1DPmgKeqhiWSjOpx77d"), (offer.IceUser, offer.IcePassword));
        Assert.Equal(Offers.ChromiumFingerprint.Replace(":", "", StringComparison.Ordinal), Convert.ToHexString(offer.Fingerprint.Span));
        Assert.Equal(SdpSetup.ActivePassive, offer.Setup);
        Assert.False(offer.WeOpenDtls);
        Assert.Equal(["0", "1"], offer.Media.Select(each => each.Mid));
        Assert.Equal(96, offer.Video.PayloadType);
        Assert.Equal(SdpFeedback.Nack | SdpFeedback.PictureLoss | SdpFeedback.FullIntra | SdpFeedback.BitrateEstimate, offer.Video.Feedback);
        Assert.Equal(111, offer.Voice?.PayloadType);
        Assert.Equal(SdpDirection.ReceiveOnly, offer.Voice?.Direction);
        Assert.Null(offer.Microphone);
    }

    [Fact]
    public void Chromium_that_talks_has_a_microphone_in_the_section_of_the_voice()
    {
        var offer = SdpOffer.Parse(Offers.ChromiumTalking);
        Assert.Same(offer.Voice, offer.Microphone);
        Assert.Equal(Offers.MicrophoneSsrc, offer.Microphone?.Ssrc);
        Assert.Equal(["audio", "video", "application"], offer.Media.Select(each => each.Kind));
    }

    [Fact]
    public void Firefox_keeps_its_fingerprint_in_the_session_and_the_first_section_names_the_user()
    {
        var offer = SdpOffer.Parse(Offers.FirefoxTalking);
        Assert.Equal(("b2a05b3c", "76a36d9f4bf65f2ee3ce2b4afef4de1c"), (offer.IceUser, offer.IcePassword));
        Assert.Equal(Offers.FirefoxFingerprint.Replace(":", "", StringComparison.Ordinal), Convert.ToHexString(offer.Fingerprint.Span));
        Assert.Equal((120, 109), (offer.Video.PayloadType, offer.Voice?.PayloadType));
        Assert.Same(offer.Voice, offer.Microphone);
    }

    [Fact]
    public void The_first_section_of_the_bundle_gives_the_transport_whatever_the_order_of_sections()
    {
        var offer = SdpOffer.Parse(Offers.Reordered(Offers.FirefoxWatching, [1, 0], "1 0"));
        Assert.Equal("ea17c09f", offer.IceUser);
        Assert.Equal(["video", "audio"], offer.Media.Select(each => each.Kind));
        Assert.Equal("b2a05b3c", SdpOffer.Parse(Offers.Reordered(Offers.FirefoxWatching, [1, 0])).IceUser);
    }

    [Fact]
    public void A_bundle_only_section_leans_on_the_first_one()
    {
        string[] parts = Offers.ChromiumWatching.Split("m=video");
        string video = Offers.Without(Offers.Without(Offers.Without(parts[1], "a=ice"), "a=fingerprint"), "a=setup");
        var offer = SdpOffer.Parse(parts[0] + "m=video" + video.Replace(" 9 UDP", " 0 UDP", StringComparison.Ordinal) + "a=bundle-only\r\n");
        Assert.Equal("KCSz", offer.IceUser);
        Assert.Equal("1", offer.Video.Mid);
    }

    [Fact]
    public void A_microphone_of_its_own_section_is_found()
    {
        string talking = Offers.ChromiumTalking;
        string microphone = "m=audio" + talking.Split("m=audio")[1].Split("m=video")[0];
        string offer = Offers.Replaced(Offers.ChromiumWatching, "a=group:", "a=group:BUNDLE 0 1 7")
            + Offers.Replaced(Offers.Replaced(microphone, "a=mid:", "a=mid:7"), "a=sendrecv", "a=sendonly");
        var parsed = SdpOffer.Parse(offer);
        Assert.Equal(("0", "7"), (parsed.Voice?.Mid, parsed.Microphone?.Mid));
    }

    [Fact]
    public void Line_feeds_alone_and_a_missing_last_line_end_are_read() =>
        Assert.Equal(96, SdpOffer.Parse(Offers.ChromiumWatching.Replace("\r", "", StringComparison.Ordinal).TrimEnd('\n')).Video.PayloadType);

    [Fact]
    public void An_offerer_that_waits_for_dtls_makes_us_the_client() =>
        Assert.True(SdpOffer.Parse(Offers.Replaced(Offers.ChromiumWatching, "a=setup:", "a=setup:passive")).WeOpenDtls);

    [Fact]
    public void A_video_section_that_only_sends_is_passed_over_for_one_that_receives()
    {
        string camera = Offers.Replaced("m=video" + Offers.ChromiumWatching.Split("m=video")[1], "a=recvonly", "a=sendonly");
        string offer = Offers.Replaced(Offers.ChromiumWatching, "a=group:", "a=group:BUNDLE 5 0 1");
        int first = offer.IndexOf("m=", StringComparison.Ordinal);
        Assert.Equal("1", SdpOffer.Parse(offer.Insert(first, Offers.Replaced(camera, "a=mid:", "a=mid:5"))).Video.Mid);
    }

    [Theory]
    [InlineData("a=group:", "The offer has no a=group:BUNDLE line, expected one that names its audio and video sections.")]
    [InlineData("a=fingerprint", "The offer has no a=fingerprint:sha-256 line, expected one in its session or in the first section of its bundle.")]
    [InlineData("a=ice-ufrag", "The offer has no a=ice-ufrag line, expected one in its session or in the first section of its bundle.")]
    [InlineData("a=ice-pwd", "The offer has no a=ice-pwd line, expected one in its session or in the first section of its bundle.")]
    [InlineData("a=rtcp-mux", "The offer's section 1 (video) has no a=rtcp-mux line, expected one in each section.")]
    [InlineData("a=mid:1", "The offer's video section is closed or not in its bundle, expected one that receives VP8 (a=recvonly or a=sendrecv) within a=group:BUNDLE.")]
    [InlineData("a=rtpmap:96", "The offer's video section 1 has no VP8, expected one that receives VP8 (a=recvonly or a=sendrecv).")]
    [InlineData("v=0", "The offer's line 1 is \"o=- 1420846290282759208 2 IN IP4 127.0.0...\", expected v=0.")]
    public void An_offer_without_a_line_is_refused_with_one_line(string line, string message) =>
        Assert.Equal(message, Refusal(Offers.Without(Offers.ChromiumWatching, line)));

    [Theory]
    [InlineData("a=ice-ufrag:", "a=ice-ufrag:x", "The offer's line 11 is \"a=ice-ufrag:x\", expected 4 to 256 letters, digits, + or /.")]
    [InlineData("a=fingerprint:", "a=fingerprint:sha-256 AB:CD", "expected 32 bytes in hexadecimal with colons between them.")]
    [InlineData("a=fingerprint:", "a=fingerprint:sha-1 5B:31", "The offer has no a=fingerprint:sha-256 line")]
    [InlineData("a=setup:", "a=setup:holdconn", "expected actpass, active or passive.")]
    [InlineData("a=msid-semantic", "a=ice-lite", "since we are ice-lite.")]
    [InlineData("m=video", "m=video 70000 UDP/TLS/RTP/SAVPF 96", "expected m=KIND PORT PROTOCOL FORMATS.")]
    [InlineData("m=video", "m=video 9 UDP/TLS/RTP/SAVPF", "expected m=KIND PORT PROTOCOL FORMATS.")]
    [InlineData("m=video", "m=video 0 UDP/TLS/RTP/SAVPF 96", "is closed or not in its bundle")]
    [InlineData("m=video", "m=text 9 UDP/TLS/RTP/SAVPF 96", "The offer has no video section")]
    [InlineData("m=video", "m=video 9 RTP/AVP 96", "has no VP8")]
    [InlineData("m=video", "m=video 9 UDP/TLS/RTP/SAVPF 98", "has no VP8")]
    [InlineData("a=recvonly", "a=inactive", "does not receive")]
    [InlineData("a=mid:1", "a=mid:0", "The offer has two sections with a=mid:0, expected each mid once.")]
    [InlineData("a=rtpmap:111", "a=rtpmap:96 opus/48000/2", "")]
    [InlineData("s=-", "nonsense \u0007\u2028", "The offer's line 3 is \"nonsense ??\", expected a letter, = and a value.")]
    public void A_wrong_line_is_refused_with_one_line(string start, string by, string message)
    {
        if (message.Length > 0) Assert.Contains(message, Refusal(Offers.Replaced(Offers.ChromiumWatching, start, by)), StringComparison.Ordinal);
        else Assert.Null(SdpOffer.Parse(Offers.Replaced(Offers.ChromiumWatching, start, by)).Voice);
    }

    [Fact]
    public void Too_long_an_offer_or_line_and_too_many_sections_are_refused()
    {
        Assert.Equal("The offer has 65537 characters, expected at most 65536.", Refusal(new string('a', 65537)));
        Assert.Contains("has 4097 characters, expected at most 4096.", Refusal(Offers.ChromiumWatching + "a=" + new string('x', 4095)), StringComparison.Ordinal);
        string sections = string.Concat(Enumerable.Repeat("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", 63));
        Assert.Contains("more than 64 m= lines", Refusal(Offers.ChromiumWatching + sections), StringComparison.Ordinal);
        Assert.Equal("The offer has no m= line, expected a video section.", Refusal("v=0\r\n"));
        Assert.Equal("The offer's line 1 is \"\", expected v=0.", Refusal(""));
    }

    static string Refusal(string offer) => Assert.Throws<SdpException>(() => SdpOffer.Parse(offer)).Message;
}
