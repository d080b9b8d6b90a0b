using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using Xunit;

namespace TalkingMachines.Tests.Media.Codecs;

/// <summary>Damaged packets give a <see cref="MediaException"/> or some picture and sound, and a good one mends it all.</summary>
public sealed class CodecMutationTests
{
    const int Size = 64;

    [CodecFact]
    public void Damaged_video_fails_cleanly_and_a_key_frame_mends_it()
    {
        using var encoder = new Vp8Encoder(Size, Size, 16, 300);
        var pictures = TalkingFace.Frames(Size, 6);
        byte[][] frames = [.. pictures.Select((picture, i) => encoder.Encode(picture.Pixels, i == 5, out _).ToArray())];
        using var decoder = new Vp8Decoder(256);
        Check(frames, 600, bytes =>
        {
            decoder.Decode(bytes);
            Assert.InRange(decoder.Width, 1, 256);
            Assert.InRange(decoder.Height, 1, 256);
        });
        var mended = decoder.Decode(frames[5]);
        Assert.Equal((Size, Size), (decoder.Width, decoder.Height));
        Assert.InRange(TalkingFace.Psnr(pictures[5].Pixels, mended.Span), 25, 80);
    }

    [CodecFact]
    public void Damaged_sound_fails_cleanly_and_good_packets_mend_it()
    {
        using var encoder = new OpusEncoder();
        var sound = Pictures.Sine(440, OpusEncoder.SampleRate, 20 * OpusEncoder.PacketSamples).Samples;
        var room = new byte[OpusEncoder.MostPacketBytes];
        byte[][] packets = [.. Enumerable.Range(0, 20)
            .Select(i => room[..encoder.Encode(sound.AsSpan(i * OpusEncoder.PacketSamples, OpusEncoder.PacketSamples), room)])];
        using var decoder = new OpusDecoder();
        var heard = new float[OpusDecoder.MostPacketSamples];
        Check(packets, 1500, bytes =>
        {
            Array.Fill(heard, 0);
            Assert.InRange(decoder.Decode(bytes, heard), 1, heard.Length);
            Assert.All(heard, sample => Assert.True(float.IsFinite(sample)));
        });
        Check(packets, 500, bytes => decoder.Recover(bytes, heard, OpusEncoder.PacketSamples));
        foreach (byte[] packet in packets) Assert.Equal(OpusEncoder.PacketSamples, decoder.Decode(packet, heard));
        Assert.InRange(heard.Take(OpusEncoder.PacketSamples).Max(MathF.Abs), 0.3f, 0.7f);
    }

    static void Check(byte[][] originals, int count, Action<byte[]> decode)
    {
        var mutants = from original in Gen.Elements(originals)
                      from seed in Gen.Choose(0, int.MaxValue - 1)
                      select MutationTests.Mutated(original, new Random(seed));
        Prop.ForAll(mutants.ToArbitrary(), bytes => FailsCleanly(bytes, decode)).Check(Config.QuickThrowOnFailure.WithMaxTest(count));
    }

    static bool FailsCleanly(byte[] bytes, Action<byte[]> decode)
    {
        try
        {
            decode(bytes);
        }
        catch (MediaException refused)
        {
            Assert.DoesNotContain('\n', refused.Message);
        }
        return true;
    }
}
