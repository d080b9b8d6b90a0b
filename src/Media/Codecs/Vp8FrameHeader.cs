using System.Buffers.Binary;

namespace TalkingMachines.Media.Codecs;

/// <summary>What stands uncompressed before a VP8 frame (RFC 6386, section 9.1): its kind and a key frame's size.</summary>
readonly record struct Vp8FrameHeader(bool IsKey, int Width, int Height)
{
    const int TagBytes = 3, KeyBytes = 10;
    const int SizeMask = 0x3FFF;        // 14 bits; the two above ask for a scaled display

    /// <summary>False where the bytes are too few or a key frame lacks its start code.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out Vp8FrameHeader header)
    {
        header = default;
        if (frame.Length < TagBytes) return false;
        if ((frame[0] & 1) != 0) return true;
        if (frame.Length < KeyBytes || !frame[TagBytes..].StartsWith<byte>([0x9D, 0x01, 0x2A])) return false;
        header = new(true,
            BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & SizeMask,
            BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & SizeMask);
        return true;
    }
}
