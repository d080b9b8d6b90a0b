using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class RtcpTests
{
    static readonly ReportBlock Block = new(0xAABBCCDD, 64, -3, 0x10005, 77, 0x12345678, 0x9ABC);

    [Fact]
    public void A_sender_report_is_one_compound_packet_that_names_its_sender()
    {
        var bytes = new byte[200];
        var info = new SenderInfo(new NtpTime(0x0123456789ABCDEF), 90_000, 12, 3456);
        int length = Rtcp.WriteSenderReport(bytes, 7, info, [Block], "call7");
        Assert.Equal(52 + 16, length);
        Assert.Equal("81CA0003" + "00000007" + "0105" + Convert.ToHexString("call7"u8) + "00", Convert.ToHexString(bytes[52..length]));
        var reader = new RtcpReader(bytes.AsSpan(0, length));
        Assert.True(reader.TryRead(out var report));
        Assert.Equal((RtcpKind.SenderReport, 7u, 1), (report.Kind, report.Ssrc, report.ReportCount));
        Assert.Equal(info, report.SenderInfo);
        Assert.Equal(Block, report.Report(0));
        Assert.True(reader.TryRead(out var description));
        Assert.Equal((RtcpKind.Other, 7u), (description.Kind, description.Ssrc));
        Assert.False(reader.TryRead(out _));
        Assert.False(reader.IsDamaged);
    }

    [Fact]
    public void A_receiver_report_picture_loss_and_goodbye_share_a_datagram()
    {
        var bytes = new byte[200];
        int length = Rtcp.WriteReceiverReport(bytes, 7, [Block, Block with { Ssrc = 9 }], "a");
        length += Rtcp.WritePictureLoss(bytes.AsSpan(length), 7, 9);
        length += Rtcp.WriteGoodbye(bytes.AsSpan(length), 7);
        var kinds = new List<RtcpKind>();
        var reader = new RtcpReader(bytes.AsSpan(0, length));
        while (reader.TryRead(out var packet))
        {
            kinds.Add(packet.Kind);
            if (packet.Kind == RtcpKind.ReceiverReport) Assert.Equal(9u, packet.Report(1).Ssrc);
            if (packet.Kind == RtcpKind.PictureLoss) Assert.Equal((7u, 9u), (packet.Ssrc, packet.MediaSsrc));
            if (packet.Kind == RtcpKind.Goodbye) Assert.True(packet.Names(7) && !packet.Names(9));
        }
        Assert.Equal([RtcpKind.ReceiverReport, RtcpKind.Other, RtcpKind.PictureLoss, RtcpKind.Goodbye], kinds);
    }

    [Fact]
    public void Missing_numbers_share_words_of_seventeen_across_the_wrap()
    {
        ushort[] missing = [65530, 65535, 0, 10, 11, 100];
        var bytes = new byte[100];
        int length = Rtcp.WriteNack(bytes, 7, 9, missing);
        Assert.Equal(12 + 3 * 4, length);
        var reader = new RtcpReader(bytes.AsSpan(0, length));
        Assert.True(reader.TryRead(out var packet));
        Assert.Equal((RtcpKind.Nack, 9u), (packet.Kind, packet.MediaSsrc));
        var found = new List<ushort>();
        foreach (ushort sequence in packet.Nacked) found.Add(sequence);
        Assert.Equal(missing, found);
    }

    [Theory]
    [InlineData("03FFFF", 0x3FFFF)]
    [InlineData("0BD090", 1_000_000)]                      // 250,000 * 2^2
    [InlineData("FFFFFF", long.MaxValue)]
    [InlineData("FC0000", 0)]
    public void An_estimate_is_a_mantissa_and_an_exponent(string rate, long expected)
    {
        byte[] bytes = Convert.FromHexString("8FCE0005" + "00000001" + "00000000" + Convert.ToHexString("REMB"u8) + "01" + rate + "00000009");
        var reader = new RtcpReader(bytes);
        Assert.True(reader.TryRead(out var packet));
        Assert.Equal(RtcpKind.BitrateEstimate, packet.Kind);
        Assert.True(packet.Names(9) && !packet.Names(1));
        Assert.Equal(expected, packet.EstimateBitsPerSecond);
    }

    [Fact]
    public void A_full_intra_request_names_its_stream_and_repeats_its_command()
    {
        byte[] bytes = Convert.FromHexString("84CE0006" + "00000001" + "00000000" + "00000008" + "05000000" + "00000009" + "06000000");
        var reader = new RtcpReader(bytes);
        Assert.True(reader.TryRead(out var packet));
        Assert.True(packet.TryGetFullIntra(9, out byte command));
        Assert.Equal(6, command);
        Assert.False(packet.TryGetFullIntra(7, out _));
        var requests = new KeyFrameRequests();
        Assert.True(requests.OnFullIntra(6, TimeSpan.Zero));
        Assert.False(requests.OnFullIntra(6, TimeSpan.FromSeconds(9)));
        Assert.False(requests.OnFullIntra(7, TimeSpan.FromSeconds(.1)));
        Assert.False(requests.OnPictureLoss(TimeSpan.FromSeconds(.29)));
        Assert.True(requests.OnFullIntra(7, TimeSpan.FromSeconds(.3)));
        Assert.True(requests.OnPictureLoss(TimeSpan.FromSeconds(.6)));
    }

    [Theory]
    [InlineData("80C8")]
    [InlineData("80C80001" + "00000001")]                     // a sender report without its times
    [InlineData("82C90001" + "00000001")]                     // two blocks announced, none there
    [InlineData("81CD0002" + "00000001" + "00000002")]        // no word in a NACK
    [InlineData("81CE0001" + "00000001")]
    [InlineData("84CE0002" + "00000001" + "00000002")]
    [InlineData("8FCE0004" + "00000001" + "00000000" + "52454D42" + "FF0BD090")]
    [InlineData("83CB0001" + "00000001")]
    [InlineData("A0C90001" + "00000001")]                     // padding of one byte
    [InlineData("A0C90001" + "00000008")]
    [InlineData("80C900FF" + "00000001")]
    [InlineData("40C90001" + "00000001")]
    public void Damaged_packets_end_the_reading(string hexadecimal)
    {
        var reader = new RtcpReader(Convert.FromHexString(hexadecimal));
        Assert.False(reader.TryRead(out _));
        Assert.True(reader.IsDamaged);
    }

    [Fact]
    public void Padding_of_the_last_packet_is_cut_off()
    {
        var reader = new RtcpReader(Convert.FromHexString("A0C90002" + "00000001" + "00000004"));
        Assert.True(reader.TryRead(out var packet));
        Assert.Equal(1u, packet.Ssrc);
        Assert.False(reader.IsDamaged);
    }

    [Fact]
    public void Ntp_times_count_from_1900_and_wrap_into_their_middle()
    {
        var time = NtpTime.Of(new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(2_208_988_800UL << 32, time.Value);                       // RFC 868
        Assert.Equal(0x80000000UL, (time + TimeSpan.FromSeconds(.5)).Value & 0xFFFFFFFF);
        Assert.Equal(time, time + TimeSpan.FromSeconds(1.5) + TimeSpan.FromSeconds(-1.5));
        Assert.Equal((2_208_988_800UL << 16) & 0xFFFFFFFF, time.Compact);
        Assert.Equal(TimeSpan.FromSeconds(2), NtpTime.FromCompact(NtpTime.ToCompact(TimeSpan.FromSeconds(2))));
        Assert.Equal((0u, uint.MaxValue), (NtpTime.ToCompact(TimeSpan.FromSeconds(-1)), NtpTime.ToCompact(TimeSpan.FromDays(9))));
    }
}
