using System.Text;

namespace TalkingMachines.Media;

/// <summary>
/// A file that appears whole or not at all: bytes go to a neighbour named <c>PATH.part</c>, which
/// <see cref="Complete"/> renames. Disposing without completing deletes it.
/// </summary>
public sealed class PendingFile : IDisposable
{
    readonly string path;
    bool completed;

    public PendingFile(string path)
    {
        (this.path, PartPath) = (path, path + ".part");
        try
        {
            Stream = new FileStream(PartPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        }
        catch (Exception e) when (MediaException.IsFileFailure(e))
        {
            throw MediaException.From("write", path, e);
        }
    }

    /// <summary>Where the bytes are until then. No other <see cref="PendingFile"/> of the same name can begin meanwhile, in any process.</summary>
    public string PartPath { get; }

    public FileStream Stream { get; }

    /// <summary>Writes a text as such a file.</summary>
    public static void Write(string path, string text)
    {
        using var file = new PendingFile(path);
        file.Stream.Write(Encoding.UTF8.GetBytes(text));
        file.Complete();
    }

    /// <summary>Copies a file as such a file.</summary>
    public static void Copy(string source, string path)
    {
        using var from = File.OpenRead(source);
        using var file = new PendingFile(path);
        from.CopyTo(file.Stream);
        file.Complete();
    }

    /// <summary>Closes the file and gives it its name, replacing an older file of that name.</summary>
    public void Complete()
    {
        try
        {
            Stream.Dispose();
            File.Move(PartPath, path, overwrite: true);
            completed = true;
        }
        catch (Exception e) when (MediaException.IsFileFailure(e))
        {
            throw MediaException.From("write", path, e);
        }
    }

    public void Dispose()
    {
        if (completed) return;
        // A full disk fails the last flush; the file goes anyway.
        try { Stream.Dispose(); } catch (IOException) { }
        DeleteQuietly(PartPath);
    }

    /// <summary>Deletes a leftover; what cannot be deleted must not hide the error that is on its way.</summary>
    public static void DeleteQuietly(string path)
    {
        try { File.Delete(path); }
        catch (Exception e) when (MediaException.IsFileFailure(e)) { }
    }
}
