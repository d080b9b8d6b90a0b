using System.Buffers.Binary;

namespace TalkingMachines.Media;

/// <summary>Little-endian 16-bit samples: 32768 stands for 1, so whatever was decoded encodes to the same bytes.</summary>
public static class Pcm16
{
    /// <summary>Writes two bytes a sample, rounded; what exceeds [-1, 1] is clipped, what is no number is silence.</summary>
    public static void Encode(ReadOnlySpan<float> samples, Span<byte> bytes)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            float scaled = float.IsNaN(samples[i]) ? 0 : Math.Clamp(samples[i] * 32768f, short.MinValue, short.MaxValue);
            BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * i)..], (short)MathF.Round(scaled));
        }
    }

    /// <summary>Reads as many samples as <paramref name="samples"/> holds.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++)
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) / 32768f;
    }
}
