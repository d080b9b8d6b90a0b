using System.Net;
using System.Net.Sockets;
using System.Text;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>A live call keeps running under whatever its own verified address and strangers throw at the port.</summary>
public sealed class HostileDatagramTests
{
    const int Burst = 50;

    [Theory]
    [InlineData(100_000, false)]
    [InlineData(20_000, true)]
    public async Task A_hundred_thousand_damaged_datagrams_leave_a_call_running(int datagrams, bool tcp)
    {
        await using var server = new WebRtcServer(new());
        using var browser = new LoopbackBrowser(tcp);
        await using var peer = server.Accept(browser.Offer);
        int heard = 0;
        peer.SoundReceived += _ => heard++;
        await browser.Connect(peer);
        await peer.Connected;
        browser.SendSound("seed");
        browser.SendNack(7, 1, 2, 3);
        byte[][] seeds = [.. browser.Sent];
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Connect(IPAddress.Loopback, server.Port);
        var random = new Random(5);
        for (int i = 0; i < datagrams; i++)
        {
            var bytes = Mutate(seeds[random.Next(seeds.Length)], random);
            if (i % 4 == 0) stranger.Send(bytes);
            else browser.Send(bytes);
            if (i % Burst != 0) continue;
            browser.CatchUp();              // else the socket's buffer overflows, and the server never sees most of them
            browser.Sent.Clear();
        }
        await CheckAlive(browser, peer, () => heard);
        Assert.Equal(0, stranger.Available);
    }

    [Fact]
    public async Task Rubbish_amid_the_handshake_harms_that_call_at_most()
    {
        await using var server = new WebRtcServer(new());
        using LoopbackBrowser good = new(), bad = new();
        await using Peer kept = server.Accept(good.Offer), lost = server.Accept(bad.Offer);
        bad.Open(lost.Answer);
        await bad.FindPath();
        var random = new Random(6);
        var hello = Hello();
        for (int i = 0; i < 5000; i++) bad.Send(Mutate(hello, random));
        await good.Connect(kept);
        await kept.Connected.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_browser_with_good_keys_and_bad_reports_harms_nobody()
    {
        await using var server = new WebRtcServer(new());
        using var browser = new LoopbackBrowser();
        await using var peer = server.Accept(browser.Offer);
        int heard = 0;
        peer.SoundReceived += _ => heard++;
        await browser.Connect(peer);
        await peer.Connected;
        peer.SendVideo(new byte[3000], TimeSpan.Zero);
        await browser.Until(() => browser.Packets.Count == 3 && !browser.Reports.IsEmpty);
        byte[] report = browser.Reports.First(), nack = new byte[100];
        nack = nack[..Rtcp.WriteNack(nack, 1, 2, [1, 2, 3, 40])];
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            var bytes = Mutate(i % 2 == 0 ? report : nack, random);
            // the second byte keeps it RTCP, and a header is the least that can be protected
            if (bytes.Length < 8) continue;
            bytes[1] = (byte)(192 + (bytes[1] & 31));
            browser.SendControl(bytes);
            browser.SendSound(new string('x', random.Next(150)), skip: random.Next(10) == 0 ? random.Next(70_000) : 0);
            if (i % Burst == 0) browser.CatchUp();
        }
        await CheckAlive(browser, peer, () => heard);
    }

    /// <summary>A client's first flight.</summary>
    static byte[] Hello()
    {
        using var context = new DtlsContext(DtlsCertificate.Create(TimeProvider.System));
        var sent = new List<byte[]>();
        using var client = new DtlsSession(context, DtlsRole.Client, new byte[32], bytes => sent.Add(bytes.ToArray()));
        client.Start();
        return sent[0];
    }

    static async Task CheckAlive(LoopbackBrowser browser, Peer peer, Func<int> heard)
    {
        Assert.False(peer.Closed.IsCompleted, peer.EndedBecause);
        int before = heard(), packets = browser.Packets.Count;
        for (int i = 0; i < 400 && heard() == before; i++)
        {
            browser.SendSound("still here");
            browser.Pump();
            await Task.Delay(5);
        }
        Assert.True(heard() > before);
        peer.SendVideo(new byte[100], TimeSpan.Zero);
        await browser.Until(() => browser.Packets.Count > packets);
        Assert.True(browser.Packets.Count > packets);
    }

    // What is still as it was would be a good check, which a stranger may repeat.
    static byte[] Mutate(byte[] seed, Random random)
    {
        while (true)
            if (MutateOnce(seed, random) is var bytes && !bytes.AsSpan().SequenceEqual(seed)) return bytes;
    }

    static byte[] MutateOnce(byte[] seed, Random random)
    {
        var bytes = (byte[])seed.Clone();
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(1, bytes.Length)];
            case 1:
                return [.. bytes, .. Encoding.ASCII.GetBytes(new string('x', random.Next(1, 500)))];
            case 2:
                random.NextBytes(bytes.AsSpan(random.Next(bytes.Length)));
                return bytes;
            default:
                for (int flips = random.Next(1, 6); flips > 0; flips--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }
}
