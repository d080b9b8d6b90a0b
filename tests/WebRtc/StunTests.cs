using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>STUN against the sample messages of RFC 5769.</summary>
public class StunTests
{
    static readonly byte[] Password = Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBt");

    // section 2.1
    const string Request = "000100582112a442b7e7a701bc34d686fa87dfae" + "802200105354554e207465737420636c69656e74"
        + "002400046e0001ff" + "80290008932ff9b151263b36" + "000600096576746a3a68367659202020"
        + "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2" + "80280004e57a3bcf";

    // sections 2.2 and 2.3
    const string ResponseOverIp4 = "0101003c2112a442b7e7a701bc34d686fa87dfae" + "8022000b7465737420766563746f7220"
        + "002000080001a147e112a643" + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7" + "80280004c07d4c96";

    const string ResponseOverIp6 = "010100482112a442b7e7a701bc34d686fa87dfae" + "8022000b7465737420766563746f7220"
        + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9" + "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
        + "80280004c8fb0b4c";

    [Fact]
    public void The_sample_request_of_rfc_5769_is_read_and_authentic()
    {
        Assert.True(StunMessage.TryParse(Convert.FromHexString(Request), out var message));
        Assert.Equal(StunType.BindingRequest, message.Type);
        Assert.True(message.TryFind(StunAttribute.Username, out var name));
        Assert.Equal("evtj:h6vY", Encoding.ASCII.GetString(name));
        Assert.True(message.TryFind(StunAttribute.Priority, out var priority));
        Assert.Equal("6E0001FF", Convert.ToHexString(priority));
        Assert.True(message.HasIntegrity(Password));
        Assert.True(message.HasFingerprint());
        Assert.False(message.HasIntegrity(Password.AsSpan(1)));
    }

    [Theory]
    [InlineData(ResponseOverIp4, "192.0.2.1")]
    [InlineData(ResponseOverIp6, "2001:db8:1234:5678:11:2233:4455:6677")]
    public void The_sample_responses_of_rfc_5769_are_read_and_authentic(string hex, string address)
    {
        Assert.True(StunMessage.TryParse(Convert.FromHexString(hex), out var message));
        Assert.Equal(StunType.BindingSuccess, message.Type);
        Assert.True(message.HasIntegrity(Password));
        Assert.True(message.HasFingerprint());
        Assert.True(message.TryFindAddress(out var seen));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), 32853), seen);
    }

    [Theory]
    [InlineData(ResponseOverIp4, "192.0.2.1")]
    [InlineData(ResponseOverIp6, "2001:db8:1234:5678:11:2233:4455:6677")]
    public void A_written_response_is_read_again(string sample, string address)
    {
        Assert.True(StunMessage.TryParse(Convert.FromHexString(sample), out var original));
        Span<byte> buffer = stackalloc byte[256];
        var writer = new StunWriter(buffer, StunType.BindingSuccess, original.Transaction);
        writer.AddAddress(new(IPAddress.Parse(address), 32853));
        writer.AddIntegrity(Password);
        writer.AddFingerprint();
        Assert.True(StunMessage.TryParse(writer.Written, out var message));
        Assert.True(message.HasIntegrity(Password) && message.HasFingerprint());
        Assert.True(message.TryFindAddress(out var seen) && original.TryFindAddress(out var expected) && seen.Equals(expected));
    }

    [Fact]
    public void Any_flipped_bit_before_the_integrity_is_noticed()
    {
        var bytes = Convert.FromHexString(Request);
        int end = bytes.Length - 8;             // the fingerprint is not covered
        for (int bit = 0; bit < 8 * end; bit++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            bool authentic = StunMessage.TryParse(damaged, out var message) && message.HasIntegrity(Password);
            // padding bytes are covered too, so nothing is left out
            Assert.False(authentic, $"bit {bit}");
        }
    }

    [Fact]
    public void What_follows_the_integrity_is_not_believed()
    {
        Span<byte> buffer = stackalloc byte[256];
        var writer = new StunWriter(buffer, StunType.BindingRequest, new byte[12]);
        writer.AddIntegrity(Password);
        writer.Add(StunAttribute.UseCandidate, []);
        Assert.True(StunMessage.TryParse(writer.Written, out var message));
        Assert.True(message.HasIntegrity(Password));
        Assert.False(message.TryFind(StunAttribute.UseCandidate, out _));
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_but_never_throw() => Prop.ForAll<byte[], byte>((bytes, at) =>
    {
        var message = Convert.FromHexString(Request);
        for (int i = 0; i < bytes.Length; i++) message[(at + (7 * i)) % message.Length] = bytes[i];
        foreach (byte[] datagram in (byte[][])[bytes, message, message[..(at % message.Length)]])
        {
            if (!StunMessage.TryParse(datagram, out var read)) continue;
            read.HasIntegrity(Password);
            read.HasFingerprint();
            read.TryFindAddress(out _);
            read.TryFind(StunAttribute.Username, out _);
        }
    }).QuickCheckThrowOnFailure();
}
