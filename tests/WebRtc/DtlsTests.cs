using System.Buffers.Binary;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>A DTLS client against a server, both ours, over a link in memory that loses and repeats what it is told to.</summary>
public sealed class DtlsTests : IDisposable
{
    readonly DtlsContext server = new(DtlsCertificate.Create(TimeProvider.System));
    readonly DtlsContext client = new(DtlsCertificate.Create(TimeProvider.System));

    public void Dispose()
    {
        server.Dispose();
        client.Dispose();
    }

    [Fact]
    public async Task Both_sides_derive_the_same_keys()
    {
        using var link = new MemoryLink(server, client);
        await link.Connect();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (link.Server.State, link.Client.State));
        Assert.Equal((SrtpProfile.AesGcm, SrtpProfile.AesGcm), (link.Server.Profile, link.Client.Profile));
        var (serverSend, serverReceive) = SrtpSuite.Open(link.Server, DtlsRole.Server);
        var (clientSend, clientReceive) = SrtpSuite.Open(link.Client, DtlsRole.Client);
        CheckOneWay(serverSend, clientReceive);
        CheckOneWay(clientSend, serverReceive);
    }

    [Fact]
    public async Task The_older_profile_is_agreed_where_the_client_knows_no_other()
    {
        using var old = new DtlsContext(client.Certificate, "SRTP_AES128_CM_SHA1_80");
        using var link = new MemoryLink(server, old);
        await link.Connect();
        Assert.Equal((SrtpProfile.AesCounterSha1, SrtpProfile.AesCounterSha1), (link.Server.Profile, link.Client.Profile));
        var (send, _) = SrtpSuite.Open(link.Server, DtlsRole.Server);
        var (_, receive) = SrtpSuite.Open(link.Client, DtlsRole.Client);
        CheckOneWay(send, receive);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Lost_flights_are_sent_again(int seed)
    {
        var random = new Random(seed);
        using var link = new MemoryLink(server, client) { Loses = _ => random.Next(3) == 0 };
        await link.Connect();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (link.Server.State, link.Client.State));
        Assert.True(link.Lost > 0);
    }

    [Fact]
    public async Task Flights_come_in_datagrams_of_at_most_1200_bytes_and_in_pieces()
    {
        using var link = new MemoryLink(server, client) { Piece = 150, Repeats = true };
        await link.Connect();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (link.Server.State, link.Client.State));
        Assert.InRange(link.Longest, 500, DtlsSession.MostBytes);
    }

    [Fact]
    public async Task A_fragmented_hello_is_joined_again()
    {
        using var link = new MemoryLink(server, client) { HelloPieces = 3 };
        await link.Connect();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (link.Server.State, link.Client.State));
    }

    [Fact]
    public async Task A_wrong_fingerprint_is_refused_with_one_line()
    {
        using var link = new MemoryLink(server, client, forClient: new byte[32]);
        await link.Connect();
        Assert.Equal(DtlsState.Failed, link.Server.State);
        Assert.Contains("certificate", link.Server.Failure);
        Assert.DoesNotContain('\n', link.Server.Failure!);
    }

    [Fact]
    public async Task Closing_is_noticed_by_the_other_side()
    {
        using var link = new MemoryLink(server, client);
        await link.Connect();
        link.Client.Close();
        link.Carry();
        Assert.Equal((DtlsState.Closed, DtlsState.Closed), (link.Server.State, link.Client.State));
    }

    [Fact]
    public async Task Rubbish_does_not_disturb_a_connected_session()
    {
        using var link = new MemoryLink(server, client);
        await link.Connect();
        var random = new Random(4);
        var bytes = new byte[1500];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)random.Next(20, 64);
            if (i % 2 == 0) (bytes[0], bytes[1], bytes[2]) = ((byte)random.Next(20, 25), 0xFE, 0xFD);
            if (i % 4 == 0) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(3), 1);           // the epoch of keys
            link.Server.Receive(bytes.AsSpan(0, random.Next(bytes.Length)).ToArray());
        }
        Assert.Equal(DtlsState.Connected, link.Server.State);
        link.Client.Close();
        link.Carry();
        Assert.Equal(DtlsState.Closed, link.Server.State);
    }

    public static TheoryData<string> Forgeries =>
    [
        "14 FEFD 0001 000000000009 0001 01",                                      // encrypted, too short for a tag
        "14 FEFF 0000 000000000000 000E 16 FEFD 0001 000000000009 0001 78",       // the same within one of another version
        "3F 0303 0000 000000000000 000E 16 FEFD 0001 000000000009 0001 78",
        "15 FEFD 0000 000000000001 0002 0228",                                    // a fatal alert in the clear
        "15 FEFD 0000 000000000001 0002 0100",                                    // close_notify
        "15 FEFD 0000 000000000001 0001 02",
        "17 FEFD 0000 000000000001 0001 02",                                      // application data
        "18 FEFD 0000 000000000001 0001 02",
        "14 FEFD 0000 000000000001 0001 02",                                      // no change of the cipher
        "16 FEFD 0000 000000000001 0004 01000000",                                // a message without its header
        "16 FEFD 0000 000000000001 000D 0B 000001 0001 000001 000001 00",         // a fragment beyond its message
        "16 FEFD 0000 FFFFFFFFFFFF 000D 01 000001 0000 000000 000001 00",         // the last number that there is
    ];

    [Theory, MemberData(nameof(Forgeries))]
    public async Task A_forged_datagram_ends_neither_handshake_nor_session(string hexadecimal)
    {
        byte[] forged = Convert.FromHexString(hexadecimal.Replace(" ", "", StringComparison.Ordinal));
        using var link = new MemoryLink(server, client);
        link.Before = () =>
        {
            link.Server.Receive([.. forged]);
            link.Client.Receive([.. forged]);
        };
        await link.Connect();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (link.Server.State, link.Client.State));
        link.Before();
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (link.Server.State, link.Client.State));
    }

    static void CheckOneWay(SrtpContext send, SrtpContext receive)
    {
        byte[] packet = [0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, .. new byte[SrtpSuite.MostOverhead]];
        int length = send.Protect(packet, 16);
        Assert.True(receive.TryUnprotect(packet.AsSpan(0, length), out int plain));
        Assert.Equal([1, 2, 3, 4], packet[12..plain]);
        send.Dispose();
        receive.Dispose();
    }
}
