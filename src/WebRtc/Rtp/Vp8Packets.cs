namespace TalkingMachines.WebRtc;

/// <summary>
/// Cuts a VP8 frame into RTP payloads (RFC 7741, section 4.2). Each begins with a descriptor of four bytes: X (and S on the
/// frame's first payload), I, and a picture id of 15 bits. The packet of the last payload bears the RTP marker.
/// </summary>
internal static class Vp8Packets
{
    /// <summary>Descriptor and piece of a frame; leaves room for SRTP, IPv6, UDP, TURN and tunnels within 1280 bytes.</summary>
    public const int MostPayloadBytes = 1100;

    public const int DescriptorBytes = 4;

    const int MostPieceBytes = MostPayloadBytes - DescriptorBytes;
    const byte Extended = 0x80, StartOfPartition = 0x10, PictureIdPresent = 0x80, LongPictureId = 0x80;
    const ushort PictureIds = 0x7FFF;

    /// <summary>Payloads that a frame takes; none if it is empty.</summary>
    public static int Count(int frameBytes) => (frameBytes + MostPieceBytes - 1) / MostPieceBytes;

    /// <summary>The picture id of the next frame: 15 bits, wrapping.</summary>
    public static ushort NextPictureId(ushort pictureId) => (ushort)((pictureId + 1) & PictureIds);

    /// <summary>Writes payload <paramref name="index"/> of a frame's <see cref="Count"/>; all are about equally long.</summary>
    /// <returns>Bytes written, at most <see cref="MostPayloadBytes"/>.</returns>
    public static int Write(ReadOnlySpan<byte> frame, int index, ushort pictureId, Span<byte> payload)
    {
        int count = Count(frame.Length);
        if ((uint)index >= (uint)count)
            throw new ArgumentOutOfRangeException(nameof(index), $"Payload {index} was asked for, expected 0 to {count - 1} of a frame of {frame.Length} bytes.");
        int from = (int)((long)frame.Length * index / count), to = (int)((long)frame.Length * (index + 1) / count);
        payload[0] = (byte)(index == 0 ? Extended | StartOfPartition : Extended);
        payload[1] = PictureIdPresent;
        payload[2] = (byte)(LongPictureId | (pictureId >> 8));
        payload[3] = (byte)pictureId;
        frame[from..to].CopyTo(payload[DescriptorBytes..]);
        return DescriptorBytes + to - from;
    }
}
