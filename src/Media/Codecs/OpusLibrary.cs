using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>An OpusEncoder of the library.</summary>
readonly record struct OpusEncoderState(nint Value);

/// <summary>An OpusDecoder of the library.</summary>
readonly record struct OpusDecoderState(nint Value);

/// <summary>
/// The calls into libopus (opus.h, opus_defines.h), whose interface has been the same since 1.0. opus_encoder_ctl is
/// variadic; on 64-bit Linux it is called like any other.
/// </summary>
static unsafe partial class OpusLibrary
{
    public const string Name = "libopus";

    /// <summary>OPUS_APPLICATION_VOIP; OPUS_SIGNAL_VOICE.</summary>
    public const int Voip = 2048, Voice = 3001;

    /// <summary>OPUS_SET_..._REQUEST.</summary>
    public const int SetBitrate = 4002, SetVbr = 4006, SetComplexity = 4010, SetInbandFec = 4012, SetPacketLossPercent = 4014,
        SetVbrConstraint = 4020, SetSignal = 4024;

    /// <summary>Every result of libopus passes here: a count, or a negative error.</summary>
    /// <param name="action">what failed, to read in <c>libopus could not ...</c></param>
    /// <exception cref="MediaException">the result is an error.</exception>
    public static int Check(int result, string action) => result >= 0
        ? result
        : throw new MediaException($"libopus could not {action}: {Marshal.PtrToStringUTF8(ErrorText(result)) ?? "unknown error"}.");

    [LibraryImport(Name, EntryPoint = "opus_strerror")]
    private static partial nint ErrorText(int error);

    [LibraryImport(Name, EntryPoint = "opus_encoder_create")]
    public static partial OpusEncoderState CreateEncoder(int sampleRate, int channels, int application, int* error);

    [LibraryImport(Name, EntryPoint = "opus_encoder_destroy")]
    public static partial void Destroy(OpusEncoderState encoder);

    [LibraryImport(Name, EntryPoint = "opus_encoder_ctl")]
    public static partial int Control(OpusEncoderState encoder, int request, int value);

    [LibraryImport(Name, EntryPoint = "opus_encode_float")]
    public static partial int Encode(OpusEncoderState encoder, float* samples, int count, byte* packet, int room);

    [LibraryImport(Name, EntryPoint = "opus_decoder_create")]
    public static partial OpusDecoderState CreateDecoder(int sampleRate, int channels, int* error);

    [LibraryImport(Name, EntryPoint = "opus_decoder_destroy")]
    public static partial void Destroy(OpusDecoderState decoder);

    [LibraryImport(Name, EntryPoint = "opus_decode_float")]
    public static partial int Decode(OpusDecoderState decoder, byte* packet, int bytes, float* samples, int room, int fromNextPacket);
}
