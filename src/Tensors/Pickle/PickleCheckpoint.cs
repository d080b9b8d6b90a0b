using System.Buffers.Binary;

namespace TalkingMachines.Tensors.Pickle;

/// <summary>
/// A checkpoint as PyTorch saves it (.pth, .pt, .bin): a zip file with a pickle and one entry of numbers for each storage, or the
/// older format, pickles followed by the numbers. The pickle is read without executing anything, the file is mapped. Dictionaries
/// in dictionaries give names with dots.
/// </summary>
public sealed class PickleCheckpoint : IWeightSource
{
    const long SpareBudget = 1 << 20;
    const int MostPickle = 1 << 28, MostNesting = 16;
    const string PickleEntry = "data.pkl";

    static ReadOnlySpan<byte> LegacyHead => [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    readonly MappedFile file;
    readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, PickleTensor> views = new(StringComparer.Ordinal);
    readonly Dictionary<string, (long Offset, long Bytes)> storages = new(StringComparer.Ordinal);
    long budget;

    PickleCheckpoint(string path)
    {
        file = new MappedFile(path, "a checkpoint of PyTorch");
        budget = SpareBudget + (2 * file.Length);
    }

    public string Name => file.Path;

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>Whether a file begins as checkpoints of PyTorch do.</summary>
    public static bool IsOne(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8) || head.StartsWith(LegacyHead);

    public static PickleCheckpoint Open(string path)
    {
        var opened = new PickleCheckpoint(path);
        try
        {
            opened.Read();
            return opened;
        }
        catch (OverflowException e)
        {
            opened.Dispose();
            throw new WeightFileException($"{path} states sizes that no file has.", e);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    void Read()
    {
        bool legacy = file.Bytes(0, (int)Math.Min(file.Length, LegacyHead.Length)).StartsWith(LegacyHead);
        object? root = legacy ? ReadLegacy() : ReadZip();
        var found = new PickleTensors(Name, file.Length, views);
        found.Collect(root, MostNesting);
        if (views.Count == 0) throw new WeightFileException($"{Name} holds no dictionary of tensors.");
        foreach (var (name, view) in views)
        {
            if (!storages.TryGetValue(view.Storage.Key, out var place)) throw new WeightFileException($"{Name}: {name} lies in storage '{view.Storage.Key}', which the file lacks.");
            if (view.Storage.Bytes > place.Bytes) throw new WeightFileException($"{Name}: {name} lies in storage '{view.Storage.Key}' of {view.Storage.Bytes} bytes, the file has {place.Bytes} of them.");
            tensors.Add(name, new StoredTensor(name, view.Type, view.Shape));
        }
    }

    object? ReadZip()
    {
        var zip = new StoredZip(file);
        string[] pickles = [.. zip.Entries.Keys.Where(name => name == PickleEntry || (name.EndsWith("/" + PickleEntry, StringComparison.Ordinal) && name.IndexOf('/') == name.Length - PickleEntry.Length - 1))];
        if (pickles.Length != 1) throw new WeightFileException($"{Name} has {pickles.Length} entries {PickleEntry}, expected one: it is no checkpoint of PyTorch.");
        string folder = pickles[0][..^PickleEntry.Length];
        if (zip.Entries.TryGetValue(folder + "byteorder", out var order) && order.Bytes == 3) throw new WeightFileException($"{Name} is big-endian, expected little-endian.");
        string data = folder + "data/";
        foreach (var (name, place) in zip.Entries)
            if (name.StartsWith(data, StringComparison.Ordinal)) storages.Add(name[data.Length..], place);
        var pickle = zip.Entries[pickles[0]];
        return Unpickle(pickle.Offset, pickle.Bytes, out _);
    }

    /// <summary>Pickles of a magic number, a version, the sizes of C types, the checkpoint and the order of its storages; then these.</summary>
    object? ReadLegacy()
    {
        long at = LegacyHead.Length;
        if (Next(ref at) is not 1001L) throw new WeightFileException($"{Name} is of an unknown version of PyTorch's old format, expected 1001.");
        if (Next(ref at) is Dictionary<string, object?> system && system.GetValueOrDefault("little_endian") is false) throw new WeightFileException($"{Name} is big-endian, expected little-endian.");
        object? root = Next(ref at);
        var order = Next(ref at) as List<object?> ?? throw new WeightFileException($"{Name} lacks the list of its storages.");
        var sizes = new PickleTensors(Name, file.Length, views).StoragesOf(root, MostNesting);
        foreach (object? item in order)
        {
            string key = item as string ?? throw new WeightFileException($"{Name} lists a storage that has no name.");
            // A storage that no tensor uses can't be measured, so nothing behind it can be found.
            if (!sizes.TryGetValue(key, out var storage)) throw new WeightFileException($"{Name}: nothing says how large storage '{key}' is.");
            long count = BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(at, 8));
            if (count != storage.Count || !file.Holds(at + 8, storage.Bytes)) throw new WeightFileException($"{Name}: storage '{key}' has {count} elements at {at}, expected {storage.Count} within {file.Length} bytes.");
            if (!storages.TryAdd(key, (at + 8, storage.Bytes))) throw new WeightFileException($"{Name} lists storage '{key}' twice.");
            at += 8 + storage.Bytes;
        }
        return root;
    }

    object? Next(ref long at)
    {
        object? value = Unpickle(at, file.Length - at, out int length);
        at += length;
        return value;
    }

    object? Unpickle(long offset, long bytes, out int length)
    {
        var machine = new PickleMachine(file.Bytes(offset, (int)Math.Min(bytes, MostPickle)), Name, ref budget);
        object? value = machine.Run();
        length = machine.Position;
        return value;
    }

    public void Read(string name, Span<float> target)
    {
        if (!views.TryGetValue(name, out var view)) throw new WeightFileException($"{Name} lacks {name}.");
        if (target.Length != view.Shape.Count) throw new WeightFileException($"{Name}: {name} is {view.Shape}, expected {target.Length} numbers.");
        if (target.Length == 0) return;
        long start = storages[view.Storage.Key].Offset + (view.Offset * view.Type.Bytes());
        if (view.IsContiguous) file.Widen(view.Type, start, target);
        else Gather(view, start, target);
    }

    /// <summary>Elements one by one, the last axis fastest.</summary>
    void Gather(PickleTensor view, long start, Span<float> target)
    {
        Span<int> index = stackalloc int[view.Shape.Rank];
        index.Clear();
        long at = 0;
        for (int i = 0; i < target.Length; i++)
        {
            file.Widen(view.Type, start + (at * view.Type.Bytes()), target.Slice(i, 1));
            for (int axis = view.Shape.Rank - 1; axis >= 0; axis--)
            {
                at += view.Strides[axis];
                if (++index[axis] < view.Shape[axis]) break;
                at -= index[axis] * view.Strides[axis];
                index[axis] = 0;
            }
        }
    }

    public void Dispose() => file.Dispose();
}
