using System.Globalization;

namespace TalkingMachines.Media;

/// <summary>
/// A folder of <c>frame-000000.png</c>, <c>frame-000001.png</c>, ... and, where there is sound, <c>sound.wav</c>.
/// It grows beside as <c>PATH.part</c> and is renamed at the end.
/// </summary>
public sealed class PngSequenceWriter : IVideoWriter
{
    readonly VideoFormat format;
    readonly string path, partPath;
    readonly PendingFile claim; // never completed: while it is open, no other run gathers frames for this folder
    WavWriter? sound;
    int frames;
    bool completed;

    /// <summary>Begins a folder, which must be new or empty.</summary>
    public PngSequenceWriter(string path, VideoFormat format)
    {
        this.format = format.Checked();
        this.path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        partPath = this.path + ".part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(this.path) ?? this.path);
            claim = new PendingFile($"{this.path}.claim");
            if (File.Exists(this.path) || (Directory.Exists(this.path) && Directory.EnumerateFileSystemEntries(this.path).Any()))
                throw new MediaException($"could not write {path}: it exists already; frames go into a new or empty folder.");
            if (Directory.Exists(partPath))
            {
                if (Directory.EnumerateFileSystemEntries(partPath).FirstOrDefault(entry => !IsOurs(entry)) is { } foreign)
                    throw new MediaException($"could not write {path}: {partPath}, where frames are gathered, holds {Path.GetFileName(foreign)}, which is none of ours.");
                Directory.Delete(partPath, recursive: true); // of a run that was killed
            }
            Directory.CreateDirectory(partPath);
        }
        catch (Exception e)
        {
            claim?.Dispose();
            if (MediaException.IsFileFailure(e)) throw MediaException.From("write", path, e);
            throw;
        }
    }

    static bool IsOurs(string entry) =>
        File.Exists(entry) && Path.GetFileName(entry) is var name && (name.StartsWith("frame-", StringComparison.Ordinal) || name.StartsWith("sound.wav", StringComparison.Ordinal));

    public void WriteFrame(ReadOnlySpan<byte> rgb)
    {
        format.CheckFrame(rgb);
        string name = string.Create(CultureInfo.InvariantCulture, $"frame-{frames:D6}.png");
        Png.Write(new Picture(format.Width, format.Height, rgb.ToArray()), Path.Combine(partPath, name));
        frames++;
    }

    public void WriteSound(ReadOnlySpan<float> mono)
    {
        if (mono.IsEmpty) return;
        sound ??= new WavWriter(Path.Combine(partPath, "sound.wav"), format.SampleRate);
        sound.Write(mono);
    }

    public void Complete(CancellationToken stop = default)
    {
        sound?.Complete();
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path);
            Directory.Move(partPath, path);
            completed = true;
        }
        catch (Exception e) when (MediaException.IsFileFailure(e))
        {
            throw MediaException.From("write", path, e);
        }
    }

    public void Dispose()
    {
        sound?.Dispose();
        if (!completed)
        {
            try { Directory.Delete(partPath, recursive: true); }
            catch (Exception e) when (MediaException.IsFileFailure(e)) { }  // must not hide the error on its way
        }
        claim.Dispose();
    }
}
