using System.Buffers.Binary;

namespace TalkingMachines.WebRtc;

/// <summary>The packets of RTCP that mean something to us.</summary>
internal enum RtcpKind
{
    /// <summary>Well formed, but of no use here.</summary>
    Other,
    SenderReport,
    ReceiverReport,
    Goodbye,

    /// <summary>Packets to send again.</summary>
    Nack,

    /// <summary>PLI: a key frame is wanted.</summary>
    PictureLoss,

    /// <summary>FIR: a key frame is wanted, once for each command number.</summary>
    FullIntraRequest,

    /// <summary>REMB: what the receiver believes the path carries.</summary>
    BitrateEstimate,
}

/// <summary>A view of one packet within a compound, its lengths already checked by <see cref="RtcpReader"/>.</summary>
internal readonly ref struct RtcpPacket
{
    const int FeedbackBytes = 8, FullIntraBytes = 8, EstimateBytes = 8;
    readonly ReadOnlySpan<byte> body;      // behind the header of four bytes, padding cut off
    readonly int count;

    RtcpPacket(RtcpKind kind, int count, ReadOnlySpan<byte> body)
    {
        Kind = kind;
        this.count = count;
        this.body = body;
    }

    public RtcpKind Kind { get; }

    /// <summary>Who sent it; 0 if the packet names nobody.</summary>
    public uint Ssrc => body.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(body) : 0;

    /// <summary>The stream that a <see cref="RtcpKind.Nack"/> or <see cref="RtcpKind.PictureLoss"/> is about.</summary>
    public uint MediaSsrc => BinaryPrimitives.ReadUInt32BigEndian(body[4..]);

    /// <summary>Report blocks of a sender or receiver report, 0 to 31.</summary>
    public int ReportCount => Kind is RtcpKind.SenderReport or RtcpKind.ReceiverReport ? count : 0;

    /// <summary>Times and counters of a <see cref="RtcpKind.SenderReport"/>.</summary>
    public SenderInfo SenderInfo => new(
        new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(body[4..])),
        BinaryPrimitives.ReadUInt32BigEndian(body[12..]),
        BinaryPrimitives.ReadUInt32BigEndian(body[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(body[20..]));

    /// <summary>The sequence numbers of a <see cref="RtcpKind.Nack"/>: at most 17 for each of its words.</summary>
    public NackedSequences Nacked => new(body[FeedbackBytes..]);

    /// <summary>Bits a second of a <see cref="RtcpKind.BitrateEstimate"/>: 18 bits times a power of two, saturated.</summary>
    public long EstimateBitsPerSecond
    {
        get
        {
            long mantissa = BinaryPrimitives.ReadUInt32BigEndian(body[12..]) & 0x3FFFF;
            int exponent = body[13] >> 2;
            return exponent > 44 ? mantissa == 0 ? 0 : long.MaxValue : mantissa << exponent;
        }
    }

    /// <summary>One of <see cref="ReportCount"/> blocks.</summary>
    public ReportBlock Report(int index) => ReportBlock.Read(body[((Kind == RtcpKind.SenderReport ? 24 : 4) + index * ReportBlock.Bytes)..]);

    /// <summary>Whether a <see cref="RtcpKind.FullIntraRequest"/> is for a stream, and its command number.</summary>
    public bool TryGetFullIntra(uint ssrc, out byte command)
    {
        for (int at = FeedbackBytes; at + FullIntraBytes <= body.Length; at += FullIntraBytes)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(body[at..]) != ssrc) continue;
            command = body[at + 4];
            return true;
        }
        command = 0;
        return false;
    }

    /// <summary>Whether a <see cref="RtcpKind.Goodbye"/> or <see cref="RtcpKind.BitrateEstimate"/> names a stream.</summary>
    public bool Names(uint ssrc)
    {
        int from = Kind == RtcpKind.Goodbye ? 0 : FeedbackBytes + EstimateBytes;
        for (int i = 0; i < count; i++)
            if (BinaryPrimitives.ReadUInt32BigEndian(body[(from + 4 * i)..]) == ssrc)
                return true;
        return false;
    }

    /// <summary>Finds what a packet is and that all its parts are there; false if they are not.</summary>
    /// <param name="format">The five bits of the header: a count or the format of a feedback packet.</param>
    internal static bool TryMake(int type, int format, ReadOnlySpan<byte> body, out RtcpPacket packet)
    {
        var (kind, count, least) = (type, format) switch
        {
            (Rtcp.SenderReport, _) => (RtcpKind.SenderReport, format, 24 + format * ReportBlock.Bytes),
            (Rtcp.ReceiverReport, _) => (RtcpKind.ReceiverReport, format, 4 + format * ReportBlock.Bytes),
            (Rtcp.Goodbye, _) => (RtcpKind.Goodbye, format, 4 * format),
            (Rtcp.TransportFeedback, Rtcp.NackFormat) => (RtcpKind.Nack, 0, FeedbackBytes + 4),
            (Rtcp.PayloadFeedback, Rtcp.PictureLossFormat) => (RtcpKind.PictureLoss, 0, FeedbackBytes),
            (Rtcp.PayloadFeedback, Rtcp.FullIntraFormat) => (RtcpKind.FullIntraRequest, 0, FeedbackBytes + FullIntraBytes),
            (Rtcp.PayloadFeedback, Rtcp.ApplicationFormat) when IsEstimate(body) =>
                (RtcpKind.BitrateEstimate, body[12], FeedbackBytes + EstimateBytes + 4 * body[12]),
            _ => (RtcpKind.Other, 0, 0),
        };
        packet = new RtcpPacket(kind, count, body);
        return body.Length >= least;
    }

    static bool IsEstimate(ReadOnlySpan<byte> body) =>
        body.Length >= FeedbackBytes + EstimateBytes && body.Slice(FeedbackBytes, 4).SequenceEqual("REMB"u8);
}
