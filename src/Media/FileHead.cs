namespace TalkingMachines.Media;

/// <summary>What a file is by its first bytes, whatever its name says.</summary>
internal enum FileKind
{
    Png,
    Wav,
    Text,
    Other,
}

/// <summary>Looks at the beginning of files.</summary>
internal static class FileHead
{
    const int Length = 512;

    /// <summary>Kind of a file; <paramref name="expected"/> ("a picture") goes into the messages.</summary>
    /// <exception cref="MediaException">Missing, a folder, not readable or empty.</exception>
    public static FileKind Inspect(string path, string expected)
    {
        if (Directory.Exists(path)) throw new MediaException($"{path} is a folder, expected {expected}.");
        Span<byte> head = stackalloc byte[Length];
        try
        {
            using var file = File.OpenRead(path);
            head = head[..file.ReadAtLeast(head, Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (MediaException.IsFileFailure(e))
        {
            throw MediaException.From("read", path, e);
        }
        if (head.IsEmpty) throw new MediaException($"{path} is empty, expected {expected}.");
        return head.StartsWith(Png.Signature) ? FileKind.Png
            : Wav.IsWav(head) ? FileKind.Wav
            : IsText(head) ? FileKind.Text
            : FileKind.Other;
    }

    // No sound or picture that we want to read begins with half a kilobyte of plain text, but playlists do.
    static bool IsText(ReadOnlySpan<byte> head)
    {
        foreach (byte b in head)
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C or 0x1B) || b == 0x7F) return false;
        // The last character may be cut in two.
        for (int cut = 0; cut <= 3 && cut < head.Length; cut++)
            if (System.Text.Unicode.Utf8.IsValid(head[..^cut])) return true;
        return false;
    }
}
