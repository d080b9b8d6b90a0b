using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>
/// The fields we set of vpx_codec_enc_cfg (384 bytes in libvpx 1.9, 504 in 1.12 to 1.17); the library fills in the rest.
/// Offsets by offsetof over the headers of those versions, 64 bit.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
struct VpxEncoderConfig
{
    [FieldOffset(4)] public uint Threads;
    [FieldOffset(12)] public uint Width;
    [FieldOffset(16)] public uint Height;

    /// <summary>Seconds that one unit of time takes, as a fraction.</summary>
    [FieldOffset(28)] public int TimeNumerator;
    [FieldOffset(32)] public int TimeDenominator;

    [FieldOffset(36)] public uint ErrorResilient;
    [FieldOffset(44)] public uint LagInFrames;

    /// <summary>Frames are dropped where the buffer is below this share of its aim, percent; 0 drops none.</summary>
    [FieldOffset(48)] public uint DropThreshold;
    [FieldOffset(52)] public uint ResizeAllowed;
    [FieldOffset(72)] public int RateControl;

    /// <summary>In kbit/s.</summary>
    [FieldOffset(112)] public uint TargetBitrate;

    /// <summary>0 (finest) to 63.</summary>
    [FieldOffset(116)] public uint MinQuantizer;
    [FieldOffset(120)] public uint MaxQuantizer;
    [FieldOffset(124)] public uint UndershootPercent;
    [FieldOffset(128)] public uint OvershootPercent;

    /// <summary>The decoder's buffer in milliseconds of the bitrate: most, at first, aimed at.</summary>
    [FieldOffset(132)] public uint BufferSize;
    [FieldOffset(136)] public uint BufferInitialSize;
    [FieldOffset(140)] public uint BufferOptimalSize;
    [FieldOffset(160)] public int KeyFrameMode;
    [FieldOffset(168)] public uint KeyFrameMaxDistance;

    public const int ConstantBitrate = 1, KeyFramesOnRequest = 0;

    /// <summary>
    /// VP8's defaults stand where we look for them (vp8_cx_iface.c: 320x240, 1/30 s, 256 kbit/s, quantizers 4 to 63,
    /// buffer 6000/4000/5000 ms, a key frame every 128): a library of another layout cannot pass.
    /// </summary>
    public readonly bool HasDefaults =>
        (Width, Height, TimeNumerator, TimeDenominator, TargetBitrate) == (320u, 240u, 1, 30, 256u) &&
        (MinQuantizer, MaxQuantizer, BufferSize, BufferInitialSize, BufferOptimalSize) == (4u, 63u, 6000u, 4000u, 5000u) &&
        KeyFrameMaxDistance == 128;
}
