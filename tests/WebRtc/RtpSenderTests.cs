using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class RtpSenderTests
{
    static readonly NtpTime Start = NtpTime.Of(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    static readonly RtpStream Video = new(11, 96, 90_000, 65534, 0xFFFFFF00);
    static readonly RtpStream Voice = new(12, 111, 48_000, 5, 1000);
    readonly byte[] packet = new byte[1500];

    [Fact]
    public void Sequence_numbers_and_timestamps_wrap()
    {
        var sender = Sender(Video);
        var seen = new List<(ushort, uint)>();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(15, sender.WriteHeader(packet, 3, Seconds(i), marker: true, Seconds(i)));
            Assert.True(RtpPacket.TryParse(packet.AsSpan(0, 15), out var parsed));
            seen.Add((parsed.SequenceNumber, parsed.Timestamp));
            Assert.Equal(parsed.SequenceNumber, sender.LastSequence);
        }
        Assert.Equal([(65534, 0xFFFFFF00), (65535, 89_744), (0, 179_744), (1, 269_744)], seen);
        Assert.Equal((4, 12), (sender.PacketsSent, sender.BytesSent));
        Assert.Equal(unchecked(Video.FirstTimestamp + (uint)(100_000L * 90_000)), sender.Timestamp(Seconds(100_000)));
    }

    [Fact]
    public void Times_that_lack_a_tick_do_not_lose_a_sample()
    {
        var sender = Sender(Voice);
        for (int i = 0; i < 100_000; i++) Assert.Equal(Voice.FirstTimestamp + (uint)(960 * i), sender.Timestamp(TimeSpan.FromSeconds(i / 50.0)));
    }

    [Fact]
    public void Sender_reports_of_both_streams_lie_on_one_clock()
    {
        var video = Sender(Video);
        var voice = Sender(Voice);
        video.WriteHeader(packet, 9, Seconds(.9), true, Seconds(1));
        voice.WriteHeader(packet, 9, Seconds(.9), true, Seconds(1));
        var pictures = ReportOf(video, Seconds(1.25));
        var sounds = ReportOf(voice, Seconds(2.5));
        Assert.Equal(Start + Seconds(1.25), pictures.Time);
        Assert.Equal(unchecked(Video.FirstTimestamp + 112_500), pictures.RtpTimestamp);
        Assert.Equal(Start + Seconds(2.5), sounds.Time);
        Assert.Equal(Voice.FirstTimestamp + 120_000, sounds.RtpTimestamp);
        Assert.Equal((1u, 9u), (sounds.Packets, sounds.PayloadBytes));
    }

    [Fact]
    public void Reports_come_often_in_the_first_second_and_then_each_second()
    {
        var sender = Sender(Voice);
        Assert.False(sender.IsReportDue(Seconds(9)));
        sender.WriteHeader(packet, 9, Seconds(10), true, Seconds(10));
        var times = new List<int>();
        for (int ms = 10_000; ms <= 13_100; ms += 20)
        {
            if (!sender.IsReportDue(TimeSpan.FromMilliseconds(ms))) continue;
            times.Add(ms - 10_000);
            ReportOf(sender, TimeSpan.FromMilliseconds(ms));
        }
        Assert.Equal([0, 200, 400, 600, 800, 1000, 2000, 3000], times);
        ReportOf(sender, Seconds(17.5));
        Assert.False(sender.IsReportDue(Seconds(17.99)));
        Assert.True(sender.IsReportDue(Seconds(18)));
    }

    [Fact]
    public void The_round_trip_follows_from_a_report_block()
    {
        var sender = Sender(Video);
        var block = new ReportBlock(11, 64, 5, 65540, 900, (Start + Seconds(3)).Compact, NtpTime.ToCompact(Seconds(.5)));
        sender.OnReport(block, Seconds(3.58));
        Assert.Equal(80, sender.RoundTrip.TotalMilliseconds, .1);
        Assert.Equal((.25, 5, TimeSpan.FromMilliseconds(10)), (sender.FractionLost, sender.PacketsLost, sender.Jitter));
        sender.OnReport(block, Seconds(3.66));
        Assert.Equal(90, sender.RoundTrip.TotalMilliseconds, .1);
    }

    [Fact]
    public void Reports_of_others_and_impossible_times_change_nothing()
    {
        var sender = Sender(Video);
        sender.OnReport(new ReportBlock(99, 255, 5, 1, 1, 1, 1), Seconds(1));
        Assert.Equal(0, sender.FractionLost);
        sender.OnReport(new ReportBlock(11, 0, 0, 1, uint.MaxValue, (Start + Seconds(9)).Compact, 0), Seconds(3));
        sender.OnReport(new ReportBlock(11, 0, 0, 1, 1, 0, 77), Seconds(3));
        Assert.Equal(TimeSpan.Zero, sender.RoundTrip);
    }

    [Fact]
    public void Lost_packets_go_out_again_as_they_were()
    {
        var sender = Sender(Video);
        for (int i = 0; i < 5; i++)
        {
            int length = sender.WriteHeader(packet, 20 + i, Seconds(i), true, Seconds(i));
            packet[12] = (byte)i;
            sender.Keep(sender.LastSequence, packet.AsSpan(0, length));
        }
        Assert.True(sender.TryResend(0, Seconds(5), out var again));
        Assert.True(RtpPacket.TryParse(again, out var parsed));
        Assert.Equal((0, 22, 2), (parsed.SequenceNumber, parsed.Payload.Length, parsed.Payload[0]));
        Assert.False(sender.TryResend(700, Seconds(5), out _));
        Assert.False(sender.TryResend(0, Seconds(5.01), out _));
        Assert.Equal((1, 34), (sender.PacketsResent, sender.BytesResent));
    }

    [Fact]
    public void Streams_begin_at_random_in_the_first_half_of_the_numbers()
    {
        var streams = Enumerable.Range(0, 50).Select(_ => RtpStream.Begin(1, 96, 90_000)).ToList();
        Assert.All(streams, each => Assert.InRange(each.FirstSequence, 0, 0x7FFF));
        Assert.True(streams.Select(each => each.FirstTimestamp).Distinct().Count() > 40);
    }

    [Fact]
    public void Sending_allocates_nothing()
    {
        var sender = Sender(Video);
        var frame = new byte[5000];
        int i = 0;
        Send(1);
        Garbage.AssertNone(() => Send(500));

        void Send(int times)
        {
            for (int end = i + times; i < end; i++) SendOne();
        }

        void SendOne()
        {
            var now = TimeSpan.FromMilliseconds(60 * i);
            for (int part = 0; part < Vp8Packets.Count(frame.Length); part++)
            {
                int bytes = Vp8Packets.Write(frame, part, (ushort)i, packet.AsSpan(RtpPacket.HeaderBytes));
                int length = sender.WriteHeader(packet, bytes, now, part == 4, now);
                sender.Keep(sender.LastSequence, packet.AsSpan(0, length));
                sender.TryResend(sender.LastSequence, now, out _);
            }
            if (sender.IsReportDue(now)) sender.WriteReport(packet, now, [default]);
        }
    }

    static RtpSender Sender(RtpStream stream) => new(stream, Start, "call7", 64);

    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    SenderInfo ReportOf(RtpSender sender, TimeSpan now)
    {
        var reader = new RtcpReader(packet.AsSpan(0, sender.WriteReport(packet, now, [])));
        Assert.True(reader.TryRead(out var report));
        Assert.Equal(RtcpKind.SenderReport, report.Kind);
        return report.SenderInfo;
    }
}
