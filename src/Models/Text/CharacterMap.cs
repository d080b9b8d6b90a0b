using System.Buffers.Binary;

namespace TalkingMachines.Models.Text;

/// <summary>
/// The normaliser's table as model files hold it (precompiled_charsmap): length of a trie, the trie as a double array (Yata et
/// al.'s darts-clone: 32-bit units with label, offset and a flag for leaves), then replacements that end with a zero byte. It maps
/// sequences of UTF-8 bytes to others; of several that fit, the longest counts.
/// </summary>
internal sealed class CharacterMap
{
    const int LongestReplacement = 1024; // bytes: those of Unicode have a few dozen

    readonly uint[] units;
    readonly byte[] replacements;

    CharacterMap(uint[] units, byte[] replacements) => (this.units, this.replacements) = (units, replacements);

    public static CharacterMap Parse(ReadOnlySpan<byte> table)
    {
        uint bytes = table.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(table);
        if (bytes is 0 || bytes % 4 != 0 || bytes > table.Length - 4) throw new FormatException($"its table of characters has a trie of {bytes} bytes in {table.Length}");
        uint[] units = new uint[bytes / 4];
        for (int i = 0; i < units.Length; i++) units[i] = BinaryPrimitives.ReadUInt32LittleEndian(table[(4 + (4 * i))..]);
        return new CharacterMap(units, table[(4 + (int)bytes)..].ToArray());
    }

    /// <summary>Replaces the start of a text: how many bytes of it, and by what. False where the table has nothing for it.</summary>
    public bool TryReplace(ReadOnlySpan<byte> text, out int length, out ReadOnlySpan<byte> replacement)
    {
        length = 0;
        uint found = 0, node = Offset(units[0]);
        for (int i = 0; i < text.Length; i++)
        {
            node ^= text[i];
            if (node >= units.Length || Label(units[node]) != text[i]) break;
            uint unit = units[node];
            node ^= Offset(unit);
            if (node >= units.Length) break;
            if (!HasLeaf(unit)) continue;
            (found, length) = (units[node] & 0x7FFFFFFF, i + 1);
        }
        replacement = default;
        if (length == 0 || found >= replacements.Length) return false;
        replacement = replacements.AsSpan((int)found);
        int end = replacement[..Math.Min(replacement.Length, LongestReplacement + 1)].IndexOf((byte)0);
        replacement = replacement[..(end >= 0 ? end : Math.Min(replacement.Length, LongestReplacement))];
        return true;
    }

    static bool HasLeaf(uint unit) => (unit >> 8 & 1) != 0;

    /// <summary>The byte that leads here; a leaf's value has the highest bit set and is no byte.</summary>
    static uint Label(uint unit) => unit & 0x800000FF;

    static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);
}
