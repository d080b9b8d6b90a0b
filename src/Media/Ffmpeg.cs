using System.Globalization;

namespace TalkingMachines.Media;

/// <summary>
/// The ffmpeg program of this machine, run as a process: it reads any picture or sound and writes mp4 and webm.
/// Files come from strangers, so only formats that hold their own data are let in (no playlists that name other
/// files), only the file and pipe protocols, and no shell ever sees a name.
/// </summary>
public sealed class Ffmpeg(string executable)
{
    const string Formats =
        "image2,jpeg_pipe,jpegxl_pipe,jpegls_pipe,j2k_pipe,webp_pipe,gif,gif_pipe,tiff_pipe,bmp_pipe,png_pipe,psd_pipe,qoi_pipe," +
        "sgi_pipe,sunrast_pipe,pcx_pipe,dds_pipe,exr_pipe,pgm_pipe,ppm_pipe,pbm_pipe,pam_pipe," +
        "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dts,eac3,flac,flv,m4v,matroska,mov,mp3,mpc,mpc8,mpeg,mpegts,nut,ogg,tak,tta,w64,wav,wv";

    static readonly TimeSpan PictureTimeout = TimeSpan.FromSeconds(60);
    static readonly Lazy<Ffmpeg?> Installed = new(() => Find(Environment.GetEnvironmentVariable("PATH")));

    /// <summary>Full path of the program.</summary>
    public string Executable { get; } = executable;

    /// <summary>The ffmpeg on the PATH; null where there is none. Looked up once.</summary>
    public static Ffmpeg? Find() => Installed.Value;

    /// <summary>The first ffmpeg in a list of folders such as PATH; null where there is none.</summary>
    public static Ffmpeg? Find(string? folders)
    {
        string file = OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg";
        foreach (string folder in (folders ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, file);
            if (IsExecutable(candidate)) return new Ffmpeg(Path.GetFullPath(candidate));
        }
        return null;
    }

    /// <summary>
    /// Reads the first picture of a file (JPEG, WebP, GIF, AVIF, TIFF, a video, ...), turned as its EXIF says,
    /// transparency over mid grey.
    /// </summary>
    /// <exception cref="MediaException">ffmpeg cannot read it, or it is larger than <see cref="Picture.MaxSide"/>.</exception>
    public Picture ReadPicture(string path)
    {
        using var timeout = new CancellationTokenSource(PictureTimeout);
        // ffmpeg takes %d in a picture's name for a numbered series, so such a file comes through a pipe.
        bool piped = path.Contains('%', StringComparison.Ordinal);
        string[] arguments = [.. Input(piped ? "pipe:0" : Url(path), "-max_pixels", MaxPixels), "-an", "-frames:v", "1",
            "-c:v", "pam", "-pix_fmt", "rgba", "-f", "image2pipe", "pipe:1"];
        using var process = FfmpegProcess.Start(this, arguments, feedsInput: piped, readsOutput: true, timeout.Token);
        if (piped) process.FeedFile(path);
        var picture = PamReader.Read(process.Output, path, out string? problem);
        if (timeout.IsCancellationRequested) throw new MediaException($"ffmpeg could not read {path}: it took more than {PictureTimeout.TotalSeconds} s.");
        if (picture is null && problem is not null)
        {
            process.Kill();
            throw new MediaException(problem);
        }
        process.Output.Dispose();   // whatever else it wants to say must not keep it waiting
        process.Finish($"read {path}");
        if (process.IsInputCutOff) throw new MediaException($"ffmpeg could not read {path}: it is cut off.");
        return picture ?? throw new MediaException($"ffmpeg could not read {path}: it holds no picture.");
    }

    /// <summary>Opens the sound of any sound or video file, mono at <paramref name="sampleRate"/>.</summary>
    /// <exception cref="MediaException">ffmpeg does not start; what it cannot decode shows on reading.</exception>
    public FfmpegAudioReader OpenSound(string path, int sampleRate, CancellationToken stop = default) =>
        new(this, path, sampleRate, stop);

    /// <summary>Options that read <paramref name="url"/> safely.</summary>
    internal static string[] Input(string url, params string[] options) =>
        ["-protocol_whitelist", "file,pipe", "-format_whitelist", Formats, .. options, "-i", url];

    /// <summary>A path as ffmpeg must see it: never an option, never another protocol.</summary>
    internal static string Url(string path) => "file:" + Path.GetFullPath(path);

    static string MaxPixels => ((long)Picture.MaxSide * Picture.MaxSide).ToString(CultureInfo.InvariantCulture);

    static bool IsExecutable(string path)
    {
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & execute) != 0);
    }
}
