using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// Whether espeak-ng can use its voice data (espeak_ng.h of 1.51). Its espeak_Initialize prints what is wrong to standard error,
/// where only our one line belongs; these functions return it. They run in a copy of the library of their own, unloaded
/// afterwards, so that the speech is that of a fresh one.
/// </summary>
static unsafe class EspeakData
{
    const int LongestMessage = 512;

    static readonly ConcurrentDictionary<string, bool> Good = new();

    /// <summary>Looks once for each library; the caller keeps others from using it meanwhile.</summary>
    /// <exception cref="MediaException">the data is missing, damaged or of another version.</exception>
    public static void Check(string library)
    {
        if (Good.ContainsKey(library) || !NativeLibrary.TryLoad(library, out nint handle)) return;
        try
        {
            Check(handle);
            Good[library] = true;
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }

    static void Check(nint library)
    {
        var initializePath = (delegate* unmanaged[Cdecl]<byte*, void>)EspeakLibrary.Entry(library, "espeak_ng_InitializePath");
        var initialize = (delegate* unmanaged[Cdecl]<nint*, int>)EspeakLibrary.Entry(library, "espeak_ng_Initialize");
        var terminate = (delegate* unmanaged[Cdecl]<int>)EspeakLibrary.Entry(library, "espeak_ng_Terminate");
        var clear = (delegate* unmanaged[Cdecl]<nint*, void>)EspeakLibrary.Entry(library, "espeak_ng_ClearErrorContext");
        initializePath(null);
        nint context = 0;
        int status = initialize(&context);
        clear(&context);
        if (status != 0) throw new MediaException($"espeak-ng can't use its voice data ({Message(library, status)}); `apt-get install --reinstall espeak-ng-data` brings it.");
        _ = terminate();
    }

    static string Message(nint library, int status)
    {
        var describe = (delegate* unmanaged[Cdecl]<int, byte*, nuint, void>)EspeakLibrary.Entry(library, "espeak_ng_GetStatusCodeMessage");
        var text = new byte[LongestMessage];
        fixed (byte* start = text) describe(status, start, (nuint)text.Length);
        int end = text.AsSpan().IndexOf((byte)0);
        return Encoding.UTF8.GetString(text, 0, end < 0 ? text.Length : end).ReplaceLineEndings(" ").Trim();
    }
}
