namespace TalkingMachines.Media;

/// <summary>Chooses the writer of a video by the extension of its path.</summary>
public static class VideoWriter
{
    /// <summary>
    /// Begins a video: <c>.mp4</c> and <c>.webm</c> through the ffmpeg on the PATH, <c>.avi</c> (uncompressed) and
    /// a folder of PNG frames (no extension) without it.
    /// </summary>
    /// <param name="path">Where the video appears once it is complete; an older file is replaced.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="fps">Frames a second.</param>
    /// <param name="sampleRate">Samples a second of the mono sound.</param>
    /// <exception cref="MediaException">Unknown extension, ffmpeg missing, or the place cannot be written.</exception>
    public static IVideoWriter Create(string path, int width, int height, int fps, int sampleRate) =>
        Create(path, new VideoFormat(width, height, fps, sampleRate), Ffmpeg.Find());

    /// <summary>The same with a given ffmpeg; null stands for a machine without it.</summary>
    public static IVideoWriter Create(string path, VideoFormat format, Ffmpeg? ffmpeg)
    {
        if (path.Length == 0) throw new MediaException("could not write a video: its name is empty.");
        string extension = Path.GetExtension(path).ToLowerInvariant();
        return extension switch
        {
            ".mp4" or ".webm" when ffmpeg is not null => new FfmpegVideoWriter(ffmpeg, path, format),
            ".mp4" or ".webm" => throw new MediaException(
                $"could not write {path}: ffmpeg, which packs {extension}, is missing (apt-get install ffmpeg); a name ending in .avi or a folder works without it."),
            ".avi" => new AviWriter(path, format),
            "" => new PngSequenceWriter(path, format),
            _ => throw new MediaException($"could not write {path}: videos end in .mp4, .webm or .avi, or are a folder, not {extension}."),
        };
    }
}
