using System.Buffers.Binary;

namespace TalkingMachines.WebRtc;

/// <summary>
/// Steps through the sequence numbers of a generic NACK (RFC 4585, section 6.2.1): words of a first number and a mask of
/// the sixteen behind it.
/// </summary>
internal ref struct NackedSequences(ReadOnlySpan<byte> words)
{
    ReadOnlySpan<byte> words = words;
    int offset = -1;                       // 0 is the word's own number, 1 to 16 are bits of its mask

    public ushort Current { get; private set; }

    public readonly NackedSequences GetEnumerator() => this;

    public bool MoveNext()
    {
        while (words.Length >= 4)
        {
            int mask = BinaryPrimitives.ReadUInt16BigEndian(words[2..]) << 1 | 1;
            while (++offset <= 16)
            {
                if ((mask >> offset & 1) == 0) continue;
                Current = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(words) + offset);
                return true;
            }
            offset = -1;
            words = words[4..];
        }
        return false;
    }
}
