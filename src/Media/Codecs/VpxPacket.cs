using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>The part of vpx_codec_cx_pkt_t (136 bytes, read only) that describes an encoded frame, 64 bit.</summary>
[StructLayout(LayoutKind.Explicit)]
unsafe struct VpxPacket
{
    const int FrameKind = 0;
    const uint KeyFlag = 1;

    [FieldOffset(0)] readonly int kind;
    [FieldOffset(8)] readonly byte* start;
    [FieldOffset(16)] readonly nuint count;
    [FieldOffset(40)] readonly uint flags;

    public readonly bool IsFrame => kind == FrameKind;

    public readonly bool IsKey => (flags & KeyFlag) != 0;

    /// <summary>The library's own bytes, gone with its next frame.</summary>
    public readonly ReadOnlySpan<byte> Bytes => new(start, checked((int)count));
}
