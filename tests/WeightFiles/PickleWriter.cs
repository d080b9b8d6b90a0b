using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TalkingMachines.Tests.WeightFiles;

/// <summary>Writes pickles opcode by opcode, and checkpoints around them as PyTorch lays them out.</summary>
internal sealed class PickleWriter
{
    readonly List<byte> code = [];

    public PickleWriter() => Bytes(0x80, 2);

    public byte[] Done() => Bytes((byte)'.').code.ToArray();

    public PickleWriter Bytes(params byte[] bytes)
    {
        code.AddRange(bytes);
        return this;
    }

    public PickleWriter Op(char op) => Bytes((byte)op);

    public PickleWriter Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Op('X').Bytes(length.ToArray()).Bytes(bytes);
    }

    public PickleWriter Number(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Bytes(0x8A, 8).Bytes(bytes.ToArray());
    }

    public PickleWriter Tuple(params long[] numbers)
    {
        Op('(');
        foreach (long number in numbers) Number(number);
        return Op('t');
    }

    public PickleWriter Global(string module, string name) => Op('c').Bytes(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    /// <summary>A reference to numbers beside the pickle.</summary>
    public PickleWriter Storage(string type, string key, long count) =>
        Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Number(count).Op('t').Op('Q');

    /// <summary>torch._utils._rebuild_tensor_v2(storage, offset, size, stride, False, OrderedDict()).</summary>
    public PickleWriter Tensor(string type, string key, long count, long offset, long[] size, long[] stride) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(type, key, count).Number(offset).Tuple(size).Tuple(stride)
            .Bytes(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');

    /// <summary>A dictionary of what <paramref name="items"/> write: key, value, key, value.</summary>
    public static byte[] Dictionary(Action<PickleWriter> items)
    {
        var writer = new PickleWriter().Op('}').Op('(');
        items(writer);
        return writer.Op('u').Done();
    }

    /// <summary>The zip file that torch.save makes of a pickle and its storages.</summary>
    public static byte[] Zip(byte[] pickle, params (string Key, byte[] Numbers)[] storages) => Zip(pickle, CompressionLevel.NoCompression, storages);

    public static byte[] Zip(byte[] pickle, CompressionLevel compression, params (string Key, byte[] Numbers)[] storages)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("archive/data.pkl", pickle);
            foreach (var (key, numbers) in storages) Add("archive/data/" + key, numbers);
            Add("archive/version", "3\n"u8.ToArray());

            void Add(string name, byte[] contents)
            {
                using var entry = zip.CreateEntry(name, compression).Open();
                entry.Write(contents);
            }
        }
        return file.ToArray();
    }

    /// <summary>The format before 2020: pickles of magic, version, system, the value and the order of storages; then these.</summary>
    public static byte[] Legacy(byte[] pickle, params (string Key, long Count, byte[] Numbers)[] storages)
    {
        using var file = new MemoryStream();
        file.Write([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.']);
        file.Write(new PickleWriter().Number(1001).Done());
        file.Write(Dictionary(items => items.Text("little_endian").Bytes(0x88).Text("protocol_version").Number(1001)));
        file.Write(pickle);
        var order = new PickleWriter().Op(']').Op('(');
        foreach (var (key, _, _) in storages) order.Text(key);
        file.Write(order.Op('e').Done());
        Span<byte> length = stackalloc byte[8];
        foreach (var (_, count, numbers) in storages)
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, count);
            file.Write(length);
            file.Write(numbers);
        }
        return file.ToArray();
    }

    /// <summary>0, 1, 2, ... as f32.</summary>
    public static byte[] Floats(int count)
    {
        byte[] bytes = new byte[4 * count];
        for (int i = 0; i < count; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), i);
        return bytes;
    }
}
