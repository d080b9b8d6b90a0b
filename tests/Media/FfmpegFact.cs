using System.Diagnostics;
using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

/// <summary>A test that asks the ffmpeg of this machine; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute()
    {
        if (Ffmpeg.Find() is null) Skip = "ffmpeg is not installed";
    }
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FfmpegTheoryAttribute : TheoryAttribute
{
    public FfmpegTheoryAttribute()
    {
        if (Ffmpeg.Find() is null) Skip = "ffmpeg is not installed";
    }
}

/// <summary>ffmpeg and ffprobe as judges of what we write.</summary>
internal static class Oracle
{
    /// <summary>Runs ffmpeg quietly and expects success.</summary>
    public static void Ffmpeg(params string[] arguments) =>
        Run(TalkingMachines.Media.Ffmpeg.Find()!.Executable, ["-nostdin", "-v", "error", "-y", .. arguments]);

    /// <summary>Values of one stream ("v:0"), by counting its packets where asked for nb_read_packets.</summary>
    public static string[] Probe(string path, string stream, string entries)
    {
        string ffprobe = Path.Combine(Path.GetDirectoryName(TalkingMachines.Media.Ffmpeg.Find()!.Executable)!, "ffprobe");
        string output = Run(ffprobe, ["-v", "error", "-count_packets", "-select_streams", stream, "-show_entries", $"stream={entries}",
            "-of", "default=noprint_wrappers=1:nokey=1", path]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    static string Run(string executable, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{executable} {string.Join(' ', arguments)}: {errors.GetAwaiter().GetResult()}");
        return output;
    }
}
