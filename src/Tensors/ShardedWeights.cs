using System.Text.Json;

namespace TalkingMachines.Tensors;

/// <summary>Weights in several files, with an index that says which file holds which tensor (model.safetensors.index.json).</summary>
public sealed class ShardedWeights : IWeightSource
{
    const long MaxIndex = 100_000_000;
    const int MaxShards = 10_000;

    readonly Dictionary<string, IWeightSource> shards = new(StringComparer.Ordinal);
    readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, IWeightSource> homes = new(StringComparer.Ordinal);

    ShardedWeights(string index) => Name = index;

    public string Name { get; }

    /// <summary>Paths of the files that the index names.</summary>
    public IEnumerable<string> Files => shards.Keys.Select(Beside);

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>Opens an index and every file it names, which must lie beside it.</summary>
    public static ShardedWeights Open(string index)
    {
        var opened = new ShardedWeights(index);
        try
        {
            opened.ReadIndex();
            return opened;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            opened.Dispose();
            throw new WeightFileException($"{index} is not an index of weights: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    void ReadIndex()
    {
        var info = new FileInfo(Name);
        if (!info.Exists) throw new WeightFileException($"{Name} does not exist, expected an index of weights.");
        if (info.Length > MaxIndex) throw new WeightFileException($"{Name} has {info.Length} bytes, expected an index of at most {MaxIndex}.");
        byte[] bytes = File.ReadAllBytes(Name);
        var json = new Utf8JsonReader(bytes);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new JsonException("it is no object");
        bool found = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isMap = json.ValueTextEquals("weight_map"u8);
            json.Read();
            if (!isMap) json.Skip();
            else if (found || json.TokenType != JsonTokenType.StartObject) throw new JsonException("weight_map is no object, or there are two");
            else
            {
                found = true;
                ReadMap(ref json);
            }
        }
        if (!found) throw new JsonException("it has no weight_map");
    }

    void ReadMap(ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            string file = json.TokenType == JsonTokenType.String ? json.GetString()! : throw new JsonException($"{name} lies in no file");
            var home = Shard(file);
            if (!home.Tensors.TryGetValue(name, out var stored)) throw new WeightFileException($"{Name} says that {name} is in {file}, which lacks it.");
            if (!tensors.TryAdd(name, stored)) throw new WeightFileException($"{Name} holds {name} twice.");
            homes.Add(name, home);
        }
    }

    IWeightSource Shard(string file)
    {
        if (shards.TryGetValue(file, out var open)) return open;
        // An index comes from outside: it may name files beside it, and no others.
        if (file.Length == 0 || file is "." or ".." || file.AsSpan().ContainsAny("/\\\0:")) throw new WeightFileException($"{Name} names the file '{file}', expected one beside it.");
        if (shards.Count == MaxShards) throw new WeightFileException($"{Name} names more than {MaxShards} files.");
        var shard = WeightFile.OpenOne(Beside(file));
        shards.Add(file, shard);
        return shard;
    }

    string Beside(string file) => Path.Combine(Path.GetDirectoryName(Name) ?? "", file);

    public void Read(string name, Span<float> target)
    {
        if (!homes.TryGetValue(name, out var home)) throw new WeightFileException($"{Name} lacks {name}.");
        home.Read(name, target);
    }

    public void Dispose()
    {
        foreach (var shard in shards.Values) shard.Dispose();
    }
}
