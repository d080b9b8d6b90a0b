using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using Xunit;

namespace TalkingMachines.Tests.Media.Codecs;

public sealed class OpusTests
{
    const int Packet = OpusEncoder.PacketSamples;

    [CodecTheory]
    [InlineData(220)]
    [InlineData(440)]
    [InlineData(1000)]
    public void A_tone_keeps_its_frequency_and_energy(double hertz)
    {
        float[] sound = Pictures.Sine(hertz, OpusEncoder.SampleRate, 50 * Packet).Samples;
        var decoded = Coded(sound, OpusEncoder.DefaultBitsPerSecond);
        Span<float> sent = sound.AsSpan(10 * Packet, 25 * Packet), came = decoded.AsSpan(10 * Packet, 25 * Packet);
        Assert.InRange(10 * Math.Log10(Energy(came) / Energy(sent)), -1, 1);
        Assert.InRange(Crossings(came) - Crossings(sent), -2, 2);
        Assert.InRange(Power(came, hertz) / Energy(came), 0.95, 1.01);
    }

    [CodecFact]
    public void Packets_take_about_the_bitrate_asked_for()
    {
        using var encoder = new OpusEncoder();
        float[] sound = Voice(250);
        Assert.InRange(KilobitsPerSecond(0, 50), 20, 50);
        encoder.BitsPerSecond = 16_000;
        KilobitsPerSecond(50, 25);
        Assert.InRange(KilobitsPerSecond(75, 50), 8, 22);
        encoder.BitsPerSecond = 96_000;
        KilobitsPerSecond(125, 25);
        Assert.InRange(KilobitsPerSecond(150, 50), 60, 110);

        double KilobitsPerSecond(int first, int packets)
        {
            var packet = new byte[OpusEncoder.MostPacketBytes];
            int bytes = 0;
            for (int i = first; i < first + packets; i++) bytes += encoder.Encode(sound.AsSpan(i * Packet, Packet), packet);
            return bytes * 8.0 / packets / 20;
        }
    }

    [CodecFact]
    public void A_lost_onset_is_recovered_from_the_next_packet_but_not_by_concealment()
    {
        const int lost = 20;
        float[] sound = Voice(lost + 2);
        sound.AsSpan(0, lost * Packet - Packet / 2).Clear();            // the encoder looks 6.5 ms ahead
        using var encoder = new OpusEncoder();
        using var careful = new OpusDecoder();
        using var careless = new OpusDecoder();
        var packet = new byte[OpusEncoder.MostPacketBytes];
        float[] recovered = new float[Packet], concealed = new float[Packet];
        for (int i = 0; i < lost + 2; i++)
        {
            var bytes = packet.AsSpan(0, encoder.Encode(sound.AsSpan(i * Packet, Packet), packet));
            if (i < lost)
            {
                careful.Decode(bytes, recovered);
                careless.Decode(bytes, concealed);
            }
            if (i == lost + 1) Assert.Equal(Packet, careful.Recover(bytes, recovered, Packet));
        }
        Assert.Equal(Packet, careless.Conceal(concealed, Packet));
        double sent = Energy(sound.AsSpan(lost * Packet, Packet));
        Assert.InRange(Energy(recovered) / sent, 0.3, 2);
        Assert.All(concealed, sample => Assert.True(float.IsFinite(sample)));
        Assert.True(Distance(recovered) < Distance(concealed));

        // the decoder is 312 samples behind
        double Distance(float[] heard)
        {
            double sum = 0;
            for (int i = 0; i < Packet; i++) sum += Math.Pow(heard[i] - sound[lost * Packet + i - 312], 2);
            return sum;
        }
    }

    [CodecFact]
    public void Samples_that_are_no_numbers_do_not_spoil_what_follows()
    {
        float[] sound = Pictures.Sine(440, OpusEncoder.SampleRate, 30 * Packet).Samples;
        sound.AsSpan(5 * Packet, 100).Fill(float.NaN);
        sound.AsSpan(6 * Packet, 100).Fill(float.PositiveInfinity);
        sound.AsSpan(7 * Packet, 100).Fill(1e30f);
        var decoded = Coded(sound, OpusEncoder.DefaultBitsPerSecond);
        Assert.All(decoded, sample => Assert.True(float.IsFinite(sample)));
        Assert.InRange(Energy(decoded.AsSpan(20 * Packet)) / Energy(sound.AsSpan(20 * Packet)), 0.8, 1.2);
    }

    [CodecFact]
    public void Packets_are_coded_without_garbage()
    {
        using var encoder = new OpusEncoder();
        using var decoder = new OpusDecoder();
        var sound = Voice(40);
        var packet = new byte[OpusEncoder.MostPacketBytes];
        var heard = new float[OpusDecoder.MostPacketSamples];
        Code(0, 10);
        Garbage.AssertNone(() => Code(10, 40));

        void Code(int first, int end)
        {
            for (int i = first; i < end; i++)
            {
                encoder.BitsPerSecond = 40_000 + i;
                decoder.Decode(packet.AsSpan(0, encoder.Encode(sound.AsSpan(i * Packet, Packet), packet)), heard);
                decoder.Conceal(heard, Packet);
            }
        }
    }

    [CodecFact]
    public void Wrong_use_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OpusEncoder(100));
        var encoder = new OpusEncoder();
        Assert.Throws<ArgumentException>(() => encoder.Encode(new float[480], new byte[100]));
        encoder.Dispose();
        encoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.Encode(new float[Packet], new byte[100]));
        using var decoder = new OpusDecoder();
        Assert.Throws<MediaException>(() => decoder.Decode([], new float[Packet]));
        Assert.Throws<ArgumentException>(() => decoder.Decode(new byte[10], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Conceal(new float[Packet], 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Conceal(new float[Packet], 2 * Packet));
    }

    static float[] Coded(float[] sound, int bitsPerSecond)
    {
        using var encoder = new OpusEncoder(bitsPerSecond);
        using var decoder = new OpusDecoder();
        var packet = new byte[OpusEncoder.MostPacketBytes];
        var decoded = new float[sound.Length];
        for (int start = 0; start < sound.Length; start += Packet)
        {
            int bytes = encoder.Encode(sound.AsSpan(start, Packet), packet);
            Assert.Equal(Packet, decoder.Decode(packet.AsSpan(0, bytes), decoded.AsSpan(start)));
        }
        return decoded;
    }

    /// <summary>A buzz of harmonics with a little breath, as a vowel is.</summary>
    static float[] Voice(int packets)
    {
        var random = new Random(1);
        var sound = new float[packets * Packet];
        for (int i = 0; i < sound.Length; i++)
        {
            double pitch = 2 * Math.PI * 130 * i / OpusEncoder.SampleRate, sum = 0.05 * (random.NextDouble() - 0.5);
            for (int harmonic = 1; harmonic <= 24; harmonic++) sum += 0.2 / harmonic * Math.Sin(harmonic * pitch + harmonic * harmonic);
            sound[i] = (float)sum;
        }
        return sound;
    }

    static double Energy(ReadOnlySpan<float> sound)
    {
        double sum = 0;
        foreach (float sample in sound) sum += (double)sample * sample;
        return sum;
    }

    /// <summary>The part of the energy that lies at one frequency.</summary>
    static double Power(ReadOnlySpan<float> sound, double hertz)
    {
        double cosine = 0, sine = 0;
        for (int i = 0; i < sound.Length; i++)
        {
            double angle = 2 * Math.PI * hertz * i / OpusEncoder.SampleRate;
            (cosine, sine) = (cosine + sound[i] * Math.Cos(angle), sine + sound[i] * Math.Sin(angle));
        }
        return 2 * (cosine * cosine + sine * sine) / sound.Length;
    }

    static int Crossings(ReadOnlySpan<float> sound)
    {
        int count = 0;
        for (int i = 1; i < sound.Length; i++)
            if (sound[i - 1] < 0 && sound[i] >= 0) count++;
        return count;
    }
}
