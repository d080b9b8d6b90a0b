namespace TalkingMachines.Media;

/// <summary>Reads every PNG (ISO/IEC 15948) as RGB, and writes 8-bit RGB.</summary>
public static class Png
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaxFileBytes = 512L << 20;

    /// <summary>The eight bytes that begin every PNG.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a file. Transparency is laid over mid grey (128).</summary>
    /// <exception cref="MediaException">The file is missing, too large, damaged or no PNG.</exception>
    public static Picture Read(string path)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxFileBytes)
                throw new MediaException($"{path} has {length} bytes, expected at most {MaxFileBytes}.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (MediaException.IsFileFailure(e))
        {
            throw MediaException.From("read", path, e);
        }
        return Read(bytes, path);
    }

    /// <summary>Reads a PNG held in memory; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="MediaException">The bytes are damaged or no PNG.</exception>
    public static Picture Read(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty) throw new MediaException($"{name} is empty, expected a PNG picture.");
        if (!bytes.StartsWith(Signature)) throw new MediaException($"{name} is not a PNG picture.");
        return new PngReader(name).Read(bytes[Signature.Length..]);
    }

    /// <summary>Writes a file, beside and then renamed.</summary>
    public static void Write(Picture picture, string path)
    {
        using var file = new PendingFile(path);
        try
        {
            Write(picture, file.Stream);
        }
        catch (IOException e)
        {
            throw MediaException.From("write", path, e);
        }
        file.Complete();
    }

    /// <summary>Writes to a stream, which stays open.</summary>
    public static void Write(Picture picture, Stream stream) => PngWriter.Write(picture, stream);
}
