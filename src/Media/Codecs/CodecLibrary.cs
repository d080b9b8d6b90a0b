using System.Reflection;
using System.Runtime.InteropServices;

namespace TalkingMachines.Media.Codecs;

/// <summary>
/// A shared library of the system that is installed under one of several names. It is looked for when a codec is made,
/// so that a missing one is an error of that codec and nothing else needs it.
/// </summary>
public sealed class CodecLibrary(string name, string purpose, string package, string[] files)
{
    /// <summary>
    /// Debian 12 has libvpx.so.7 and Debian 13 libvpx.so.9, in packages named likewise, hence the expression, which apt-get
    /// takes as well as a name; the other numbers are of libvpx 1.9 to 1.17 elsewhere.
    /// <see cref="VpxLibrary"/> asks which one came.
    /// </summary>
    public static readonly CodecLibrary Vpx = new(VpxLibrary.Name, "Video calls need", "'^libvpx[0-9]+$'",
        [.. new[] { 7, 9, 8, 6, 10, 11, 12 }.Select(major => $"{VpxLibrary.Name}.so.{major}")]);

    public static readonly CodecLibrary Opus = new(OpusLibrary.Name, "Calls with sound need", "libopus0", [$"{OpusLibrary.Name}.so.0"]);

    readonly Lock oneAtATime = new();
    nint handle;

    /// <summary>What `apt-get install` takes.</summary>
    public string Package => package;

    /// <summary>Names under which it may be installed.</summary>
    public IReadOnlyList<string> Files => files;

    // In no field's initializer: whoever asks for a library has met this line before its first call into it.
    static CodecLibrary() => NativeLibrary.SetDllImportResolver(typeof(CodecLibrary).Assembly, Resolve);

    /// <summary>The loaded library, kept for the life of the process.</summary>
    /// <exception cref="MediaException">it is not installed, or not for this processor.</exception>
    public nint Require()
    {
        lock (oneAtATime)
        {
            foreach (string file in files)
            {
                if (handle == 0 && NativeLibrary.TryLoad(file, out nint found)) handle = found;
            }
        }
        return handle != 0
            ? handle
            : throw new MediaException($"{purpose} {name}, which is not installed; `apt-get install` of {package} brings it.");
    }

    static nint Resolve(string library, Assembly assembly, DllImportSearchPath? paths) => library switch
    {
        VpxLibrary.Name => Vpx.Require(),
        OpusLibrary.Name => Opus.Require(),
        _ => 0,                 // as without us
    };
}
