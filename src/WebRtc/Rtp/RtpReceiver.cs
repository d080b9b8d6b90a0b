namespace TalkingMachines.WebRtc;

/// <summary>
/// One incoming stream of sound: puts packets in order, marks gaps, and measures loss and jitter for receiver reports
/// (RFC 3550, sections 6.4.1, A.1, A.3, A.8). A packet missing is waited for until <see cref="MostWaiting"/> later ones are
/// here or the oldest of them has waited for <see cref="MostWait"/>. The packets are authenticated, so the first one counts
/// without probation. Not for several threads at once.
/// </summary>
/// <param name="clockRate">Timestamp units a second.</param>
internal sealed class RtpReceiver(int clockRate)
{
    /// <summary>Longer payloads are refused; an Opus packet of 20 ms has at most 1275 bytes (RFC 6716, section 3.2.1).</summary>
    public const int MostPayloadBytes = 1275;

    /// <summary>Later packets that end the wait for a missing one: 80 ms of sound.</summary>
    public const int MostWaiting = 4;

    /// <summary>Missing packets marked in a row; a longer gap is cut down to this, since nothing can conceal it.</summary>
    public const int MostMarked = 10;

    /// <summary>Packets a second that are handed over, lost ones included: as many as Opus has at its shortest, 2.5 ms. Each costs a decoding.</summary>
    public const int MostPerSecond = 400;

    /// <summary>Longest wait of a packet for those in front of it.</summary>
    public static readonly TimeSpan MostWait = TimeSpan.FromMilliseconds(100);

    const int Slots = 64, MaxDropout = 3000, MaxMisorder = 100;

    readonly byte[] bytes = new byte[Slots * MostPayloadBytes];
    readonly Slot[] slots = new Slot[Slots];
    long first, highest, next;             // sequence numbers that do not wrap
    int waiting;
    bool begun;
    ushort? expectedAfterJump;
    long priorExpected, priorReceived;
    uint lastTransit;
    double jitter;
    RateLimit taken = new(MostPerSecond);
    NtpTime lastReport;
    TimeSpan? lastReportArrival;

    struct Slot
    {
        public bool IsFull;
        public short Length;
        public TimeSpan Arrival;
    }

    /// <summary>The source heard last; 0 before the first packet.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>Packets since the stream began, late and doubled ones included.</summary>
    public long PacketsReceived { get; private set; }

    public long BytesReceived { get; private set; }

    /// <summary>Packets that never came, less those that came twice.</summary>
    public long PacketsLost => begun ? highest - first + 1 - PacketsReceived : 0;

    public TimeSpan Jitter => TimeSpan.FromSeconds(jitter / clockRate);

    /// <summary>Takes in a packet. False if it gives no sound: doubled, too late, too long, or out of all order.</summary>
    public bool Add(in RtpPacket packet, TimeSpan arrival)
    {
        if (packet.Payload.Length > MostPayloadBytes) return false;
        if (!begun || packet.Ssrc != Ssrc) Begin(packet);
        int step = (short)(packet.SequenceNumber - (ushort)highest);
        if (step is > MaxDropout or < -MaxMisorder)
        {
            // Two in a row behind a leap: the source began anew (RFC 3550, A.1).
            bool again = expectedAfterJump == packet.SequenceNumber;
            expectedAfterJump = (ushort)(packet.SequenceNumber + 1);
            if (!again) return false;
            Begin(packet);
            step = 0;
        }
        expectedAfterJump = null;
        long index = highest + step;
        highest = Math.Max(highest, index);
        PacketsReceived++;
        BytesReceived += packet.Payload.Length;
        MeasureJitter(packet.Timestamp, arrival);
        return Store(index, packet.Payload, arrival);
    }

    /// <summary>The next packet in order, if it is here or no longer waited for.</summary>
    /// <param name="payload">Empty for a packet that was lost; valid until the next <see cref="Add"/>.</param>
    public bool TryTake(TimeSpan now, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        while (waiting > 0)
        {
            int place = (int)(next % Slots);
            if (slots[place].IsFull)
            {
                slots[place].IsFull = false;
                waiting--;
                next++;
                payload = bytes.AsSpan(place * MostPayloadBytes, slots[place].Length);
                // Packets of padding alone only probe the path.
                if (payload.IsEmpty || !taken.Admits(now)) continue;
                return true;
            }
            long oldest = FirstWaiting();
            if (waiting < MostWaiting && now - slots[oldest % Slots].Arrival < MostWait) return false;
            next = Math.Max(next, oldest - MostMarked) + 1;
            payload = default;
            if (taken.Admits(now)) return true;
        }
        return false;
    }

    /// <summary>Takes in a sender report of this source, to be answered in the next block.</summary>
    public void OnSenderReport(NtpTime time, TimeSpan arrival) => (lastReport, lastReportArrival) = (time, arrival);

    /// <summary>The block for the next report; its fraction counts from the block before.</summary>
    public ReportBlock TakeReport(TimeSpan now)
    {
        long expected = begun ? highest - first + 1 : 0;
        long expectedSince = expected - priorExpected, lostSince = expectedSince - (PacketsReceived - priorReceived);
        (priorExpected, priorReceived) = (expected, PacketsReceived);
        byte fraction = expectedSince <= 0 || lostSince <= 0 ? (byte)0 : (byte)Math.Min(255, lostSince * 256 / expectedSince);
        int lost = (int)Math.Clamp(PacketsLost, -(1 << 23), (1 << 23) - 1);
        uint delay = lastReportArrival is { } arrival ? NtpTime.ToCompact(now - arrival) : 0;
        uint report = lastReportArrival is null ? 0 : lastReport.Compact;
        return new(Ssrc, fraction, lost, unchecked((uint)highest), (uint)Math.Min(jitter, uint.MaxValue), report, delay);
    }

    void Begin(in RtpPacket packet)
    {
        Array.Clear(slots);
        (begun, Ssrc, waiting, jitter, lastTransit) = (true, packet.Ssrc, 0, 0, 0);
        first = highest = next = packet.SequenceNumber;
        (PacketsReceived, BytesReceived, priorExpected, priorReceived) = (0, 0, 0, 0);
        (expectedAfterJump, lastReportArrival) = (null, null);
    }

    bool Store(long index, ReadOnlySpan<byte> payload, TimeSpan arrival)
    {
        if (index < next) return false;
        if (index - next >= Slots)
        {
            // More than a second is missing: what waits in front of the gap is of no use any more.
            Array.Clear(slots);
            (next, waiting) = (index, 0);
        }
        ref var slot = ref slots[index % Slots];
        if (slot.IsFull) return false;
        payload.CopyTo(bytes.AsSpan((int)(index % Slots) * MostPayloadBytes));
        slot = new Slot { IsFull = true, Length = (short)payload.Length, Arrival = arrival };
        waiting++;
        return true;
    }

    long FirstWaiting()
    {
        long index = next;
        while (!slots[index % Slots].IsFull) index++;
        return index;
    }

    /// <summary>J += (|D| - J) / 16, where D is the change of the time between stamp and arrival.</summary>
    void MeasureJitter(uint timestamp, TimeSpan arrival)
    {
        uint arrived = unchecked((uint)(long)((Int128)arrival.Ticks * clockRate / TimeSpan.TicksPerSecond));
        uint transit = unchecked(arrived - timestamp);
        if (PacketsReceived > 1) jitter += (Math.Abs((double)unchecked((int)(transit - lastTransit))) - jitter) / 16;
        lastTransit = transit;
    }
}
