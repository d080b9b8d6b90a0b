namespace TalkingMachines.Media;

/// <summary>The checksum of PNG chunks (PNG specification, annex D): CRC-32 with polynomial 0xEDB88320.</summary>
internal static class Crc32
{
    static readonly uint[] Table = MakeTable();

    /// <summary>Checksum of a chunk's type and data.</summary>
    public static uint Of(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => ~Add(Add(~0u, type), data);

    static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes) crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint c = i;
            for (int bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            table[i] = c;
        }
        return table;
    }
}
