namespace TalkingMachines.Media.Codecs;

/// <summary>
/// Opus packets to 48 kHz mono by libopus; stereo is mixed down. Packets are to come in order, a lost one replaced by
/// <see cref="Recover"/> or <see cref="Conceal"/>; their bytes may come from anywhere.
/// </summary>
public sealed unsafe class OpusDecoder : IDisposable
{
    public const int SampleRate = 48_000;

    /// <summary>120 ms, the most that one packet may hold.</summary>
    public const int MostPacketSamples = 5760;

    const int Granule = 120;            // 2.5 ms, the shortest frame

    readonly Lock gate = new();
    readonly OpusDecoderState state;
    bool disposed;

    /// <exception cref="MediaException">libopus is missing.</exception>
    public OpusDecoder()
    {
        CodecLibrary.Opus.Require();
        int error;
        state = OpusLibrary.CreateDecoder(SampleRate, 1, &error);
        OpusLibrary.Check(error, "begin to decode");
    }

    /// <summary>Decodes one packet and returns how many samples came.</summary>
    /// <param name="pcm">room, up to <see cref="MostPacketSamples"/>.</param>
    /// <exception cref="MediaException">the packet is damaged or holds more than <paramref name="pcm"/>. The decoder may go on.</exception>
    public int Decode(ReadOnlySpan<byte> packet, Span<float> pcm)
    {
        if (packet.IsEmpty) throw new MediaException("The Opus packet is empty, expected at least one byte.");
        return Decode(packet, pcm[..Math.Min(pcm.Length, MostPacketSamples)], fromNextPacket: false, "decode a packet");
    }

    /// <summary>Makes up for a lost packet from what came before it.</summary>
    /// <param name="samples">how many are lost: a multiple of 120 (2.5 ms), at most <see cref="MostPacketSamples"/>.</param>
    /// <returns>The samples written.</returns>
    public int Conceal(Span<float> pcm, int samples) =>
        Decode([], Room(pcm, samples), fromNextPacket: false, "conceal a lost packet");

    /// <summary>
    /// Makes up for a lost packet from the coarse copy of it in the packet that follows, or where that has none like
    /// <see cref="Conceal"/>. <see cref="Decode(ReadOnlySpan{byte}, Span{float})"/> the packet itself afterwards.
    /// </summary>
    /// <exception cref="MediaException">the packet is damaged. The decoder may go on.</exception>
    public int Recover(ReadOnlySpan<byte> nextPacket, Span<float> pcm, int samples) =>
        Decode(nextPacket, Room(pcm, samples), fromNextPacket: true, "recover a lost packet");

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            OpusLibrary.Destroy(state);
        }
    }

    int Decode(ReadOnlySpan<byte> packet, Span<float> pcm, bool fromNextPacket, string action)
    {
        if (pcm.IsEmpty) throw new ArgumentException("There is room for no sample, expected some.", nameof(pcm));
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            fixed (byte* start = packet)            // null when empty: a lost packet
            fixed (float* samples = pcm)
                return OpusLibrary.Check(OpusLibrary.Decode(state, start, packet.Length, samples, pcm.Length, fromNextPacket ? 1 : 0), action);
        }
    }

    static Span<float> Room(Span<float> pcm, int samples)
    {
        if (samples < Granule || samples > Math.Min(pcm.Length, MostPacketSamples) || samples % Granule != 0)
            throw new ArgumentOutOfRangeException(nameof(samples), $"{samples} samples are lost, expected a multiple of {Granule} up to {Math.Min(pcm.Length, MostPacketSamples)}.");
        return pcm[..samples];
    }
}
