using System.ComponentModel;
using System.Diagnostics;

namespace TalkingMachines.Media;

/// <summary>One run of ffmpeg. Its complaints are drained all the time, so that no pipe fills; disposing kills it.</summary>
internal sealed class FfmpegProcess : IDisposable
{
    const int MaxLineLength = 300;
    const string ForeignFormat = "its format is not among those that are let in.";

    // Lines that follow the one which tells the reason.
    static readonly string[] Afterthoughts = ["Cannot determine format of input", "Error marking filters", "Conversion failed"];

    readonly Process process;
    readonly CancellationTokenRegistration onCancel;
    readonly CancellationToken stop;
    string lastLine = "";
    bool disposed;

    FfmpegProcess(Process process, CancellationToken stop)
    {
        (this.process, this.stop) = (process, stop);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginErrorReadLine();
        onCancel = stop.Register(Kill);
    }

    /// <summary>What ffmpeg reads as pipe:0.</summary>
    public Stream Input => process.StandardInput.BaseStream;

    /// <summary>What ffmpeg writes to pipe:1.</summary>
    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>True, after the end, where a picture lacked its last part.</summary>
    public bool IsInputCutOff { get; private set; }

    /// <summary>Starts the program.</summary>
    /// <exception cref="MediaException">It cannot be started.</exception>
    public static FfmpegProcess Start(Ffmpeg ffmpeg, IEnumerable<string> arguments, bool feedsInput, bool readsOutput, CancellationToken stop = default)
    {
        var start = new ProcessStartInfo(ffmpeg.Executable, ["-nostdin", "-hide_banner", "-v", "error", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = feedsInput,
            RedirectStandardOutput = readsOutput,
            RedirectStandardError = true,
        };
        try
        {
            return new FfmpegProcess(Process.Start(start)!, stop);
        }
        catch (Win32Exception e)
        {
            throw new MediaException($"could not start {ffmpeg.Executable}: {e.Message}", e);
        }
    }

    /// <summary>Copies a file to the input on a thread of its own and closes it.</summary>
    public void FeedFile(string path)
    {
        var pipe = Input; // now: the process may be given up before the thread runs
        var feeder = new Thread(() =>
        {
            try
            {
                using var input = pipe;
                using var file = File.OpenRead(path);
                file.CopyTo(input);
            }
            catch (Exception e) when (MediaException.IsFileFailure(e))
            {
                // ffmpeg stops reading once it has its picture; a file that cannot be read it reports itself.
            }
        })
        { IsBackground = true, Name = "ffmpeg input" };
        feeder.Start();
    }

    /// <summary>Waits for the end and throws unless it was a good one; <paramref name="task"/> completes "ffmpeg could not ...".</summary>
    public void Finish(string task)
    {
        process.WaitForExit();
        stop.ThrowIfCancellationRequested();
        if (process.ExitCode != 0) throw Failure(task);
    }

    /// <summary>The error to throw after a pipe broke or the program failed.</summary>
    public MediaException Failure(string task, Exception? inner = null)
    {
        Kill();
        process.WaitForExit();
        string reason = Volatile.Read(ref lastLine) is { Length: > 0 } line ? line : $"it ended with code {process.ExitCode}.";
        return inner is null ? new MediaException($"ffmpeg could not {task}: {reason}") : new MediaException($"ffmpeg could not {task}: {reason}", inner);
    }

    public void Kill()
    {
        try { process.Kill(); }
        catch (InvalidOperationException) { }   // it has ended by itself
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        onCancel.Dispose();
        Kill();
        process.WaitForExit();
        process.Dispose();
    }

    void Remember(string? line)
    {
        line = line?.Trim();
        if (string.IsNullOrEmpty(line) || Afterthoughts.Any(line.StartsWith) || lastLine == ForeignFormat) return;
        // "[mjpeg @ 0x55e0675f1540] overread 8": the JPEG ends too early, which ffmpeg itself forgives.
        if (line.Contains("] overread ", StringComparison.Ordinal)) IsInputCutOff = true;
        if (line.Contains("does not contain any stream", StringComparison.Ordinal)) line = "it holds nothing of that kind.";
        if (line.Contains("Format not on whitelist", StringComparison.Ordinal)) line = ForeignFormat;
        line = WithoutOrigin(line);
        Volatile.Write(ref lastLine, line.Length > MaxLineLength ? line[..MaxLineLength] : line);
    }

    /// <summary>Leaves out "[mjpeg @ 0x55e0675f1540] " and "file:/long/path.jpg: ", which the message names already.</summary>
    static string WithoutOrigin(string line)
    {
        int end = line.StartsWith('[') ? line.IndexOf("] ", StringComparison.Ordinal)
            : line.StartsWith("file:", StringComparison.Ordinal) || line.StartsWith("pipe:", StringComparison.Ordinal) ? line.LastIndexOf(": ", StringComparison.Ordinal)
            : -1;
        return end < 0 ? line : line[(end + 2)..];
    }
}
