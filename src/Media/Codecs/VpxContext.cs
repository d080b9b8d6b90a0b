using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>A vpx_codec_ctx_t, 56 bytes that libvpx owns the meaning of: one encoder or decoder.</summary>
readonly unsafe record struct VpxContext(nint Value)
{
    const int Bytes = 64;

    public static VpxContext Allocate() => new((nint)NativeMemory.AllocZeroed(Bytes));

    /// <summary>Ends the codec, if it was begun, and frees the context.</summary>
    public void Free()
    {
        _ = VpxLibrary.Destroy(this);       // an error only where nothing was begun
        NativeMemory.Free((void*)Value);
    }

    /// <summary>Every status of libvpx passes here.</summary>
    /// <param name="action">what failed, to read in <c>libvpx could not ...</c></param>
    /// <exception cref="MediaException">the status is no success.</exception>
    public void Check(int status, string action)
    {
        if (status == VpxLibrary.Ok) return;
        string reason = Marshal.PtrToStringUTF8(VpxLibrary.ErrorText(status)) ?? "unknown error";
        if (Marshal.PtrToStringUTF8(VpxLibrary.ErrorDetail(this)) is { Length: > 0 } detail) reason += $" ({detail})";
        throw new MediaException($"libvpx could not {action}: {reason}.");
    }
}
