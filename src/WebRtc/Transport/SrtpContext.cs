using System.Buffers.Binary;

namespace TalkingMachines.WebRtc;

/// <summary>
/// One direction of SRTP and SRTCP (RFC 3711): keys, and for each source its rollover counter and replay window.
/// Works in place; buffers to protect need <see cref="SrtpSuite.MostOverhead"/> bytes of room. Not thread-safe.
/// </summary>
internal sealed class SrtpContext : IDisposable
{
    /// <summary>So many streams of one side are followed; a source counts only once a packet of it was authentic.</summary>
    public const int MostSources = 16;

    const int RtpHeader = 12;
    // RFC 3711, section 9.2: keys may protect no more packets than an index can count
    const uint LastControlIndex = 0x7FFFFFFF;

    readonly SrtpCipher media, control;
    readonly Dictionary<uint, Source> sources = [];

    /// <summary>A stream's state: indices of RTP (48 bits) and RTCP (31 bits).</summary>
    sealed class Source
    {
        public ReplayWindow Media { get; } = new();
        public ReplayWindow Control { get; } = new();
        /// <summary>Index of the newest RTP packet, as sent or received; -1 before the first.</summary>
        public long Newest { get; set; } = -1;
        /// <summary>Index of the last RTCP packet sent.</summary>
        public uint LastControl { get; set; }
    }

    public SrtpContext(SrtpProfile profile, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
        : this(SrtpCipher.Create(profile, SrtpKeys.Derive(key, salt, control: false)),
            SrtpCipher.Create(profile, SrtpKeys.Derive(key, salt, control: true)))
    {
    }

    internal SrtpContext(SrtpCipher media, SrtpCipher control) => (this.media, this.control) = (media, control);

    /// <summary>Protects an RTP packet that we made; sequence numbers go up by small steps. Returns the new length.</summary>
    public int Protect(Span<byte> buffer, int length)
    {
        int header = HeaderLength(buffer[..length]);
        if (header < 0) throw new ArgumentException($"The {length} bytes to protect are no RTP packet.");
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[8..]);
        var source = Find(ssrc) ?? Add(ssrc);
        long index = Index(source.Newest, BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]));
        source.Newest = Math.Max(source.Newest, index);
        return media.Seal(buffer, header, length, ssrc, (ulong)index);
    }

    /// <summary>Protects a compound RTCP packet. Returns the new length.</summary>
    public int ProtectControl(Span<byte> buffer, int length)
    {
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]);
        var source = Find(ssrc) ?? Add(ssrc);
        if (source.LastControl == LastControlIndex) throw new WebRtcException("SRTCP's keys are used up after 2^31 packets.");
        return control.SealControl(buffer, length, ssrc, ++source.LastControl);
    }

    /// <summary>Checks and decrypts a received SRTP packet in place; false for damaged, forged and repeated ones.</summary>
    public bool TryUnprotect(Span<byte> packet, out int length)
    {
        length = packet.Length - media.TagLength;
        if (length < RtpHeader) return false;
        int header = HeaderLength(packet[..length]);
        if (header < 0) return false;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        var source = Find(ssrc);
        if (source == null && sources.Count >= MostSources) return false;
        long index = Index(source?.Newest ?? -1, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        if (index < 0 || source?.Media.IsFresh((ulong)index) == false) return false;
        if (!media.Open(packet, header, ssrc, (ulong)index)) return false;
        source ??= Add(ssrc);
        source.Media.Take((ulong)index);
        source.Newest = Math.Max(source.Newest, index);
        return true;
    }

    /// <summary>As <see cref="TryUnprotect"/> for SRTCP.</summary>
    public bool TryUnprotectControl(Span<byte> packet, out int length)
    {
        length = packet.Length - control.TagLength - SrtpCipher.IndexLength;
        if (length < SrtpCipher.ControlHeader) return false;
        uint word = BinaryPrimitives.ReadUInt32BigEndian(packet[control.IndexWord(packet.Length)..]);
        if ((word & SrtpCipher.Encrypted) == 0) return false;       // RFC 8827 wants encryption, always
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]), index = word & ~SrtpCipher.Encrypted;
        var source = Find(ssrc);
        if (source == null && sources.Count >= MostSources) return false;
        if (source?.Control.IsFresh(index) == false || !control.OpenControl(packet, ssrc, index)) return false;
        (source ?? Add(ssrc)).Control.Take(index);
        return true;
    }

    Source? Find(uint ssrc) => sources.GetValueOrDefault(ssrc);

    Source Add(uint ssrc) => sources[ssrc] = new();

    /// <summary>
    /// The 48-bit index nearest to the newest one (RFC 3711, section 3.3.1); negative where it would lie before the start.
    /// </summary>
    static long Index(long newest, ushort sequence)
    {
        if (newest < 0) return sequence;
        return newest + (short)(sequence - (ushort)newest);
    }

    /// <summary>Length of header, sources and extension (RFC 3550, section 5.1): what stays readable. -1 where cut short.</summary>
    static int HeaderLength(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < RtpHeader || packet[0] >> 6 != 2) return -1;
        int header = RtpHeader + (4 * (packet[0] & 15));
        if ((packet[0] & 0x10) != 0)
        {
            if (header + 4 > packet.Length) return -1;
            header += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]));
        }
        return header <= packet.Length ? header : -1;
    }

    public void Dispose()
    {
        media.Dispose();
        control.Dispose();
    }
}
