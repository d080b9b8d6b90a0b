using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>vpx_image_t (vpx_image.h, VPX_IMAGE_ABI_VERSION 5, part of both other ABI numbers), 64 bit.</summary>
[StructLayout(LayoutKind.Explicit, Size = 136)]
unsafe struct VpxImage
{
    /// <summary>VPX_IMG_FMT_I420; VPX_CS_BT_601.</summary>
    public const int I420Format = 0x102, Bt601 = 1;

    [FieldOffset(0)] public int Format;
    [FieldOffset(4)] public int ColorSpace;
    [FieldOffset(12)] public uint StoredWidth;
    [FieldOffset(16)] public uint StoredHeight;
    [FieldOffset(20)] public uint BitDepth;
    [FieldOffset(24)] public uint Width;
    [FieldOffset(28)] public uint Height;
    [FieldOffset(40)] public uint ChromaShiftX;
    [FieldOffset(44)] public uint ChromaShiftY;
    [FieldOffset(48)] public byte* Y;
    [FieldOffset(56)] public byte* U;
    [FieldOffset(64)] public byte* V;

    /// <summary>Bytes from row to row.</summary>
    [FieldOffset(80)] public int StrideY;
    [FieldOffset(84)] public int StrideU;
    [FieldOffset(88)] public int StrideV;
    [FieldOffset(96)] public int BitsPerSample;

    /// <summary>Describes planes that stay where they are, for the encoder.</summary>
    public static VpxImage Over(I420Picture picture) => new()
    {
        Format = I420Format,
        ColorSpace = Bt601,
        StoredWidth = (uint)picture.Width,
        StoredHeight = (uint)picture.Height,
        BitDepth = 8,
        Width = (uint)picture.Width,
        Height = (uint)picture.Height,
        ChromaShiftX = 1,
        ChromaShiftY = 1,
        Y = picture.AddressOfY,
        U = picture.AddressOfU,
        V = picture.AddressOfV,
        StrideY = picture.Width,
        StrideU = picture.ChromaWidth,
        StrideV = picture.ChromaWidth,
        BitsPerSample = 12,
    };
}
