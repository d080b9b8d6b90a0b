using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

/// <summary>What names an outgoing stream and where its counters begin.</summary>
/// <param name="Ssrc">Synchronization source, different for each stream of a call.</param>
/// <param name="PayloadType">From the offer, 0 to 127.</param>
/// <param name="ClockRate">Timestamp units a second: 90,000 for video, 48,000 for Opus.</param>
internal readonly record struct RtpStream(uint Ssrc, int PayloadType, int ClockRate, ushort FirstSequence, uint FirstTimestamp)
{
    /// <summary>Random beginnings (RFC 3550, section 5.1), so that the plain text of SRTP cannot be guessed.</summary>
    public static RtpStream Begin(uint ssrc, int payloadType, int clockRate)
    {
        Span<byte> random = stackalloc byte[6];
        RandomNumberGenerator.Fill(random);
        // The first half of the numbers: a receiver that misses the first packets cannot mistake the wrap (RFC 3711, 3.3.1).
        ushort sequence = (ushort)(BitConverter.ToUInt16(random) & 0x7FFF);
        return new(ssrc, payloadType, clockRate, sequence, BitConverter.ToUInt32(random[2..]));
    }
}
