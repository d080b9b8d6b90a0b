using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class RtpPacketTests
{
    [Fact]
    public void A_header_is_read_as_it_was_written()
    {
        var bytes = new byte[15];
        bytes[12] = 7;
        RtpPacket.WriteHeader(bytes, 111, marker: true, 0xFFFE, 0x89ABCDEF, 0xFEDCBA98);
        Assert.Equal("80EFFFFE89ABCDEFFEDCBA98070000", Convert.ToHexString(bytes));
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        Assert.Equal((true, 111, (ushort)0xFFFE, 0x89ABCDEF, 0xFEDCBA98), (packet.Marker, packet.PayloadType, packet.SequenceNumber, packet.Timestamp, packet.Ssrc));
        Assert.Equal([7, 0, 0], packet.Payload.ToArray());
    }

    [Fact]
    public void Contributing_sources_extension_and_padding_are_cut_off()
    {
        // Two contributing sources, an extension of one word, two bytes of payload, three of padding.
        byte[] bytes = Convert.FromHexString("B26F0001" + "00000002" + "00000003" + "11111111" + "22222222" + "BEDE0001" + "10FF0000" + "ABCD" + "000003");
        Assert.Equal(28, RtpPacket.HeaderLength(bytes));
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        Assert.Equal([0xAB, 0xCD], packet.Payload.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("806F0001000000020000")]
    [InlineData("406F0001000000020000000300")]
    [InlineData("8F6F0001000000020000000311111111")]
    [InlineData("906F000100000002000000031000")]
    [InlineData("906F000100000002000000031000FFFF")]
    [InlineData("A06F00010000000200000003")]
    [InlineData("A06F0001000000020000000300")]
    [InlineData("A06F0001000000020000000302")]
    public void Damaged_packets_are_refused(string hexadecimal) =>
        Assert.False(RtpPacket.TryParse(Convert.FromHexString(hexadecimal), out _));

    [Fact]
    public void A_packet_longer_than_any_network_carries_is_refused()
    {
        var bytes = new byte[RtpPacket.MostBytes + 1];
        RtpPacket.WriteHeader(bytes, 96, marker: false, 1, 2, 3);
        Assert.False(RtpPacket.TryParse(bytes, out _));
        Assert.True(RtpPacket.TryParse(bytes.AsSpan(..^1), out _));
    }

    [Fact]
    public void Reports_are_told_from_media_by_their_second_byte()
    {
        Assert.True(RtpPacket.IsRtcp([0x80, 200]) && RtpPacket.IsRtcp([0x81, 206]));
        Assert.False(RtpPacket.IsRtcp([0x80, 96]) || RtpPacket.IsRtcp([0x80, 0x80 | 96]) || RtpPacket.IsRtcp([0x80]));
    }

    [Theory]
    [InlineData(1), InlineData(1096), InlineData(1097), InlineData(2192), InlineData(40_001)]
    public void A_frame_is_cut_into_payloads_and_put_together_again(int length)
    {
        var frame = new byte[length];
        new Random(length).NextBytes(frame);
        var payload = new byte[Vp8Packets.MostPayloadBytes];
        var together = new List<byte>();
        for (int i = 0; i < Vp8Packets.Count(length); i++)
        {
            int bytes = Vp8Packets.Write(frame, i, 0x7ABC, payload);
            Assert.Equal(i == 0 ? "9080FABC" : "8080FABC", Convert.ToHexString(payload.AsSpan(0, 4)));
            Assert.InRange(bytes, 5, Vp8Packets.MostPayloadBytes);
            together.AddRange(payload[4..bytes]);
        }
        Assert.Equal(frame, together);
    }

    [Fact]
    public void Picture_ids_wrap_at_15_bits_and_an_empty_frame_takes_no_payload()
    {
        Assert.Equal(0, Vp8Packets.NextPictureId(0x7FFF));
        Assert.Equal(8, Vp8Packets.NextPictureId(7));
        Assert.Equal((0, 1, 1, 2), (Vp8Packets.Count(0), Vp8Packets.Count(1), Vp8Packets.Count(1096), Vp8Packets.Count(1097)));
    }
}
