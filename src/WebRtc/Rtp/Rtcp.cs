using System.Buffers.Binary;
using System.Text;

namespace TalkingMachines.WebRtc;

/// <summary>
/// Writes RTCP packets (RFC 3550, section 6; RFC 4585, section 6). Each method returns the bytes written; a compound packet
/// is one report followed by others, all in one datagram.
/// </summary>
internal static class Rtcp
{
    public const int SenderReport = 200, ReceiverReport = 201, SourceDescription = 202, Goodbye = 203,
        TransportFeedback = 205, PayloadFeedback = 206;

    /// <summary>Formats of feedback: of the transport (RFC 4585, 6.2.1), of the payload (6.3.1; RFC 5104, 4.3.1; REMB draft).</summary>
    public const int NackFormat = 1, PictureLossFormat = 1, FullIntraFormat = 4, ApplicationFormat = 15;

    /// <summary>Longest canonical name that we write.</summary>
    public const int MostNameBytes = 64;

    internal const int HeaderBytes = 4;
    const int SenderInfoBytes = 20, MostBlocks = 31;
    const byte Version = 2 << 6, CanonicalNameItem = 1;

    /// <summary>A sender report and the canonical name: one whole compound packet.</summary>
    public static int WriteSenderReport(Span<byte> to, uint ssrc, SenderInfo info, ReadOnlySpan<ReportBlock> blocks, string canonicalName)
    {
        int length = HeaderBytes + 4 + SenderInfoBytes;
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], info.Time.Value);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], info.RtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(to[20..], info.Packets);
        BinaryPrimitives.WriteUInt32BigEndian(to[24..], info.PayloadBytes);
        length = WriteBlocks(to, length, blocks);
        WriteHeader(to, blocks.Length, SenderReport, length, ssrc);
        return length + WriteSourceDescription(to[length..], ssrc, canonicalName);
    }

    /// <summary>A receiver report and the canonical name: one whole compound packet.</summary>
    public static int WriteReceiverReport(Span<byte> to, uint ssrc, ReadOnlySpan<ReportBlock> blocks, string canonicalName)
    {
        int length = WriteBlocks(to, HeaderBytes + 4, blocks);
        WriteHeader(to, blocks.Length, ReceiverReport, length, ssrc);
        return length + WriteSourceDescription(to[length..], ssrc, canonicalName);
    }

    /// <summary>Asks for a key frame: the picture was lost.</summary>
    public static int WritePictureLoss(Span<byte> to, uint ssrc, uint mediaSsrc)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], mediaSsrc);
        WriteHeader(to, PictureLossFormat, PayloadFeedback, 12, ssrc);
        return 12;
    }

    /// <summary>Asks for packets again; sequence numbers in ascending order share entries of seventeen.</summary>
    public static int WriteNack(Span<byte> to, uint ssrc, uint mediaSsrc, ReadOnlySpan<ushort> missing)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], mediaSsrc);
        int length = 12;
        for (int i = 0; i < missing.Length; length += 4)
        {
            ushort first = missing[i++];
            int mask = 0;
            for (; i < missing.Length && (ushort)(missing[i] - first) is >= 1 and <= 16; i++)
                mask |= 1 << ((ushort)(missing[i] - first) - 1);
            BinaryPrimitives.WriteUInt16BigEndian(to[length..], first);
            BinaryPrimitives.WriteUInt16BigEndian(to[(length + 2)..], (ushort)mask);
        }
        WriteHeader(to, NackFormat, TransportFeedback, length, ssrc);
        return length;
    }

    /// <summary>Takes leave of one stream.</summary>
    public static int WriteGoodbye(Span<byte> to, uint ssrc)
    {
        WriteHeader(to, 1, Goodbye, 8, ssrc);
        return 8;
    }

    static int WriteSourceDescription(Span<byte> to, uint ssrc, string canonicalName)
    {
        if (canonicalName.Length is 0 or > MostNameBytes || !Ascii.IsValid(canonicalName))
            throw new ArgumentException($"The canonical name has {canonicalName.Length} characters, expected 1 to {MostNameBytes} of ASCII.", nameof(canonicalName));
        int used = HeaderBytes + 4 + 2 + canonicalName.Length;
        int length = (used + 4) & ~3;      // a zero ends the list, more fill the word
        to[used..length].Clear();
        to[8] = CanonicalNameItem;
        to[9] = (byte)canonicalName.Length;
        Encoding.ASCII.GetBytes(canonicalName, to[10..]);
        WriteHeader(to, 1, SourceDescription, length, ssrc);
        return length;
    }

    static int WriteBlocks(Span<byte> to, int at, ReadOnlySpan<ReportBlock> blocks)
    {
        if (blocks.Length > MostBlocks)
            throw new ArgumentException($"A report was to hold {blocks.Length} blocks, expected at most {MostBlocks}.", nameof(blocks));
        foreach (ref readonly var block in blocks)
        {
            block.Write(to[at..]);
            at += ReportBlock.Bytes;
        }
        return at;
    }

    static void WriteHeader(Span<byte> to, int count, int type, int length, uint ssrc)
    {
        to[0] = (byte)(Version | count);
        to[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)(length / 4 - 1));
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], ssrc);
    }
}
