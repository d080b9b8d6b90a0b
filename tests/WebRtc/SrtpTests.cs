using System.Buffers.Binary;
using System.Text;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>SRTP against the vectors of RFC 3711, appendix B, and RFC 7714, sections 16 and 17.</summary>
public class SrtpTests
{
    const string GcmKey = "000102030405060708090a0b0c0d0e0f", GcmSalt = "517569642070726f2071756f";
    const string PlainRtp = "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e697320646976697361"
        + "20696e207061727465732074726573";
    const string GcmRtp = "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
        + "899d7f27beb16a9152cf765ee4390cce";
    const string PlainRtcp = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
    const string GcmRtcp = "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b46"
        + "86303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4";

    static readonly SrtpKeys GcmKeys = new(Convert.FromHexString(GcmKey), Convert.FromHexString(GcmSalt), []);

    [Fact]
    public void Session_keys_are_those_of_rfc_3711_b3()
    {
        var keys = SrtpKeys.Derive(Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE4139"),
            Convert.FromHexString("0EC675AD498AFEEBB6960B3AABE6"), control: false);
        Assert.Equal("C61E7A93744F39EE10734AFE3FF7A087", Convert.ToHexString(keys.Cipher));
        Assert.Equal("30CBBC08863D8C85D49DB34A9AE1", Convert.ToHexString(keys.Salt));
        Assert.Equal("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4", Convert.ToHexString(keys.Authentication));
    }

    [Fact]
    public void The_key_stream_is_that_of_rfc_3711_b2()
    {
        using var cipher = new CounterCipher(new(Convert.FromHexString("2B7E151628AED2A6ABF7158809CF4F3C"),
            Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"), new byte[20]));
        var stream = new byte[16 * 0xFF02];
        cipher.Crypt(stream, 0, 0);
        Assert.Equal("E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
            Convert.ToHexString(stream.AsSpan(0, 48)));
        Assert.Equal("EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44",
            Convert.ToHexString(stream.AsSpan(16 * 0xFEFF, 48)));
    }

    [Fact]
    public void Sealed_rtp_is_that_of_rfc_7714_section_16()
    {
        using var cipher = new GcmCipher(GcmKeys);
        var buffer = Room(PlainRtp, out int length);
        int sealedLength = cipher.Seal(buffer, 12, length, 0x5501a0b2, 0xf17b);
        Assert.Equal(GcmRtp, Convert.ToHexStringLower(buffer.AsSpan(0, sealedLength)));
        Assert.True(cipher.Open(buffer.AsSpan(0, sealedLength), 12, 0x5501a0b2, 0xf17b));
        Assert.Equal(PlainRtp, Convert.ToHexStringLower(buffer.AsSpan(0, length)));
    }

    [Fact]
    public void Sealed_rtcp_is_that_of_rfc_7714_section_17()
    {
        using var cipher = new GcmCipher(GcmKeys);
        var buffer = Room(PlainRtcp, out int length);
        int sealedLength = cipher.SealControl(buffer, length, 0x4d617273, 0x5d4);
        Assert.Equal(GcmRtcp, Convert.ToHexStringLower(buffer.AsSpan(0, sealedLength)));
        using var context = new SrtpContext(new GcmCipher(GcmKeys), new GcmCipher(GcmKeys));
        Assert.True(context.TryUnprotectControl(buffer.AsSpan(0, sealedLength), out int opened));
        Assert.Equal(PlainRtcp, Convert.ToHexStringLower(buffer.AsSpan(0, opened)));
    }

    public static TheoryData<int> Profiles => [(int)SrtpProfile.AesGcm, (int)SrtpProfile.AesCounterSha1];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_stream_survives_several_rollovers_with_loss_and_reordering(int profile)
    {
        using SrtpContext send = Context(profile), receive = Context(profile);
        var held = new Queue<byte[]>();
        for (int i = 0; i < 3 * 65536; i += 1 + (i % 97))           // gaps as if packets were lost
        {
            held.Enqueue(Protected(send, (ushort)(65000 + i), i));
            if (held.Count < 5) continue;
            byte[] first = held.Dequeue(), second = held.Dequeue();
            if (i % 3 == 0) (first, second) = (second, first);
            Assert.True(receive.TryUnprotect(first, out _), $"packet {i}");
            Assert.True(receive.TryUnprotect(second, out _), $"packet beside {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_repeated_packet_is_refused(int profile)
    {
        using SrtpContext send = Context(profile), receive = Context(profile);
        var packets = Enumerable.Range(0, 100).Select(i => Protected(send, (ushort)(65500 + i), i)).ToArray();
        foreach (byte[] packet in packets) Assert.True(receive.TryUnprotect((byte[])packet.Clone(), out _));
        foreach (byte[] packet in packets) Assert.False(receive.TryUnprotect((byte[])packet.Clone(), out _));
        var control = ProtectedControl(send);
        Assert.True(receive.TryUnprotectControl((byte[])control.Clone(), out _));
        Assert.False(receive.TryUnprotectControl((byte[])control.Clone(), out _));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Any_damaged_bit_is_noticed_and_leaves_the_stream_as_it_was(int profile)
    {
        using SrtpContext send = Context(profile), receive = Context(profile);
        byte[] packet = Protected(send, 7, 7), control = ProtectedControl(send);
        for (int bit = 0; bit < 8 * packet.Length; bit++) Assert.False(receive.TryUnprotect(Damaged(packet, bit), out _), $"bit {bit}");
        for (int bit = 0; bit < 8 * control.Length; bit++) Assert.False(receive.TryUnprotectControl(Damaged(control, bit), out _), $"bit {bit}");
        for (int length = 0; length < packet.Length; length++) Assert.False(receive.TryUnprotect(packet.AsSpan(0, length).ToArray(), out _));
        for (int length = 0; length < control.Length; length++) Assert.False(receive.TryUnprotectControl(control.AsSpan(0, length).ToArray(), out _));
        Assert.True(receive.TryUnprotect(packet, out int plain));
        Assert.Equal(Text(7), Encoding.ASCII.GetString(packet.AsSpan(12..plain)));
        Assert.True(receive.TryUnprotectControl(control, out plain));
        Assert.Equal(PlainRtcp, Convert.ToHexStringLower(control.AsSpan(0, plain)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_packet_older_than_the_window_is_refused(int profile)
    {
        using SrtpContext send = Context(profile), receive = Context(profile);
        byte[] old = Protected(send, 0, 0), edge = Protected(send, 1, 1);
        var far = Protected(send, ReplayWindow.Size, 2);
        Assert.True(receive.TryUnprotect(far, out _));
        Assert.False(receive.TryUnprotect(old, out _));
        Assert.True(receive.TryUnprotect(edge, out _));
    }

    [Fact]
    public void Extension_and_sources_stay_readable()
    {
        using SrtpContext send = Context((int)SrtpProfile.AesGcm), receive = Context((int)SrtpProfile.AesGcm);
        // two contributing sources, an extension of one word, then the payload "hello"
        var buffer = Room("9260000100000002000000030000000a0000000bbede000110aa000068656c6c6f", out int length);
        int protectedLength = send.Protect(buffer, length);
        Assert.Equal("9260000100000002000000030000000a0000000bbede000110aa0000", Convert.ToHexStringLower(buffer.AsSpan(0, 28)));
        Assert.NotEqual("hello", Encoding.ASCII.GetString(buffer.AsSpan(28, 5)));
        Assert.True(receive.TryUnprotect(buffer.AsSpan(0, protectedLength), out int plain));
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer.AsSpan(28..plain)));
    }

    static SrtpContext Context(int profile)
    {
        int salt = SrtpSuite.SaltLength((SrtpProfile)profile);
        return new((SrtpProfile)profile, Enumerable.Range(1, 16).Select(i => (byte)i).ToArray(), Enumerable.Range(50, salt).Select(i => (byte)i).ToArray());
    }

    static string Text(int number) => $"payload number {number}";

    static byte[] Protected(SrtpContext send, ushort sequence, int number)
    {
        var buffer = new byte[100];
        buffer[0] = 0x80;
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(8), 0xCAFE);
        int length = 12 + Encoding.ASCII.GetBytes(Text(number), buffer.AsSpan(12));
        return buffer[..send.Protect(buffer, length)];
    }

    static byte[] ProtectedControl(SrtpContext send)
    {
        var buffer = Room(PlainRtcp, out int length);
        return buffer[..send.ProtectControl(buffer, length)];
    }

    static byte[] Damaged(byte[] bytes, int bit)
    {
        var copy = (byte[])bytes.Clone();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }

    static byte[] Room(string hex, out int length)
    {
        var bytes = Convert.FromHexString(hex);
        length = bytes.Length;
        return [.. bytes, .. new byte[SrtpSuite.MostOverhead]];
    }
}
