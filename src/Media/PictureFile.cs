namespace TalkingMachines.Media;

/// <summary>Reads a picture of any format: PNG by ourselves, the rest through ffmpeg. The bytes decide, not the name.</summary>
public static class PictureFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="MediaException">It cannot be read, with the reason in one line.</exception>
    public static Picture Read(string path) => FileHead.Inspect(path, "a picture") switch
    {
        FileKind.Png => Png.Read(path),
        FileKind.Text => throw new MediaException($"{path} is text, expected a picture."),
        FileKind.Wav => throw new MediaException($"{path} is a WAV sound, expected a picture."),
        _ => Decoder(path).ReadPicture(path),
    };

    static Ffmpeg Decoder(string path) => Ffmpeg.Find() ??
        throw new MediaException($"{path} is not PNG, and ffmpeg, which reads other pictures, is missing: apt-get install ffmpeg");
}
