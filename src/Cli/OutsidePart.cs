using System.Runtime.InteropServices;
using TalkingMachines.Media.Codecs;

namespace TalkingMachines.Cli;

/// <summary>A program or library that is not ours and that something here needs.</summary>
/// <param name="Name">As its makers call it.</param>
/// <param name="Purpose">What goes missing without it.</param>
/// <param name="Package">Debian's package.</param>
/// <param name="Files">Names of the program or library, or a path; libraries begin with "lib".</param>
internal sealed record OutsidePart(string Name, string Purpose, string Package, params string[] Files)
{
    public static IReadOnlyList<OutsidePart> All { get; } =
    [
        new("ffmpeg", "reading any picture or sound, writing mp4 and webm", "ffmpeg", "ffmpeg"),
        new("espeak-ng", "voices of the training clips, timed phonemes", "libespeak-ng1", "libespeak-ng.so.1"),
        new("flite", "more natural voices", "flite", "flite"),
        new("festival", "recorded voices, for training only", "festival", "festival"),
        FestivalVoice("english", "ked_diphone", "festvox-kdlpc16k"),
        FestivalVoice("italian", "lp_diphone", "festvox-italp16k"),
        FestivalVoice("italian", "pc_diphone", "festvox-itapc16k"),
        FestivalVoice("finnish", "suo_fi_lj_diphone", "festvox-suopuhe-lj"),
        FestivalVoice("finnish", "hy_fi_mv_diphone", "festvox-suopuhe-mv"),
        new("libopus", "sound of a call", CodecLibrary.Opus.Package, [.. CodecLibrary.Opus.Files]),
        new("libvpx", "picture of a call", CodecLibrary.Vpx.Package, [.. CodecLibrary.Vpx.Files]),
        new("OpenSSL", "encryption of a call", "libssl3", "libssl.so.3"),
    ];

    static OutsidePart FestivalVoice(string language, string name, string package) => new(
        $"festival {name}", "one of them", package, $"/usr/share/festival/voices/{language}/{name}/festvox/{name}.scm");

    /// <summary>Where a program lies or the name of a library that loads; null where there is none.</summary>
    public string? Find() => Files.Select(file => file.StartsWith("lib", StringComparison.Ordinal) ? Library(file) : Program(file)).FirstOrDefault(place => place is not null);

    /// <summary>The name if the system finds a library of that name and can load it.</summary>
    public static string? Library(string name)
    {
        if (!NativeLibrary.TryLoad(name, out nint handle)) return null;
        NativeLibrary.Free(handle);
        return name;
    }

    static string? Program(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}
