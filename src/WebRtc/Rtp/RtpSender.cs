namespace TalkingMachines.WebRtc;

/// <summary>
/// One outgoing stream: numbers its packets, keeps them for resending, reports on itself. Times are those of the call's one
/// media clock, from which the timestamps and the NTP times of all its streams derive, so a receiver can align them
/// (lip sync). Not for several threads at once.
/// </summary>
/// <param name="start">NTP time at which the media clock stood at zero: the same for all streams of a call.</param>
/// <param name="canonicalName">The same for all streams of a call (RFC 3550, section 6.5.1).</param>
/// <param name="historyPackets">Packets kept for resending: a power of two or 0.</param>
internal sealed class RtpSender(RtpStream stream, NtpTime start, string canonicalName, int historyPackets)
{
    // Early reports let a receiver align the streams in the first second.
    static readonly TimeSpan EarlyInterval = TimeSpan.FromSeconds(.2), Interval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LeastResendInterval = TimeSpan.FromMilliseconds(20), MostResendInterval = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan MostRoundTrip = TimeSpan.FromSeconds(30);

    readonly SendHistory history = new(historyPackets);
    ushort nextSequence = stream.FirstSequence;
    TimeSpan? firstSent;
    TimeSpan nextReport;

    public uint Ssrc => stream.Ssrc;
    public int PayloadType => stream.PayloadType;

    /// <summary>Sequence number of the last packet from <see cref="WriteHeader"/>.</summary>
    public ushort LastSequence => (ushort)(nextSequence - 1);

    public long PacketsSent { get; private set; }

    /// <summary>Bytes of payload, headers and resent packets not counted.</summary>
    public long BytesSent { get; private set; }
    public long PacketsResent { get; private set; }
    public long BytesResent { get; private set; }

    /// <summary>Part of the packets that the receiver missed between its last two reports, 0 to 1.</summary>
    public double FractionLost { get; private set; }

    /// <summary>Packets that the receiver missed since the beginning.</summary>
    public int PacketsLost { get; private set; }

    /// <summary>Jitter of arrivals as the receiver reported it.</summary>
    public TimeSpan Jitter { get; private set; }

    /// <summary>Smoothed as TCP does, by eighths (RFC 6298); zero until the receiver has answered a sender report.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>The stream's timestamp nearest to an instant, 32 bits that wrap.</summary>
    public uint Timestamp(TimeSpan mediaTime) =>
        unchecked(stream.FirstTimestamp + (uint)(long)((((Int128)mediaTime.Ticks * stream.ClockRate) + (TimeSpan.TicksPerSecond / 2)) / TimeSpan.TicksPerSecond));

    /// <summary>
    /// Writes the header of the next packet in front of a payload that stands behind its <see cref="RtpPacket.HeaderBytes"/>.
    /// </summary>
    /// <returns>Length of the whole packet.</returns>
    public int WriteHeader(Span<byte> packet, int payloadBytes, TimeSpan mediaTime, bool marker, TimeSpan now)
    {
        RtpPacket.WriteHeader(packet, stream.PayloadType, marker, nextSequence++, Timestamp(mediaTime), stream.Ssrc);
        PacketsSent++;
        BytesSent += payloadBytes;
        if (firstSent is null) (firstSent, nextReport) = (now, now);
        return RtpPacket.HeaderBytes + payloadBytes;
    }

    /// <summary>Keeps a packet as it goes out (protected) for resending.</summary>
    public void Keep(ushort sequence, ReadOnlySpan<byte> packet) => history.Keep(sequence, packet);

    /// <summary>A packet to send again, as it was: see <see cref="SendHistory.TryTake"/>.</summary>
    public bool TryResend(ushort sequence, TimeSpan now, out ReadOnlySpan<byte> packet)
    {
        var interval = TimeSpan.FromTicks(Math.Clamp(RoundTrip.Ticks, LeastResendInterval.Ticks, MostResendInterval.Ticks));
        if (!history.TryTake(sequence, now, interval, out packet)) return false;
        PacketsResent++;
        BytesResent += packet.Length;
        return true;
    }

    /// <summary>Whether a sender report should go: at 0, 0.2, 0.4, 0.6, 0.8 and 1 s from the first packet, then each second.</summary>
    public bool IsReportDue(TimeSpan now) => firstSent is not null && now >= nextReport;

    /// <summary>Writes a sender report with the canonical name and reports on streams received; a whole compound packet.</summary>
    /// <returns>Its length.</returns>
    public int WriteReport(Span<byte> to, TimeSpan now, ReadOnlySpan<ReportBlock> received)
    {
        var since = now - (firstSent ?? now);
        var interval = since < Interval ? EarlyInterval : Interval;
        // The grid is kept, but what was missed is not made up for.
        nextReport = now - since + interval * (since.Ticks / interval.Ticks + 1);
        var info = new SenderInfo(start + now, Timestamp(now), unchecked((uint)PacketsSent), unchecked((uint)BytesSent));
        return Rtcp.WriteSenderReport(to, stream.Ssrc, info, received, canonicalName);
    }

    /// <summary>Takes in what the receiver reports of this stream; blocks about others change nothing.</summary>
    public void OnReport(in ReportBlock block, TimeSpan now)
    {
        if (block.Ssrc != stream.Ssrc) return;
        FractionLost = block.FractionLost / 256.0;
        PacketsLost = block.PacketsLost;
        Jitter = TimeSpan.FromSeconds((double)block.Jitter / stream.ClockRate);
        if (block.LastReport == 0) return;
        var roundTrip = NtpTime.FromCompact(unchecked((start + now).Compact - block.LastReport - block.DelaySinceLastReport));
        // Clocks that drift may give a little less than nothing, which wraps to hours; so may an invented report.
        if (roundTrip > MostRoundTrip) return;
        RoundTrip = RoundTrip == TimeSpan.Zero ? roundTrip : RoundTrip + (roundTrip - RoundTrip) / 8;
    }
}
