using System.Buffers.Binary;
using System.Text;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.WeightFiles;

/// <summary>Safetensors files, one or many with an index: sizes are checked, files are beside the index, nothing lies over anything.</summary>
public sealed class SafeTensorsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Tensors_and_metadata_are_read()
    {
        Write("a.safetensors", """{"__metadata__":{"config":"{}"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}}""", [0, 0, 128, 63, 0, 0, 0, 192, 1]);
        using var file = SafeTensors.Open(folder.File("a.safetensors"));
        Assert.Equal([1, -2], Read(file, "b"));
        Assert.Equal([1], Read(file, "a"));
        Assert.Equal("{}", file.Metadata["config"]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "expected 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "within 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "-4..0")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", "a.safetensors: a has type F8_E4M3, expected F16, BF16, F32")]
    [InlineData("""{"b.c":{"dtype":"F8_E5M2","shape":[1],"data_offsets":[0,1]}}""", "a.safetensors: b.c has type F8_E5M2, expected F16, BF16, F32")]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", "a has type C64, expected F16")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}""", "a has type F4, expected F16")]
    [InlineData("""{"a":{"dtype":"U16","shape":[1],"data_offsets":[0,2]}}""", "a has type U16, expected F16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,4]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "lies over a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", "more")]
    [InlineData("""["a"]""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", "header")]
    public void Headers_that_make_no_sense_are_refused(string header, string complaint)
    {
        Write("a.safetensors", header, new byte[8]);
        string message = Assert.Throws<WeightFileException>(() => SafeTensors.Open(folder.File("a.safetensors"))).Message;
        Assert.Contains(complaint, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Shards_are_found_by_their_index()
    {
        WriteShards("""{"metadata":{"total_size":8},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}""");
        using var weights = WeightFile.Open(folder.Root);
        Assert.Equal(["a", "b"], weights.Tensors.Keys.Order());
        Assert.Equal([1], Read(weights, "b"));
    }

    [Theory]
    [InlineData("../1.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/1.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    public void An_index_can_name_files_beside_it_only(string file)
    {
        WriteShards($$$"""{"weight_map":{"a":"{{{file}}}"}}""");
        Assert.Contains("beside it", Assert.Throws<WeightFileException>(() => WeightFile.Open(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"2.safetensors"}}""", "which lacks it")]
    [InlineData("""{"weight_map":{"a":"3.safetensors"}}""", "does not exist")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","a":"1.safetensors"}}""", "twice")]
    [InlineData("""{"weight_map":{"a":7}}""", "in no file")]
    [InlineData("""{"weight_map":7}""", "no object")]
    [InlineData("{}", "no weight_map")]
    [InlineData("{", "not an index")]
    public void An_index_that_is_wrong_is_refused(string index, string complaint)
    {
        WriteShards(index);
        Assert.Contains(complaint, Assert.Throws<WeightFileException>(() => WeightFile.Open(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_two_files_and_no_index_is_refused()
    {
        WriteShards("{}");
        File.Delete(folder.File("model.safetensors.index.json"));
        Assert.Contains("1.safetensors, 2.safetensors", Assert.Throws<WeightFileException>(() => WeightFile.Open(folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_beyond_two_gigabytes_are_read_where_they_lie_and_nothing_else_becomes_resident()
    {
        const long first = 2_500_000_000;
        byte[] head = Bytes($$$"""{"a":{"dtype":"F32","shape":[2],"data_offsets":[{{{first}}},{{{first + 8}}}]}}""", []);
        using (var stream = File.Create(folder.File("a.safetensors"))) // sparse: the gap takes no disk
        {
            stream.Write(head);
            stream.Position = head.Length + first;
            stream.Write([0, 0, 128, 63, 0, 0, 0, 192]);
        }
        long before = Environment.WorkingSet;
        using var file = SafeTensors.Open(folder.File("a.safetensors"));
        Assert.Equal([1, -2], Read(file, "a"));
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, first / 8); // other tests run meanwhile
    }

    void WriteShards(string index)
    {
        Write("1.safetensors", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4]);
        Write("2.safetensors", """{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", [0, 0, 128, 63]);
        File.WriteAllText(folder.File("model.safetensors.index.json"), index);
    }

    void Write(string name, string header, byte[] data) => File.WriteAllBytes(folder.File(name), Bytes(header, data));

    internal static byte[] Bytes(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    static float[] Read(IWeightSource file, string name)
    {
        float[] values = new float[file.Tensors[name].Shape.Count];
        file.Read(name, values);
        return values;
    }

    public void Dispose() => folder.Dispose();
}
