namespace TalkingMachines.Media;

/// <summary>
/// A picture, sound or video that cannot be read or written. The message is one line that names the file,
/// says what came and what was expected, and is fit for a user.
/// </summary>
public sealed class MediaException : Exception
{
    public MediaException(string message) : base(OneLine(message)) { }

    public MediaException(string message, Exception inner) : base(OneLine(message), inner) { }

    /// <summary>True where the file is sound but packed in a way that only ffmpeg may know.</summary>
    internal bool IsUnknownCodec { get; init; }

    /// <summary>A failure of the file system, told in one line: <c>could not read x.png: no such file</c>.</summary>
    internal static MediaException From(string action, string path, Exception inner)
    {
        string reason = inner switch
        {
            FileNotFoundException or DirectoryNotFoundException => "there is no such file or folder.",
            UnauthorizedAccessException => "access is denied.",
            _ => inner.Message,
        };
        return new MediaException($"could not {action} {path}: {reason}", inner);
    }

    /// <summary>True for the failures of a file system or pipe, which callers turn into a <see cref="MediaException"/>.</summary>
    internal static bool IsFileFailure(Exception e) =>
        e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
