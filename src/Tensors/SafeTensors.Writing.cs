using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TalkingMachines.Tensors;

/// <summary>Writing of weights.</summary>
public sealed partial class SafeTensors
{
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
}
