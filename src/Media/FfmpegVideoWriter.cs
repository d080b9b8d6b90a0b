using System.Globalization;

namespace TalkingMachines.Media;

/// <summary>
/// Packs mp4 (H.264, AAC) or webm (VP8, Opus) with ffmpeg. Frames go through one pipe into a silent video
/// beside the output, sound into a WAV beside it; the end joins the two without encoding pictures again. With a
/// single pipe nothing can wait for the other side.
/// </summary>
public sealed class FfmpegVideoWriter : IVideoWriter
{
    static readonly string[] H264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18"];
    static readonly string[] Vp8 = ["-c:v", "libvpx", "-b:v", "4M", "-crf", "8", "-deadline", "realtime", "-cpu-used", "4"];
    static readonly string[] Aac = ["-c:a", "aac", "-b:a", "128k"];
    static readonly string[] Opus = ["-c:a", "libopus", "-b:a", "96k"];

    readonly Ffmpeg ffmpeg;
    readonly VideoFormat format;
    readonly string path, silentPath, soundPath;
    readonly bool isWebm;
    readonly PendingFile joined; // from the start: a second video of that name must not touch what this one gathers
    readonly FfmpegProcess encoder;
    WavWriter? sound;
    long frames;

    /// <summary>Begins a video whose path ends in .mp4 or .webm. An odd last row or column is cut off: both formats need even sizes.</summary>
    public FfmpegVideoWriter(Ffmpeg ffmpeg, string path, VideoFormat format)
    {
        (this.ffmpeg, this.path, this.format) = (ffmpeg, path, format.Checked());
        if (format.Width < 2 || format.Height < 2)
            throw new MediaException($"could not write {path}: the video is {format.Width}x{format.Height}, expected 2 pixels a side or more.");
        string extension = Path.GetExtension(path).ToLowerInvariant();
        isWebm = extension == ".webm";
        silentPath = $"{path}.part.silent{extension}";
        soundPath = $"{path}.part.wav";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new MediaException($"could not write {path}: there is no folder {folder}.");
        joined = new PendingFile(path);
        try
        {
            encoder = FfmpegProcess.Start(ffmpeg, EncoderArguments(), feedsInput: true, readsOutput: false);
        }
        catch
        {
            joined.Dispose();
            throw;
        }
    }

    public void WriteFrame(ReadOnlySpan<byte> rgb)
    {
        format.CheckFrame(rgb);
        try
        {
            encoder.Input.Write(rgb);
            frames++;
        }
        catch (IOException e)
        {
            throw encoder.Failure($"write {path}", e);
        }
    }

    public void WriteSound(ReadOnlySpan<float> mono)
    {
        if (mono.IsEmpty) return;
        sound ??= new WavWriter(soundPath, format.SampleRate);
        sound.Write(mono);
    }

    public void Complete(CancellationToken stop = default)
    {
        if (frames == 0) throw new MediaException($"could not write {path}: not one frame came.");
        // Where the pipe is broken already, the exit code tells why.
        try { encoder.Input.Dispose(); } catch (IOException) { }
        encoder.Finish($"write {path}");
        sound?.Complete();
        Join(stop);
        joined.Complete();
        Dispose();
    }

    public void Dispose()
    {
        encoder.Dispose();
        sound?.Dispose();
        PendingFile.DeleteQuietly(silentPath);
        PendingFile.DeleteQuietly(soundPath);
        joined.Dispose(); // last: it lets others begin
    }

    string[] EncoderArguments()
    {
        // Players take H.264 for BT.709 and VP8 is defined in BT.601; the evenness is that of 4:2:0 chroma.
        string matrix = isWebm ? "bt601" : "bt709";
        string filter = $"crop=trunc(iw/2)*2:trunc(ih/2)*2,scale=out_color_matrix={matrix}:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p";
        string[] tags = isWebm ? [] : ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"];
        string rate = format.FramesPerSecond.ToString(CultureInfo.InvariantCulture);
        return ["-protocol_whitelist", "file,pipe", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-video_size", string.Create(CultureInfo.InvariantCulture, $"{format.Width}x{format.Height}"), "-framerate", rate, "-i", "pipe:0",
            "-vf", filter, .. isWebm ? Vp8 : H264, .. tags, "-an", "-y", Ffmpeg.Url(silentPath)];
    }

    void Join(CancellationToken stop)
    {
        string[] sounds = sound is null ? [] : Ffmpeg.Input(Ffmpeg.Url(soundPath));
        string[] codecs = sound is null ? [] : ["-map", "1:a:0", .. isWebm ? Opus : Aac];
        string[] index = isWebm ? [] : ["-movflags", "+faststart"];
        string[] arguments = [.. Ffmpeg.Input(Ffmpeg.Url(silentPath)), .. sounds, "-map", "0:v:0", "-c:v", "copy", .. codecs, .. index,
            "-f", isWebm ? "webm" : "mp4", "-y", Ffmpeg.Url(joined.PartPath)];
        using var joiner = FfmpegProcess.Start(ffmpeg, arguments, feedsInput: false, readsOutput: false, stop);
        joiner.Finish($"write {path}");
    }
}
