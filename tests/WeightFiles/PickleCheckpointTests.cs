using System.IO.Compression;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.WeightFiles;

/// <summary>Checkpoints of PyTorch: what is in them comes out, and nothing in them is executed.</summary>
public sealed class PickleCheckpointTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Views_of_one_storage_are_read_by_offset_and_stride()
    {
        byte[] pickle = PickleWriter.Dictionary(items => items
            .Text("whole").Tensor("FloatStorage", "0", 6, 0, [2, 3], [3, 1])
            .Text("turned").Tensor("FloatStorage", "0", 6, 0, [3, 2], [1, 3])
            .Text("part").Tensor("FloatStorage", "0", 6, 4, [2], [1])
            .Text("scalar").Tensor("FloatStorage", "0", 6, 5, [], [])
            .Text("nothing").Tensor("FloatStorage", "0", 6, 0, [0, 3], [3, 1]));
        using var file = Open(PickleWriter.Zip(pickle, ("0", PickleWriter.Floats(6))));
        Assert.Equal([0, 1, 2, 3, 4, 5], Read(file, "whole"));
        Assert.Equal([0, 3, 1, 4, 2, 5], Read(file, "turned"));
        Assert.Equal([4, 5], Read(file, "part"));
        Assert.Equal([5], Read(file, "scalar"));
        Assert.Empty(Read(file, "nothing"));
        Assert.Equal(new Shape([3, 2]), file.Tensors["turned"].Shape);
    }

    [Theory]
    [InlineData("HalfStorage", DType.F16, new byte[] { 0x00, 0x3C, 0x00, 0xC1 }, new[] { 1f, -2.5f })]
    [InlineData("BFloat16Storage", DType.BF16, new byte[] { 0x80, 0x3F, 0x20, 0xC0 }, new[] { 1f, -2.5f })]
    [InlineData("IntStorage", DType.I32, new byte[] { 7, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF }, new[] { 7f, -2f })]
    [InlineData("ShortStorage", DType.I16, new byte[] { 7, 0, 0xFE, 0xFF }, new[] { 7f, -2f })]
    [InlineData("CharStorage", DType.I8, new byte[] { 7, 0xFE }, new[] { 7f, -2f })]
    [InlineData("BoolStorage", DType.U8, new byte[] { 1, 0 }, new[] { 1f, 0f })]
    [InlineData("LongStorage", DType.I64, new byte[] { 7, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, new[] { 7f, -2f })]
    public void Every_type_of_numbers_is_widened(string storage, DType type, byte[] numbers, float[] expected)
    {
        using var file = Open(PickleWriter.Zip(PickleWriter.Dictionary(items => items.Text("a").Tensor(storage, "0", 2, 0, [2], [1])), ("0", numbers)));
        Assert.Equal(type, file.Tensors["a"].Type);
        Assert.Equal(expected, Read(file, "a"));
    }

    [Fact]
    public void Dictionaries_in_dictionaries_give_names_with_dots_and_the_rest_is_passed_over()
    {
        byte[] pickle = PickleWriter.Dictionary(items => items
            .Text("step").Number(600)
            .Text("generator").Op('}').Op('(').Text("model.a").Tensor("FloatStorage", "0", 2, 0, [2], [1]).Op('u')
            .Text("states").Op(']').Op('(').Tensor("FloatStorage", "1", 1, 0, [1], [1]).Op('e'));
        using var file = Open(PickleWriter.Zip(pickle, ("0", PickleWriter.Floats(2)), ("1", PickleWriter.Floats(1))));
        Assert.Equal(["generator.model.a", "states.0"], file.Tensors.Keys.Order());
    }

    [Fact]
    public void The_format_before_zip_files_is_read_too()
    {
        byte[] pickle = PickleWriter.Dictionary(items => items
            .Text("b").Tensor("FloatStorage", "140", 3, 1, [2], [1])
            .Text("a").Tensor("ByteStorage", "99", 4, 0, [2, 2], [2, 1]));
        using var file = Open(PickleWriter.Legacy(pickle, ("99", 4, [1, 2, 3, 4]), ("140", 3, PickleWriter.Floats(3))));
        Assert.Equal([1, 2, 3, 4], Read(file, "a"));
        Assert.Equal([1, 2], Read(file, "b"));
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("torch.storage", "_load_from_bytes")]
    public void What_does_not_rebuild_tensors_is_refused_by_name(string module, string name)
    {
        string trace = folder.File("executed");
        byte[] pickle = new PickleWriter().Global(module, name).Text($"touch {trace}").Bytes(0x85).Op('R').Done();
        string message = Refused(PickleWriter.Zip(pickle));
        Assert.Contains($"{module}.{name}", message, StringComparison.Ordinal);
        Assert.False(File.Exists(trace));
    }

    [Theory]
    [InlineData("float8_e4m3fn")]
    [InlineData("float8_e5m2")]
    [InlineData("uint16")]
    public void A_tensor_of_a_type_that_we_do_not_read_is_named(string type)
    {
        // As torch saves the types that came after its storage classes.
        byte[] pickle = PickleWriter.Dictionary(items => items.Text("model").Op('}').Op('(').Text("blocks.0.weight")
            .Global("torch._utils", "_rebuild_tensor_v3").Op('(').Storage("UntypedStorage", "0", 2).Number(0).Tuple(2).Tuple(1)
            .Bytes(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Global("torch", type).Op('t').Op('R').Op('u'));
        Assert.Equal($"{folder.File("a.pth")}: model.blocks.0.weight has type torch.{type}, expected F16, BF16, F32, F64, I64, I32, I16, I8, U8 or BOOL.", Refused(PickleWriter.Zip(pickle, ("0", [1, 2]))));
    }

    [Theory]
    [InlineData("ComplexFloatStorage")]
    [InlineData("QInt8Storage")]
    public void A_storage_of_a_type_that_we_do_not_read_is_named(string storage)
    {
        byte[] pickle = PickleWriter.Dictionary(items => items.Text("a").Global("torch._utils", "_rebuild_parameter").Op('(').Tensor(storage, "0", 2, 0, [2], [1]).Bytes(0x88).Op(')').Op('t').Op('R'));
        Assert.Contains($"a has type torch.{storage}, expected F16", Refused(PickleWriter.Zip(pickle, ("0", new byte[16]))), StringComparison.Ordinal);
        Assert.Contains($"a has type torch.{storage}, expected F16", Refused(PickleWriter.Legacy(pickle, ("0", 2, new byte[16]))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, 0, new long[] { 7 }, new long[] { 1 })]
    [InlineData(6, 5, new long[] { 2 }, new long[] { 1 })]
    [InlineData(6, 0, new long[] { 2, 2 }, new long[] { 5, 1 })]
    [InlineData(6, -1, new long[] { 1 }, new long[] { 1 })]
    [InlineData(6, 0, new long[] { 1 }, new long[] { -1 })]
    [InlineData(6, 0, new long[] { 1000 }, new long[] { 0 })]
    [InlineData(6, 0, new long[] { 2147483647, 2147483647, 2147483647 }, new long[] { 0, 0, 0 })]
    [InlineData(6, 9, new long[] { 0 }, new long[] { 1 })]
    [InlineData(1L << 61, 0, new long[] { 4 }, new long[] { 1 })]
    [InlineData(1L << 62, 0, new long[] { 4 }, new long[] { 1L << 60 })]
    public void A_tensor_that_leaves_its_storage_is_refused(long count, long offset, long[] size, long[] stride) =>
        Refused(PickleWriter.Zip(PickleWriter.Dictionary(items => items.Text("a").Tensor("FloatStorage", "0", count, offset, size, stride)), ("0", PickleWriter.Floats(6))));

    [Fact]
    public void A_storage_that_the_file_lacks_is_named()
    {
        byte[] pickle = PickleWriter.Dictionary(items => items.Text("a").Tensor("FloatStorage", "../1", 2, 0, [2], [1]));
        Assert.Contains("'../1'", Refused(PickleWriter.Zip(pickle, ("0", PickleWriter.Floats(2)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Compressed_entries_are_refused_before_they_unfold()
    {
        byte[] pickle = PickleWriter.Dictionary(items => items.Text("a").Tensor("ByteStorage", "0", 50_000_000, 0, [50_000_000], [1]));
        Assert.Contains("compressed", Refused(PickleWriter.Zip(pickle, CompressionLevel.Optimal, ("0", new byte[50_000_000]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_lie_over_each_other_are_refused()
    {
        byte[] file = PickleWriter.Zip(PickleWriter.Dictionary(items => items.Text("a").Tensor("ByteStorage", "0", 1, 0, [1], [1])), ("0", [1]), ("1", [2]));
        // The directory's entry of storage 1 is sent to where storage 0 lies.
        var places = Places(file, [0x50, 0x4B, 1, 2]);
        file.AsSpan(places[1] + 42, 4).CopyTo(file.AsSpan(places[2] + 42, 4));
        Assert.Contains("over each other", Refused(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dictionary_within_itself_ends_the_reading() =>
        Refused(PickleWriter.Zip(new PickleWriter().Op('}').Bytes((byte)'q', 0).Text("a").Bytes((byte)'h', 0).Op('s').Done()));

    [Fact]
    public void Dictionaries_that_hold_each_other_many_times_end_the_reading()
    {
        // The innermost holds a tensor; each of the others holds the one before 60 times: 60^13 names in 6 kB.
        var writer = new PickleWriter().Op('}').Op('(').Text("t").Tensor("FloatStorage", "0", 1, 0, [1], [1]).Op('u').Bytes((byte)'q', 0).Op('0');
        for (byte level = 1; level < 14; level++)
        {
            writer.Op('}').Op('(');
            for (int i = 0; i < 60; i++) writer.Text($"{i}").Bytes((byte)'h', (byte)(level - 1));
            writer.Op('u').Bytes((byte)'q', level).Op('0');
        }
        Refused(PickleWriter.Zip(writer.Bytes((byte)'h', 13).Done(), ("0", PickleWriter.Floats(1))));
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused()
    {
        byte[] whole = PickleWriter.Zip(PickleWriter.Dictionary(items => items.Text("a").Tensor("FloatStorage", "0", 2, 0, [2], [1])), ("0", PickleWriter.Floats(2)));
        for (int length = 5; length < whole.Length; length += 7) Refused(whole[..length]);
    }

    static float[] Read(IWeightSource file, string name)
    {
        float[] values = new float[file.Tensors[name].Shape.Count];
        file.Read(name, values);
        return values;
    }

    IWeightSource Open(byte[] bytes)
    {
        File.WriteAllBytes(folder.File("a.pth"), bytes);
        return WeightFile.Open(folder.File("a.pth"));
    }

    string Refused(byte[] bytes)
    {
        string message = Assert.Throws<WeightFileException>(() => Open(bytes).Dispose()).Message;
        Assert.StartsWith(folder.File("a.pth"), message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    static List<int> Places(byte[] file, byte[] mark)
    {
        var places = new List<int>();
        for (int at = 0; at < file.Length - 4; at++)
            if (file.AsSpan(at).StartsWith(mark)) places.Add(at);
        return places;
    }

    public void Dispose() => folder.Dispose();
}
