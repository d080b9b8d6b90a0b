using System.IO.MemoryMappedFiles;

namespace TalkingMachines.Tensors;

/// <summary>A file as memory, for reading: only what is touched becomes resident. Every access is checked against the file's length.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    const int Piece = 1 << 20; // elements widened at a time: spans end at 2^31 bytes, tensors don't

    readonly MemoryMappedFile? file;
    readonly MemoryMappedViewAccessor? view;
    byte* data; // null once it is closed

    /// <param name="expected">What errors say the file should have been, such as "a .safetensors file".</param>
    public MappedFile(string path, string expected)
    {
        Path = path;
        var info = new FileInfo(path);
        if (!info.Exists) throw new WeightFileException($"{path} does not exist, expected {expected}.");
        if (info.Length == 0) throw new WeightFileException($"{path} is empty, expected {expected}.");
        try
        {
            file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            view = file.CreateViewAccessor(0, info.Length, MemoryMappedFileAccess.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Dispose();
            throw new WeightFileException($"{path} can't be opened: {e.Message}", e);
        }
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref data);
        Length = info.Length;
    }

    public string Path { get; }

    public long Length { get; }

    public bool Holds(long offset, long bytes) => offset >= 0 && bytes >= 0 && bytes <= Length && offset <= Length - bytes;

    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(data == null, this);
        return Holds(offset, count)
            ? new ReadOnlySpan<byte>(data + offset, count)
            : throw new WeightFileException($"{Path}: {count} bytes at {offset} are not in the file, which has {Length}.");
    }

    /// <summary>Widens consecutive numbers of a type to f32.</summary>
    public void Widen(DType type, long offset, Span<float> target)
    {
        int width = type.Bytes();
        for (int done = 0; done < target.Length; done += Piece)
        {
            int count = Math.Min(Piece, target.Length - done);
            StoredNumbers.Widen(type, Bytes(offset + ((long)done * width), count * width), target.Slice(done, count));
        }
    }

    public void Dispose()
    {
        if (data != null) view!.SafeMemoryMappedViewHandle.ReleasePointer();
        data = null;
        view?.Dispose();
        file?.Dispose();
    }
}
