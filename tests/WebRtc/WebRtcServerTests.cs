using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>The whole server on loopback against a browser reduced to its network.</summary>
public sealed class WebRtcServerTests : IAsyncLifetime, IAsyncDisposable
{
    readonly WebRtcServer server = new(new() { MostPeers = 3 });

    public Task InitializeAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Picture_and_voice_reach_the_browser_and_its_microphone_us(bool tcp)
    {
        using var browser = new LoopbackBrowser(tcp);
        await using var peer = server.Accept(browser.Offer);
        var heard = new ConcurrentQueue<string>();
        int wanted = 0;
        peer.SoundReceived += each => heard.Enqueue(Encoding.ASCII.GetString(each.Packet));
        peer.KeyFrameWanted += () => Interlocked.Increment(ref wanted);
        peer.SendVideo(new byte[5000], TimeSpan.Zero);              // too early: nowhere to go
        await browser.Connect(peer);
        await peer.Connected;
        Assert.Equal(browser.LocalAddress, browser.Mapped);
        Assert.Equal(1, wanted);
        peer.SendVideo(new byte[5000], TimeSpan.FromSeconds(1));
        peer.SendAudio([1, 2, 3], TimeSpan.FromSeconds(1));
        await browser.Until(() => browser.Packets.Count == 6);
        var types = browser.Packets.Select(each => each[1]).ToArray();
        Assert.Equal([96, 96, 96, 96, 96 | 128, 111 | 128], types);
        browser.SendSound("one");
        browser.SendSound("two");
        browser.SendSound("four", skip: 1);
        await browser.Until(() => heard.Count == 4 && browser.Reports.Count >= 2);
        Assert.Equal(["one", "two", "", "four"], heard);
        Assert.Contains(browser.Reports, each => each[1] == 200);
        var statistics = peer.Statistics;
        Assert.Equal((6L, 3L, 1L, tcp), (statistics.PacketsSent, statistics.PacketsReceived, statistics.PacketsReceivedLost, statistics.IsTcp));
    }

    [Fact]
    public async Task A_missing_packet_is_sent_again_as_it_was()
    {
        using var browser = new LoopbackBrowser();
        await using var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        int number = 0;
        peer.LosesPacket = () => number++ == 2;                     // the third of five
        peer.SendVideo(new byte[5000], TimeSpan.Zero);
        await browser.Until(() => browser.Packets.Count == 4);
        var sequences = browser.Packets.Select(each => (ushort)((each[2] << 8) | each[3])).ToArray();
        ushort missing = (ushort)(sequences[1] + 1);
        Assert.DoesNotContain(missing, sequences);
        var first = browser.Packets.First();
        browser.SendNack((uint)((first[8] << 24) | (first[9] << 16) | (first[10] << 8) | first[11]), missing);
        await browser.Until(() => browser.Packets.Count == 5);
        Assert.Equal(missing, (ushort)((browser.Packets.Last()[2] << 8) | browser.Packets.Last()[3]));
        Assert.Equal(1, peer.Statistics.PacketsResent);
    }

    [Fact]
    public async Task A_lost_picture_asks_for_a_key_frame()
    {
        using var browser = new LoopbackBrowser();
        await using var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        peer.SendVideo(new byte[10], TimeSpan.Zero);
        await browser.Until(() => browser.Packets.Count == 1);
        var asked = new TaskCompletionSource();
        peer.KeyFrameWanted += () => asked.TrySetResult();
        var packet = browser.Packets.First();
        browser.SendPictureLoss((uint)((packet[8] << 24) | (packet[9] << 16) | (packet[10] << 8) | packet[11]));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_browser_hangs_up()
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        browser.HangUp();
        await peer.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("The browser hung up.", peer.EndedBecause);
        Assert.Equal(0, server.Peers);
    }

    [Fact]
    public async Task An_offerer_that_waits_is_connected_to()
    {
        using var browser = new LoopbackBrowser(waits: true);
        await using var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected.WaitAsync(TimeSpan.FromSeconds(10));
        peer.SendAudio([1, 2, 3], TimeSpan.Zero);
        await browser.Until(() => !browser.Packets.IsEmpty);
        Assert.Single(browser.Packets);
    }

    [Fact]
    public async Task Sending_makes_no_garbage()
    {
        using var browser = new LoopbackBrowser();
        await using var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        byte[] frame = new byte[5000], packet = new byte[100];
        int i = 0;
        Send(100);
        Garbage.AssertNone(() => Send(100));

        void Send(int times)
        {
            for (int end = i + times; i < end; i++)
            {
                peer.SendVideo(frame, TimeSpan.FromMilliseconds(i));
                peer.SendAudio(packet, TimeSpan.FromMilliseconds(i));
            }
        }
    }

    [Fact]
    public async Task We_hang_up_and_the_browser_is_told()
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        await peer.DisposeAsync();
        await peer.Closed;
        await browser.Until(() => browser.State == DtlsState.Closed);
        Assert.Equal(DtlsState.Closed, browser.State);
        Assert.Contains(browser.Reports, each => each[1] == 201);
        peer.SendVideo(new byte[100], TimeSpan.Zero);
    }

    [Fact]
    public async Task A_certificate_that_is_not_the_offers_is_refused()
    {
        using var browser = new LoopbackBrowser(fingerprint: new byte[32]);
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        var failure = await Assert.ThrowsAsync<WebRtcException>(() => peer.Connected);
        Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
        await peer.Closed;
    }

    [Fact]
    public async Task Strangers_get_no_answer()
    {
        using var browser = new LoopbackBrowser();
        await using var peer = server.Accept(browser.Offer);
        browser.Open(peer.Answer);
        browser.Check(nominate: true, password: "wrong");
        browser.Check(nominate: true, user: "nobodyxx:abcd");
        browser.Send([22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        browser.Send(new byte[100]);
        browser.Check(nominate: true);                              // the one that counts comes last
        await browser.Until(() => browser.Mapped != null);
        Assert.Equal(1, browser.Received);
    }

    [Fact]
    public async Task More_calls_than_allowed_are_refused_and_room_comes_back()
    {
        using var browser = new LoopbackBrowser();
        Peer[] peers = [.. Enumerable.Range(0, 3).Select(_ => server.Accept(browser.Offer))];
        Assert.Contains("3 calls", Assert.Throws<WebRtcException>(() => server.Accept(browser.Offer)).Message, StringComparison.Ordinal);
        await peers[0].DisposeAsync();
        await Assert.ThrowsAsync<WebRtcException>(() => peers[0].Connected);
        server.Accept(browser.Offer);
    }

    [Fact]
    public async Task A_handler_that_throws_ends_its_call_only()
    {
        using LoopbackBrowser first = new(), second = new();
        await using Peer bad = server.Accept(first.Offer), good = server.Accept(second.Offer);
        bad.SoundReceived += _ => throw new InvalidOperationException("no decoder");
        await first.Connect(bad);
        await second.Connect(good);
        await bad.Connected;
        first.SendSound("one");
        await bad.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("no decoder", bad.EndedBecause);
        await good.Connected;
        Assert.False(good.Closed.IsCompleted);
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        var failure = Assert.Throws<WebRtcException>(() => new WebRtcServer(new() { Port = server.Port }));
        Assert.Contains(server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_tcp_connection_that_sends_no_frames_is_closed()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        await socket.SendAsync(new byte[] { 0xFF, 0xFF, 1, 2, 3 });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[10], patience.Token));
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // closed all the same: our bytes were still unread
        }
    }
}
