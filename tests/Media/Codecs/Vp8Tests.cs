using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using Xunit;

namespace TalkingMachines.Tests.Media.Codecs;

public sealed class Vp8Tests
{
    const int Size = 128;

    static readonly Lazy<Picture[]> Face = new(() => TalkingFace.Frames(Size, 24));

    [CodecFact]
    public void A_talking_face_comes_back_clearly()
    {
        using var encoder = new Vp8Encoder(Size, Size, 16, 400);
        using var decoder = new Vp8Decoder();
        foreach (var picture in Face.Value)
        {
            var decoded = decoder.Decode(encoder.Encode(picture.Pixels, false, out _).Span);
            Assert.Equal((Size, Size), (decoder.Width, decoder.Height));
            Assert.InRange(TalkingFace.Psnr(picture.Pixels, decoded.Span), 30, 80);
        }
    }

    [CodecTheory]
    [InlineData(2, 2)]
    [InlineData(37, 21)]
    [InlineData(18, 64)]
    public void Odd_sizes_come_back_too(int width, int height)
    {
        var picture = Pictures.Gradient(width, height);
        using var encoder = new Vp8Encoder(width, height, 16, 1000);
        using var decoder = new Vp8Decoder();
        ReadOnlyMemory<byte> decoded = default;
        for (int i = 0; i < 4; i++) decoded = decoder.Decode(encoder.Encode(picture.Pixels, false, out _).Span);
        Assert.Equal((width, height), (decoder.Width, decoder.Height));
        // the tiniest gradients are all edge, and colour has half the resolution
        Assert.InRange(TalkingFace.Psnr(picture.Pixels, decoded.Span), width == 2 ? 5 : 22, 80);
    }

    [CodecFact]
    public void Key_frames_come_first_and_on_demand_only()
    {
        using var encoder = new Vp8Encoder(Size, Size, 16, 400);
        for (int i = 0; i < 20; i++)
        {
            // another scene from frame 7 on, key frame asked for at 5 and 11
            var picture = i < 7 ? Face.Value[i] : Pictures.Gradient(Size, Size);
            var frame = encoder.Encode(picture.Pixels, i is 5 or 11, out bool isKey);
            Assert.Equal(i is 0 or 5 or 11, isKey);
            Assert.True(Vp8FrameHeader.TryRead(frame.Span, out var header));
            Assert.Equal(isKey ? new(true, Size, Size) : default, header);
        }
    }

    [CodecFact]
    public void A_key_frame_alone_begins_a_new_viewer()
    {
        using var encoder = new Vp8Encoder(Size, Size, 16, 400);
        for (int i = 0; i < 5; i++) encoder.Encode(Face.Value[i].Pixels, false, out _);
        using var late = new Vp8Decoder();
        Assert.Throws<MediaException>(() => late.Decode(encoder.Encode(Face.Value[5].Pixels, false, out _).Span));
        var decoded = late.Decode(encoder.Encode(Face.Value[6].Pixels, true, out _).Span);
        Assert.InRange(TalkingFace.Psnr(Face.Value[6].Pixels, decoded.Span), 27, 80);
    }

    [CodecFact]
    public void The_bitrate_changes_while_running()
    {
        using var encoder = new Vp8Encoder(Size, Size, 16, 800);
        int fine = BytesOf(24, 0);
        encoder.KilobitsPerSecond = 60;
        BytesOf(24, 24);                        // until the buffer has settled
        int coarse = BytesOf(24, 48);
        encoder.KilobitsPerSecond = 800;
        BytesOf(24, 72);
        Assert.Equal(800, encoder.KilobitsPerSecond);
        Assert.InRange(coarse, 1, fine / 3);
        Assert.InRange(BytesOf(24, 96), 3 * coarse, int.MaxValue);

        // grainy and restless: takes what it is given
        int BytesOf(int frames, int first) => Enumerable.Range(first, frames)
            .Sum(i => encoder.Encode(Pictures.Random(Size / 4, Size / 4, i % 2).Resized(Size, Size).Pixels, false, out _).Length);
    }

    [CodecFact]
    public void No_frame_is_dropped_at_a_low_bitrate()
    {
        using var encoder = new Vp8Encoder(Size, Size, 16, 30);
        foreach (var picture in Face.Value) Assert.False(encoder.Encode(picture.Pixels, false, out _).IsEmpty);
    }

    [CodecFact]
    public void Frames_are_encoded_without_garbage()
    {
        using var encoder = new Vp8Encoder(Size, Size, 16, 400);
        using var decoder = new Vp8Decoder();
        var face = Face.Value;
        Code(0, 8);
        Garbage.AssertNone(() => Code(8, face.Length));

        void Code(int first, int end)
        {
            for (int i = first; i < end; i++)
            {
                encoder.KilobitsPerSecond = 400 + i;
                decoder.Decode(encoder.Encode(face[i].Pixels, i % 8 == 4, out _).Span);
            }
        }
    }

    [CodecFact]
    public void Wrong_use_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Vp8Encoder(1, 64, 16, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Vp8Encoder(64, Picture.MaxSide + 1, 16, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Vp8Encoder(64, 64, 0, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Vp8Encoder(64, 64, 16, 0));
        var encoder = new Vp8Encoder(64, 64, 16, 100);
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.KilobitsPerSecond = 0);
        Assert.Contains("expected 12288", Assert.Throws<ArgumentException>(() => encoder.Encode(new byte[5], false, out _)).Message, StringComparison.Ordinal);
        encoder.Dispose();
        encoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.Encode(new byte[64 * 64 * 3], false, out _));
    }

    [CodecFact]
    public void A_frame_that_claims_a_huge_picture_is_refused()
    {
        using var decoder = new Vp8Decoder(512);
        byte[] claim = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F, 0, 0];
        Assert.Equal("The VP8 frame is 16383x16383, expected 1 to 512 a side.", Assert.Throws<MediaException>(() => decoder.Decode(claim)).Message);
        Assert.Throws<MediaException>(() => decoder.Decode([]));
        Assert.Throws<MediaException>(() => decoder.Decode([0x10, 0, 0, 1, 2, 3, 4, 5, 6, 7]));
    }
}
