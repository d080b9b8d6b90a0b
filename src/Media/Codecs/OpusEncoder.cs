namespace TalkingMachines.Media.Codecs;

/// <summary>
/// Opus (RFC 6716) by libopus for a voice: 48 kHz mono in packets of 20 ms, variable bitrate, and in every packet a coarse
/// copy of the one before it, in case that is lost.
/// <para><see cref="Encode"/> is for one thread at a time; the bitrate may be set, and the encoder disposed of, from another.</para>
/// </summary>
public sealed unsafe class OpusEncoder : IDisposable
{
    public const int SampleRate = 48_000, PacketSamples = 960;

    /// <summary>The longest packet of one frame (RFC 6716, section 3.2.1), with the byte before it.</summary>
    public const int MostPacketBytes = 1276;

    public const int MinBitsPerSecond = 6_000, MostBitsPerSecond = 510_000, DefaultBitsPerSecond = 40_000;

    // 0.2 ms a packet; speech at 40 kbit/s gains nothing audible from more.
    const int Complexity = 5;
    // What the copy of the packet before is made for; at 0 there would be none.
    const int ExpectedLossPercent = 5;

    readonly Lock gate = new();
    readonly OpusEncoderState state;
    volatile int bitsPerSecond;
    int appliedBitrate;
    bool disposed;

    /// <exception cref="MediaException">libopus is missing.</exception>
    public OpusEncoder(int bitsPerSecond = DefaultBitsPerSecond)
    {
        BitsPerSecond = bitsPerSecond;
        CodecLibrary.Opus.Require();
        int error;
        state = OpusLibrary.CreateEncoder(SampleRate, 1, OpusLibrary.Voip, &error);
        OpusLibrary.Check(error, "begin to encode");
        try
        {
            Control(OpusLibrary.SetSignal, OpusLibrary.Voice);
            Control(OpusLibrary.SetComplexity, Complexity);
            Control(OpusLibrary.SetInbandFec, 1);
            Control(OpusLibrary.SetPacketLossPercent, ExpectedLossPercent);
            Control(OpusLibrary.SetVbr, 1);
            Control(OpusLibrary.SetVbrConstraint, 1);       // no packet far above the average
            ApplyBitrate();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The average, from <see cref="MinBitsPerSecond"/> to <see cref="MostBitsPerSecond"/>; holds from the next packet on.</summary>
    public int BitsPerSecond
    {
        get => bitsPerSecond;
        set
        {
            if (value is < MinBitsPerSecond or > MostBitsPerSecond)
                throw new ArgumentOutOfRangeException(nameof(BitsPerSecond), $"The bitrate is {value} bit/s, expected {MinBitsPerSecond} to {MostBitsPerSecond}.");
            bitsPerSecond = value;
        }
    }

    /// <summary>Encodes 20 ms and returns how many bytes of <paramref name="packet"/> they took.</summary>
    /// <param name="pcm">[960], from -1 to 1.</param>
    /// <param name="packet">room, best for <see cref="MostPacketBytes"/>; with less the encoder makes do.</param>
    /// <exception cref="MediaException">libopus failed.</exception>
    public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        if (pcm.Length != PacketSamples)
            throw new ArgumentException($"{pcm.Length} samples came, expected {PacketSamples}.", nameof(pcm));
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            ApplyBitrate();
            fixed (float* samples = pcm)
            fixed (byte* start = packet)
                return OpusLibrary.Check(OpusLibrary.Encode(state, samples, pcm.Length, start, Math.Min(packet.Length, MostPacketBytes)), "encode 20 ms");
        }
    }

    /// <summary>Waits for a packet in work.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            OpusLibrary.Destroy(state);
        }
    }

    void ApplyBitrate()
    {
        int wanted = bitsPerSecond;
        if (wanted == appliedBitrate) return;
        Control(OpusLibrary.SetBitrate, wanted);
        appliedBitrate = wanted;
    }

    void Control(int request, int value) => OpusLibrary.Check(OpusLibrary.Control(state, request, value), "take a setting");
}
