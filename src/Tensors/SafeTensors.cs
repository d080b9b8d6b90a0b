using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TalkingMachines.Tensors;

/// <summary>
/// The safetensors format: eight bytes of header length, a JSON header, raw little-endian data. The file is mapped:
/// only what is read becomes resident. Every size is checked against the file before anything is allocated.
/// </summary>
public sealed unsafe class SafeTensors : IWeightSource
{
    const long MaxHeader = 100_000_000; // the format's own limit

    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    readonly byte* data;
    readonly string path;
    readonly Dictionary<string, StoredTensor> tensors = [];
    readonly Dictionary<string, long> places = [];

    SafeTensors(string path)
    {
        this.path = path;
        var info = new FileInfo(path);
        if (!info.Exists) throw new WeightFileException($"{path} does not exist, expected a .safetensors file.");
        if (info.Length < 10) throw new WeightFileException($"{path} has {info.Length} bytes, expected a .safetensors file.");
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, info.Length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref data);
        Length = info.Length;
    }

    long Length { get; }

    public string Name => path;

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>Free text pairs of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    public static SafeTensors Open(string path)
    {
        var file = new SafeTensors(path);
        try
        {
            file.ReadHeader();
            return file;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or OverflowException or FormatException or ArgumentException)
        {
            file.Dispose();
            throw new WeightFileException($"{path} has a header that is not a safetensors header: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    void ReadHeader()
    {
        long header = BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(data, 8));
        if (header < 2 || header > Math.Min(MaxHeader, Length - 8)) throw new WeightFileException($"{path} announces a header of {header} bytes, expected 2 to {Math.Min(MaxHeader, Length - 8)}.");
        var reader = new Utf8JsonReader(new ReadOnlySpan<byte>(data + 8, (int)header));
        using var json = JsonDocument.ParseValue(ref reader);
        long start = 8 + header;
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__") Metadata = entry.Value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "");
            else Add(entry.Name, entry.Value, start);
        }
    }

    void Add(string name, JsonElement entry, long start)
    {
        var type = entry.GetProperty("dtype").GetString() switch
        {
            "F16" => DType.F16,
            "BF16" => DType.BF16,
            "F32" => DType.F32,
            "F64" => DType.F64,
            "I32" => DType.I32,
            "I64" => DType.I64,
            var other => throw new WeightFileException($"{path}: {name} has type {other}, expected F16, BF16, F32, F64, I32 or I64."),
        };
        var shape = new Shape([.. entry.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]);
        var offsets = entry.GetProperty("data_offsets");
        long first = offsets[0].GetInt64(), last = offsets[1].GetInt64(), bytes = type.Bytes();
        foreach (int extent in shape) bytes = checked(bytes * extent);
        if (first < 0 || last < first || last > Length - start || last - first != bytes)
            throw new WeightFileException($"{path}: {name} {shape} of {type} lies at {first}..{last}, expected {bytes} bytes within {Length - start}.");
        if (!tensors.TryAdd(name, new StoredTensor(name, type, shape))) throw new WeightFileException($"{path} holds {name} twice.");
        places.Add(name, start + first);
    }

    /// <summary>Widens a tensor's numbers to f32.</summary>
    public void Read(string name, Span<float> target)
    {
        var tensor = tensors.TryGetValue(name, out var found) ? found : throw new WeightFileException($"{path} lacks {name}.");
        if (target.Length != tensor.Shape.Count) throw new WeightFileException($"{path}: {name} is {tensor.Shape}, expected {target.Length} numbers.");
        byte* source = data + places[name];
        switch (tensor.Type)
        {
            case DType.F32:
                new ReadOnlySpan<byte>(source, (int)tensor.Bytes).CopyTo(MemoryMarshal.AsBytes(target));
                break;
            case DType.F16:
                for (int i = 0; i < target.Length; i++) target[i] = (float)BitConverter.UInt16BitsToHalf(Unaligned<ushort>(source, i));
                break;
            case DType.BF16:
                for (int i = 0; i < target.Length; i++) target[i] = BitConverter.UInt32BitsToSingle((uint)Unaligned<ushort>(source, i) << 16);
                break;
            case DType.F64:
                for (int i = 0; i < target.Length; i++) target[i] = (float)Unaligned<double>(source, i);
                break;
            case DType.I32:
                for (int i = 0; i < target.Length; i++) target[i] = Unaligned<int>(source, i);
                break;
            default:
                for (int i = 0; i < target.Length; i++) target[i] = Unaligned<long>(source, i);
                break;
        }
    }

    static T Unaligned<T>(byte* source, int index) where T : unmanaged => System.Runtime.CompilerServices.Unsafe.ReadUnaligned<T>(source + ((long)index * sizeof(T)));

    /// <summary>Writes tensors as F32 or F16 beside <paramref name="path"/> and renames: a reader never sees half a file.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, DType type, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (type is not (DType.F32 or DType.F16)) throw new ArgumentException($"Weights are written as F32 or F16, not {type}.");
        string part = path + ".part";
        try
        {
            using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                byte[] header = Header(tensors, type, metadata);
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                stream.Write(length);
                stream.Write(header);
                foreach (var (_, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal)) stream.Write(Encode(tensor, type));
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    static byte[] Header(IReadOnlyDictionary<string, Tensor> tensors, DType type, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long at = 0;
            foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.ToString());
                json.WriteStartArray("shape");
                foreach (int extent in tensor.Shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += tensor.Count * type.Bytes());
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' '); // data starts aligned
        return buffer.ToArray();
    }

    static byte[] Encode(Tensor tensor, DType type)
    {
        float[] values = tensor.ToArray();
        if (type == DType.F32) return MemoryMarshal.AsBytes<float>(values).ToArray();
        var halves = new Half[values.Length];
        for (int i = 0; i < values.Length; i++) halves[i] = (Half)values[i];
        return MemoryMarshal.AsBytes<Half>(halves).ToArray();
    }

    public void Dispose()
    {
        if (view is not null)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
        }
        file?.Dispose();
    }
}
