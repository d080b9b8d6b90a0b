using System.Buffers.Binary;
using System.Text.Json;

namespace TalkingMachines.Tensors;

/// <summary>
/// The safetensors format: eight bytes of header length, a JSON header, raw little-endian data. The file is mapped:
/// only what is read becomes resident. Every size is checked against the file before anything is allocated.
/// </summary>
public sealed partial class SafeTensors : IWeightSource
{
    const long MaxHeader = 100_000_000; // the format's own limit

    readonly MappedFile file;
    readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> places = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    SafeTensors(string path) => file = new MappedFile(path, "a .safetensors file");

    public string Name => file.Path;

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>Free text pairs of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    public static SafeTensors Open(string path)
    {
        var opened = new SafeTensors(path);
        try
        {
            opened.ReadHeader();
            return opened;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or OverflowException or FormatException or ArgumentException)
        {
            opened.Dispose();
            throw new WeightFileException($"{path} has a header that is not a safetensors header: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    void ReadHeader()
    {
        if (file.Length < 10) throw new WeightFileException($"{Name} has {file.Length} bytes, expected a .safetensors file.");
        long header = BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(0, 8)), most = Math.Min(MaxHeader, file.Length - 8);
        if (header < 2 || header > most) throw new WeightFileException($"{Name} announces a header of {header} bytes, expected 2 to {most}.");
        // Read as it comes: a document in memory would take many times the header's size.
        var json = new Utf8JsonReader(file.Bytes(8, (int)header));
        Expect(ref json, JsonTokenType.StartObject);
        while (Next(ref json) == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            if (name == "__metadata__") ReadMetadata(ref json);
            else Add(name, ReadEntry(ref json, name), 8 + header);
        }
        if (json.Read()) throw new JsonException("it goes on after its end");
        RefuseOverlaps();
    }

    void ReadMetadata(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.StartObject);
        while (Next(ref json) == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            Expect(ref json, JsonTokenType.String);
            metadata[name] = json.GetString()!;
        }
    }

    (DType Type, Shape Shape, long First, long Last) ReadEntry(ref Utf8JsonReader json, string name)
    {
        DType? type = null;
        Shape? shape = null;
        (long First, long Last)? place = null;
        Span<long> numbers = stackalloc long[Shape.MaxRank];
        Expect(ref json, JsonTokenType.StartObject);
        while (Next(ref json) == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("dtype"u8))
            {
                Expect(ref json, JsonTokenType.String);
                type = TypeNamed(json.GetString()!, name);
            }
            else if (json.ValueTextEquals("shape"u8)) shape = ShapeOf(numbers[..Array(ref json, numbers)]);
            else if (json.ValueTextEquals("data_offsets"u8)) place = Array(ref json, numbers) == 2 ? (numbers[0], numbers[1]) : throw new JsonException($"{name} has other than two data_offsets");
            else throw new JsonException($"{name} has an unknown field {json.GetString()}");
        }
        return type is { } t && shape is { } s && place is { } p ? (t, s, p.First, p.Last) : throw new JsonException($"{name} lacks its dtype, shape or data_offsets");
    }

    DType TypeNamed(string type, string name) => type switch
    {
        "F16" => DType.F16,
        "BF16" => DType.BF16,
        "F32" => DType.F32,
        "F64" => DType.F64,
        "I64" => DType.I64,
        "I32" => DType.I32,
        "I16" => DType.I16,
        "I8" => DType.I8,
        "U8" or "BOOL" => DType.U8,
        _ => throw new WeightFileException($"{Name}: {name} has type {type}, expected {StoredTensor.ReadableTypes}."),
    };

    static Shape ShapeOf(ReadOnlySpan<long> extents)
    {
        Span<int> narrow = stackalloc int[extents.Length];
        for (int i = 0; i < narrow.Length; i++) narrow[i] = checked((int)extents[i]);
        return new Shape(narrow);
    }

    static int Array(ref Utf8JsonReader json, scoped Span<long> numbers)
    {
        int count = 0;
        Expect(ref json, JsonTokenType.StartArray);
        while (Next(ref json) == JsonTokenType.Number)
        {
            if (count == numbers.Length) throw new JsonException($"an array has more than {numbers.Length} numbers");
            numbers[count++] = json.GetInt64();
        }
        return json.TokenType == JsonTokenType.EndArray ? count : throw new JsonException($"an array holds a {json.TokenType}");
    }

    static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (Next(ref json) != type) throw new JsonException($"a {json.TokenType} stands where a {type} is expected");
    }

    static JsonTokenType Next(ref Utf8JsonReader json) => json.Read() ? json.TokenType : throw new JsonException("it ends too early");

    void Add(string name, (DType Type, Shape Shape, long First, long Last) entry, long start)
    {
        long bytes = entry.Type.Bytes();
        foreach (int extent in entry.Shape) bytes = checked(bytes * extent);
        if (entry.First < 0 || entry.Last < entry.First || entry.Last > file.Length - start || entry.Last - entry.First != bytes)
            throw new WeightFileException($"{Name}: {name} {entry.Shape} of {entry.Type} lies at {entry.First}..{entry.Last}, expected {bytes} bytes within {file.Length - start}.");
        if (!tensors.TryAdd(name, new StoredTensor(name, entry.Type, entry.Shape))) throw new WeightFileException($"{Name} holds {name} twice.");
        places.Add(name, start + entry.First);
    }

    void RefuseOverlaps()
    {
        long end = 0;
        string before = "";
        foreach (var (name, place) in places.Where(each => tensors[each.Key].Bytes > 0).OrderBy(each => each.Value))
        {
            if (place < end) throw new WeightFileException($"{Name}: {name} lies over {before}, expected tensors apart.");
            (end, before) = (place + tensors[name].Bytes, name);
        }
    }

    public void Read(string name, Span<float> target)
    {
        var tensor = tensors.TryGetValue(name, out var found) ? found : throw new WeightFileException($"{Name} lacks {name}.");
        if (target.Length != tensor.Shape.Count) throw new WeightFileException($"{Name}: {name} is {tensor.Shape}, expected {target.Length} numbers.");
        file.Widen(tensor.Type, places[name], target);
    }

    public void Dispose() => file.Dispose();
}
