using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>
/// The calls into libvpx (vpx_encoder.h, vpx_decoder.h, vp8cx.h) and the question which version of them is installed.
/// vpx_codec_control_ is variadic; on 64-bit Linux, the only system with these library names, it is called like any other.
/// </summary>
static unsafe partial class VpxLibrary
{
    public const string Name = "libvpx";

    public const int Ok = 0;
    const int AbiMismatch = 3;

    // The headers of libvpx 1.9 (ABI 23), 1.12 (25), 1.15 (36) and 1.17 (39) lay out every field that we use alike in
    // 64 bit; only the end of the configuration and VP9's controls changed. For the numbers in between, and against
    // surprises, VpxEncoderConfig.HasDefaults looks whether the fields are where they should be.
    internal const int OldestEncoderAbi = 23, NewestEncoderAbi = 39, OnlyDecoderAbi = 12;
    const int HighestAskedAbi = 255;

    /// <summary>Arguments of vpx_codec_encode: a key frame now; as fast as real time needs.</summary>
    public const nint ForceKeyFrame = 1;
    public const nuint RealTime = 1;

    /// <summary>vp8e_enc_control_id.</summary>
    public const int SetCpuUsed = 13, SetNoiseSensitivity = 15, SetStaticThreshold = 17, SetTokenPartitions = 18, SetMaxIntraPercent = 26;

    /// <summary>The number to hand to <see cref="InitializeEncoder"/>.</summary>
    /// <exception cref="MediaException">libvpx is missing, or a version that we do not know.</exception>
    public static int RequireEncoder()
    {
        CodecLibrary.Vpx.Require();
        int abi = Asked(number => InitializeEncoder(default, 0, null, 0, number));
        CheckAbi("encoder", abi, OldestEncoderAbi, NewestEncoderAbi, Version);
        return abi;
    }

    /// <summary>The number to hand to <see cref="InitializeDecoder"/>.</summary>
    /// <exception cref="MediaException">libvpx is missing, or a version that we do not know.</exception>
    public static int RequireDecoder()
    {
        CodecLibrary.Vpx.Require();
        int abi = Asked(number => InitializeDecoder(default, 0, 0, 0, number));
        CheckAbi("decoder", abi, OnlyDecoderAbi, OnlyDecoderAbi, Version);
        return abi;
    }

    internal static void CheckAbi(string part, int abi, int oldest, int newest, string version)
    {
        if (abi >= oldest && abi <= newest) return;
        string expected = oldest == newest ? $"{oldest}" : $"{oldest} to {newest}";
        throw new MediaException($"libvpx {version} has {part} ABI {abi}, expected {expected} (libvpx 1.9 to 1.17).");
    }

    static string Version => Marshal.PtrToStringUTF8(VersionText()) ?? "of unknown version";

    /// <summary>
    /// The library's own ABI number: it refuses others before it looks at the arguments, here none. Debian's 1.12 and later
    /// take lower numbers too, so the highest one counts; 0 if it takes none.
    /// </summary>
    static int Asked(Func<int, int> initialize)
    {
        int abi = HighestAskedAbi;
        while (abi > 0 && initialize(abi) == AbiMismatch) abi--;
        return abi;
    }

    [LibraryImport(Name, EntryPoint = "vpx_codec_version_str")]
    private static partial nint VersionText();

    [LibraryImport(Name, EntryPoint = "vpx_codec_err_to_string")]
    public static partial nint ErrorText(int status);

    [LibraryImport(Name, EntryPoint = "vpx_codec_error_detail")]
    public static partial nint ErrorDetail(VpxContext context);

    [LibraryImport(Name, EntryPoint = "vpx_codec_destroy")]
    public static partial int Destroy(VpxContext context);

    [LibraryImport(Name, EntryPoint = "vpx_codec_control_")]
    public static partial int Control(VpxContext context, int control, int value);

    [LibraryImport(Name, EntryPoint = "vpx_codec_vp8_cx")]
    public static partial nint Vp8EncoderInterface();

    [LibraryImport(Name, EntryPoint = "vpx_codec_enc_config_default")]
    public static partial int DefaultConfig(nint codec, VpxEncoderConfig* config, uint usage);

    [LibraryImport(Name, EntryPoint = "vpx_codec_enc_init_ver")]
    public static partial int InitializeEncoder(VpxContext context, nint codec, VpxEncoderConfig* config, nint flags, int abi);

    [LibraryImport(Name, EntryPoint = "vpx_codec_enc_config_set")]
    public static partial int SetConfig(VpxContext context, VpxEncoderConfig* config);

    [LibraryImport(Name, EntryPoint = "vpx_codec_encode")]
    public static partial int Encode(VpxContext context, VpxImage* image, long time, nuint duration, nint flags, nuint deadline);

    [LibraryImport(Name, EntryPoint = "vpx_codec_get_cx_data")]
    public static partial VpxPacket* NextPacket(VpxContext context, nint* iterator);

    [LibraryImport(Name, EntryPoint = "vpx_codec_vp8_dx")]
    public static partial nint Vp8DecoderInterface();

    [LibraryImport(Name, EntryPoint = "vpx_codec_dec_init_ver")]
    public static partial int InitializeDecoder(VpxContext context, nint codec, nint config, nint flags, int abi);

    [LibraryImport(Name, EntryPoint = "vpx_codec_decode")]
    public static partial int Decode(VpxContext context, byte* data, uint bytes, nint user, nint deadline);

    [LibraryImport(Name, EntryPoint = "vpx_codec_get_frame")]
    public static partial VpxImage* NextImage(VpxContext context, nint* iterator);
}
