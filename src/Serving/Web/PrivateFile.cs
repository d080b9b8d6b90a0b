using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// What came over the network, for readers that want a file. It has no name: it is deleted as soon as it is open, so that
/// nothing remains whatever happens, and is read through this process's own list of open files.
/// </summary>
internal sealed class PrivateFile : IDisposable
{
    readonly FileStream file;

    PrivateFile(FileStream file) => this.file = file;

    /// <summary>Only as long as this object lives; for this process and those that it starts.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{file.SafeFileHandle.DangerousGetHandle()}";

    public long Length => file.Length;

    /// <summary>Keeps all of a body.</summary>
    public static async Task<PrivateFile> KeepAsync(Stream body, CancellationToken stop)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"talkingmachines-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        try
        {
            File.Delete(path);
            await body.CopyToAsync(file, stop);
            await file.FlushAsync(stop);
            return new PrivateFile(file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>A reader's complaint in words for whoever sent the file, who knows of no path.</summary>
    public string Named(MediaException wrong, string name) => wrong.Message.Replace(Path, name, StringComparison.Ordinal);

    public void Dispose() => file.Dispose();
}
