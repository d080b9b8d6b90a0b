using Microsoft.AspNetCore.Http;
using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// What came over the network, for readers that want a file. It has no name: it is deleted as soon as it is open, so that
/// nothing remains whatever happens, and is read through this process's own list of open files.
/// </summary>
internal sealed class PrivateFile : IDisposable
{
    const int ReceivedAtOnce = 32; // of up to 50 MB on the disk each

    /// <summary>Longest time a body may take: its sender holds one of few places.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    static readonly SemaphoreSlim Receiving = new(ReceivedAtOnce);

    readonly FileStream file;

    PrivateFile(FileStream file) => this.file = file;

    /// <summary>Only as long as this object lives; for this process and those that it starts.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{file.SafeFileHandle.DangerousGetHandle()}";

    public long Length => file.Length;

    /// <summary>Keeps all of a body.</summary>
    /// <exception cref="WebProblem">It came too slowly, or too many others are coming.</exception>
    public static async Task<PrivateFile> KeepAsync(Stream body, CancellationToken stop)
    {
        if (!await Receiving.WaitAsync(TimeSpan.Zero, stop))
            throw WebProblem.Busy("Too much arrives at once", $"{ReceivedAtOnce} files are on their way already.", TimeSpan.FromSeconds(10));
        try
        {
            return await ReceiveAsync(body, stop);
        }
        finally
        {
            Receiving.Release();
        }
    }

    static async Task<PrivateFile> ReceiveAsync(Stream body, CancellationToken stop)
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
            using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
            late.CancelAfter(Longest);
            await body.CopyToAsync(file, late.Token);
            await file.FlushAsync(late.Token);
            return new PrivateFile(file);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            await file.DisposeAsync();
            throw new WebProblem(StatusCodes.Status408RequestTimeout, "Too slow", $"The body had not come after {Longest.TotalMinutes:0} minutes.");
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
