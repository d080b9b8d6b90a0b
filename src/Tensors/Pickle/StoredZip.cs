using System.Buffers.Binary;
using System.Text;

namespace TalkingMachines.Tensors.Pickle;

/// <summary>
/// The directory of a zip file whose entries are stored, not compressed, as PyTorch writes them: what an entry holds lies in the
/// file as it is, so nothing can unfold to more than the file. Zip64 included. Names are only keys here, never paths.
/// </summary>
internal sealed class StoredZip
{
    const uint EndMark = 0x06054b50, Zip64LocatorMark = 0x07064b50, Zip64EndMark = 0x06064b50, EntryMark = 0x02014b50, LocalMark = 0x04034b50;
    const int EndBytes = 22, Zip64LocatorBytes = 20, Zip64EndBytes = 56, EntryBytes = 46, LocalBytes = 30, LongestComment = 0xFFFF;
    const uint SeeZip64 = 0xFFFFFFFF;

    readonly MappedFile file;
    readonly Dictionary<string, (long Offset, long Bytes)> entries = new(StringComparer.Ordinal);
    readonly List<(long First, long Last, string Name)> extents = [];

    public StoredZip(MappedFile file)
    {
        this.file = file;
        var (at, bytes, count) = Directory();
        long end = at + bytes;
        for (long entry = 0; entry < count; entry++) at = ReadEntry(at, end);
        if (at != end) throw Broken($"its directory ends at {at}, expected {end}");
        RefuseOverlaps();
    }

    /// <summary>Where the contents of each entry lie.</summary>
    public IReadOnlyDictionary<string, (long Offset, long Bytes)> Entries => entries;

    (long Offset, long Bytes, long Count) Directory()
    {
        long end = FindEnd();
        var record = file.Bytes(end, EndBytes);
        (long offset, long bytes, long count) = (U32(record, 16), U32(record, 12), U16(record, 10));
        long locator = end - Zip64LocatorBytes;
        if (locator >= 0 && U32(file.Bytes(locator, 4), 0) == Zip64LocatorMark)
        {
            var large = file.Bytes(I64(file.Bytes(locator, Zip64LocatorBytes), 8), Zip64EndBytes);
            if (U32(large, 0) != Zip64EndMark) throw Broken("its zip64 record is not where it should be");
            (offset, bytes, count) = (I64(large, 48), I64(large, 40), I64(large, 32));
        }
        if (!file.Holds(offset, bytes) || count < 0 || count > bytes / EntryBytes) throw Broken($"its directory of {count} entries and {bytes} bytes at {offset} does not fit into {file.Length} bytes");
        return (offset, bytes, count);
    }

    long FindEnd()
    {
        int span = (int)Math.Min(file.Length, EndBytes + LongestComment);
        var tail = file.Bytes(file.Length - span, span);
        for (int at = span - EndBytes; at >= 0; at--)
            if (U32(tail, at) == EndMark) return file.Length - span + at;
        throw Broken("it has no end record: it may have been cut off");
    }

    long ReadEntry(long at, long end)
    {
        if (end - at < EntryBytes) throw Broken("its directory is cut off");
        var head = file.Bytes(at, EntryBytes);
        if (U32(head, 0) != EntryMark) throw Broken($"there is no directory entry at {at}");
        int name = U16(head, 28), extra = U16(head, 30), comment = U16(head, 32);
        long next = at + EntryBytes + name + extra + comment;
        if (next > end) throw Broken("its directory is cut off");
        string key = Encoding.UTF8.GetString(file.Bytes(at + EntryBytes, name));
        var (stored, bytes, local) = Sizes(head, file.Bytes(at + EntryBytes + name, extra));
        if ((U16(head, 8) & 1) != 0 || U16(head, 10) != 0 || stored != bytes) throw Broken($"its entry '{key}' is compressed or encrypted, expected stored as it is");
        Add(key, local, bytes);
        return next;
    }

    /// <summary>Sizes and place of an entry; those that say so stand in its zip64 field, in this order.</summary>
    (long Stored, long Bytes, long Local) Sizes(ReadOnlySpan<byte> head, ReadOnlySpan<byte> extra)
    {
        long bytes = U32(head, 24), stored = U32(head, 20), local = U32(head, 42);
        if (bytes != SeeZip64 && stored != SeeZip64 && local != SeeZip64) return (stored, bytes, local);
        while (extra.Length >= 4)
        {
            int length = U16(extra, 2);
            if (length > extra.Length - 4) break;
            if (U16(extra, 0) != 1)
            {
                extra = extra[(4 + length)..];
                continue;
            }
            var field = extra.Slice(4, length);
            Take(ref field, ref bytes);
            Take(ref field, ref stored);
            Take(ref field, ref local);
            return (stored, bytes, local);
        }
        throw Broken("an entry lacks its zip64 field");
    }

    void Take(ref ReadOnlySpan<byte> field, ref long value)
    {
        if (value != SeeZip64) return;
        if (field.Length < 8) throw Broken("a zip64 field is cut off");
        value = I64(field, 0);
        field = field[8..];
    }

    void Add(string key, long local, long bytes)
    {
        if (!file.Holds(local, LocalBytes)) throw Broken($"its entry '{key}' lies at {local}, outside of the file");
        var head = file.Bytes(local, LocalBytes);
        if (U32(head, 0) != LocalMark) throw Broken($"its entry '{key}' is not at {local}");
        long offset = local + LocalBytes + U16(head, 26) + U16(head, 28);
        if (!file.Holds(offset, bytes)) throw Broken($"its entry '{key}' has {bytes} bytes at {offset}, the file ends at {file.Length}");
        if (!entries.TryAdd(key, (offset, bytes))) throw Broken($"it holds '{key}' twice");
        extents.Add((local, offset + bytes, key));
    }

    void RefuseOverlaps()
    {
        extents.Sort((a, b) => a.First.CompareTo(b.First));
        for (int i = 1; i < extents.Count; i++)
            if (extents[i].First < extents[i - 1].Last) throw Broken($"its entries '{extents[i - 1].Name}' and '{extents[i].Name}' lie over each other");
    }

    WeightFileException Broken(string what) => new($"{file.Path} is not a zip file of PyTorch: {what}.");

    static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
