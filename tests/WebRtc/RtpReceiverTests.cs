using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class RtpReceiverTests
{
    const int Rate = 48_000, Samples = 960;
    const int Lost = -1;
    readonly RtpReceiver receiver = new(Rate);

    [Fact]
    public void Packets_in_order_come_out_at_once()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.True(Add(i));
            Assert.Equal([i], Taken(i));
        }
    }

    [Fact]
    public void Two_packets_changed_about_come_out_in_order()
    {
        Add(0);
        Add(2, at: 1);
        Assert.Equal([0], Taken(1));
        Add(1, at: 2);
        Assert.Equal([1, 2], Taken(2));
    }

    [Fact]
    public void A_gap_is_marked_when_enough_later_packets_are_here()
    {
        Add(0);
        Assert.Equal([0], Taken(0));
        for (int i = 3; i < 6; i++) Add(i, at: 3);
        Assert.Empty(Taken(3));
        Add(6, at: 3);
        Assert.Equal([Lost, Lost, 3, 4, 5, 6], Taken(3));
        Assert.False(Add(1, at: 7), "too late");
    }

    [Fact]
    public void A_gap_is_marked_when_the_next_packet_has_waited_long_enough()
    {
        Add(0);
        Add(2, at: 2);
        Assert.Equal([0], Taken(6));
        Assert.Equal([Lost, 2], Taken(7));
    }

    [Fact]
    public void Doubled_packets_come_out_once()
    {
        Add(0);
        Add(2);
        Assert.False(Add(2));
        Add(1);
        Assert.False(Add(0));
        Assert.Equal([0, 1, 2], Taken(2));
    }

    [Fact]
    public void Sequence_numbers_wrap_and_reports_count_the_wraps()
    {
        for (int i = 65_530; i < 65_542; i++) Add(i == 65_537 ? 65_538 : i == 65_538 ? 65_537 : i);
        Assert.Equal(12, Taken(65_600).Count);
        var report = receiver.TakeReport(TimeSpan.Zero);
        Assert.Equal((0x10005u, 0, (byte)0), (report.HighestSequence, report.PacketsLost, report.FractionLost));
    }

    [Fact]
    public void The_fraction_lost_counts_from_report_to_report()
    {
        for (int i = 0; i < 8; i++) Add(i);
        Assert.Equal(0, receiver.TakeReport(TimeSpan.Zero).FractionLost);
        for (int i = 8; i < 16; i++)
            if (i % 4 != 1)
                Add(i);
        var report = receiver.TakeReport(TimeSpan.Zero);
        Assert.Equal((64, 2), (report.FractionLost, report.PacketsLost));
        Assert.Equal((0, 2), (receiver.TakeReport(TimeSpan.Zero).FractionLost, report.PacketsLost));
        Add(15);
        Add(15);
        Add(15);
        Assert.Equal((-1, (byte)0), (receiver.TakeReport(TimeSpan.Zero).PacketsLost, receiver.TakeReport(TimeSpan.Zero).FractionLost));
    }

    [Fact]
    public void Jitter_follows_appendix_a8_across_the_wrap_of_timestamps()
    {
        double expected = 0;
        int[] delays = [0, 480, 0, 960, 100, 100, 2000, 0];    // in samples
        uint stamp = uint.MaxValue - 2 * Samples;
        for (int i = 0; i < delays.Length; i++)
        {
            if (i > 0) expected += (Math.Abs(delays[i] - delays[i - 1]) - expected) / 16;
            var arrival = TimeSpan.FromTicks((i * Samples + delays[i]) * TimeSpan.TicksPerSecond / Rate + 1);
            receiver.Add(Packet(i, unchecked(stamp + (uint)(i * Samples)), 9), arrival);
        }
        Assert.Equal(expected, receiver.Jitter.TotalSeconds * Rate, 2.0);
        Assert.InRange(receiver.TakeReport(TimeSpan.Zero).Jitter, (uint)expected - 2, (uint)expected + 2);
    }

    [Fact]
    public void A_sender_report_is_answered_with_its_time_and_the_delay_since()
    {
        Add(0);
        Assert.Equal((0u, 0u), (receiver.TakeReport(TimeSpan.Zero).LastReport, receiver.TakeReport(TimeSpan.Zero).DelaySinceLastReport));
        receiver.OnSenderReport(new NtpTime(0x0123456789ABCDEF), TimeSpan.FromSeconds(1));
        var report = receiver.TakeReport(TimeSpan.FromSeconds(1.5));
        Assert.Equal((0x456789ABu, 32768u), (report.LastReport, report.DelaySinceLastReport));
    }

    [Fact]
    public void A_long_gap_is_cut_down_to_ten_marks()
    {
        Add(0);
        Assert.Equal([0], Taken(0));
        for (int i = 40; i < 44; i++) Add(i);
        Assert.Equal([.. Enumerable.Repeat(Lost, RtpReceiver.MostMarked), 40, 41, 42, 43], Taken(44));
    }

    [Fact]
    public void More_than_a_second_missing_is_passed_over()
    {
        Add(0);
        Add(2);
        Assert.Equal([0], Taken(2));
        Add(500);
        Assert.Equal([500], Taken(500));
        Assert.Equal(498, receiver.PacketsLost);
    }

    [Fact]
    public void A_single_stray_number_is_refused_and_two_in_a_row_begin_anew()
    {
        Add(0);
        Assert.False(Add(20_000));
        Assert.True(Add(1));
        Assert.False(Add(40_000));
        Assert.True(Add(40_001));
        Assert.True(Add(40_002));
        Assert.Equal([40_001, 40_002], Taken(40_003));
        Assert.Equal(0, receiver.PacketsLost);
    }

    [Fact]
    public void Another_source_begins_anew()
    {
        Add(5);
        Assert.True(receiver.Add(Packet(3, 0, 4), TimeSpan.Zero));
        Assert.Equal((4u, 1L), (receiver.Ssrc, receiver.PacketsReceived));
    }

    [Fact]
    public void Padding_alone_is_no_loss_and_too_long_a_payload_no_sound()
    {
        Add(0);
        byte[] probe = new byte[12];
        RtpPacket.WriteHeader(probe, 111, false, 1, 0, 9);
        Assert.True(RtpPacket.TryParse(probe, out var empty) && receiver.Add(empty, TimeSpan.Zero));
        Add(2);
        Assert.Equal([0, 2], Taken(2));
        byte[] giant = new byte[1400];
        RtpPacket.WriteHeader(giant, 111, false, 3, 0, 9);
        Assert.True(RtpPacket.TryParse(giant, out var packet));
        Assert.False(receiver.Add(packet, TimeSpan.Zero));
    }

    [Fact]
    public void Any_order_within_the_window_comes_out_sorted()
    {
        var random = new Random(3);
        for (int start = 0; start < 3000; start += 4)
        {
            int[] four = [start, start + 1, start + 2, start + 3];
            if (start > 0) random.Shuffle(four);
            foreach (int i in four) Add(i, at: start);
            Assert.Equal([start, start + 1, start + 2, start + 3], Taken(start));
        }
    }

    [Fact]
    public void Receiving_allocates_nothing()
    {
        byte[] bytes = new byte[100];
        int next = 1;
        Receive(0);
        Garbage.AssertNone(() =>
        {
            for (int end = next + 1000; next < end; next++)
                if (next % 7 != 3)
                    Receive(next);
        });

        void Receive(int i)
        {
            RtpPacket.WriteHeader(bytes, 111, false, (ushort)i, (uint)(i * Samples), 9);
            if (RtpPacket.TryParse(bytes, out var packet)) receiver.Add(packet, i * TimeSpan.FromMilliseconds(20));
            while (receiver.TryTake(i * TimeSpan.FromMilliseconds(20), out _)) { }
            receiver.TakeReport(TimeSpan.Zero);
        }
    }

    /// <summary>Adds packet number <paramref name="index"/>, which arrives in its turn or at another's.</summary>
    bool Add(int index, int? at = null) => receiver.Add(Packet(index, (uint)(index * Samples), 9), (at ?? index) * TimeSpan.FromMilliseconds(20));

    /// <summary>Numbers of the packets that come out at a packet's turn.</summary>
    List<int> Taken(int at)
    {
        var found = new List<int>();
        while (receiver.TryTake(at * TimeSpan.FromMilliseconds(20), out var payload))
            found.Add(payload.IsEmpty ? Lost : BitConverter.ToInt32(payload));
        return found;
    }

    static RtpPacket Packet(int index, uint timestamp, uint ssrc)
    {
        byte[] bytes = new byte[16];
        RtpPacket.WriteHeader(bytes, 111, marker: false, (ushort)index, timestamp, ssrc);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), index);
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        return packet;
    }
}
