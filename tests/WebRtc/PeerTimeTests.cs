using System.Net;
using System.Net.Sockets;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>What the call's clock decides, with a clock that we set.</summary>
public sealed class PeerTimeTests : IAsyncLifetime, IAsyncDisposable
{
    readonly SetClock clock = new();
    readonly WebRtcServer server;

    public PeerTimeTests() => server = new(new() { Clock = clock });

    public Task InitializeAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task A_browser_that_never_comes_is_given_up()
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        clock.Advance(TimeSpan.FromSeconds(11));
        await Task.Delay(100);
        Assert.False(peer.Closed.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        var failure = await Assert.ThrowsAsync<WebRtcException>(() => peer.Connected.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("15 s", failure.Message, StringComparison.Ordinal);
        await peer.Closed;
    }

    [Fact]
    public async Task A_browser_that_checks_no_more_is_gone_after_30_seconds()
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        clock.Advance(TimeSpan.FromSeconds(26));
        await CheckAgain(browser);
        clock.Advance(TimeSpan.FromSeconds(26));
        await Task.Delay(100);
        Assert.False(peer.Closed.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        await peer.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("30 s", peer.EndedBecause);
    }

    [Fact]
    public async Task After_goodbye_a_browser_that_checks_on_stays_and_a_silent_one_goes()
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        browser.SendGoodbye();
        for (int i = 0; i < 4; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(6));
            await CheckAgain(browser);
        }
        Assert.False(peer.Closed.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(20)); // a lost check or three: it has long shown that it is there
        await Task.Delay(300);
        Assert.False(peer.Closed.IsCompleted);
        browser.SendGoodbye();
        await CheckAgain(browser);
        browser.SendGoodbye();
        await Task.Delay(300);
        clock.Advance(TimeSpan.FromSeconds(9));
        await peer.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("goodbye", peer.EndedBecause);
    }

    [Theory]
    [InlineData(false)] // Firefox nominates once
    [InlineData(true)]
    public async Task A_browser_that_comes_from_another_port_is_seen_there_once_the_old_one_is_silent(bool nominate)
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        browser.Rebind();
        clock.Advance(TimeSpan.FromSeconds(6));
        int before = browser.Received;
        browser.Check(nominate);
        await browser.Until(() => browser.Received == before + 2);      // the answer, and the server's own check
        await CheckAgain(browser, nominate);                            // it has taken what came before, our answer too
        peer.SendAudio([1, 2, 3], TimeSpan.Zero);
        await browser.Until(() => !browser.Packets.IsEmpty);
        Assert.Single(browser.Packets);
        Assert.False(peer.Closed.IsCompleted);
    }

    [Fact]
    public async Task Another_path_does_not_take_the_call_from_one_that_is_alive()
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        var chosen = browser.LocalAddress;
        browser.Rebind();
        int before = browser.Received;
        browser.Check(nominate: false);
        await browser.Until(() => browser.Received > before);
        Assert.NotEqual(chosen, browser.LocalAddress);
        peer.SendAudio([1, 2, 3], TimeSpan.Zero);
        await Task.Delay(200);
        browser.Pump();
        Assert.Empty(browser.Packets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_nominated_address_gets_pictures_only_if_it_answers(bool answers)
    {
        using var browser = new LoopbackBrowser { Answers = answers };
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        using var first = browser.Leave();
        for (int i = 0; i < 20; i++)
        {
            browser.Check(nominate: true);
            browser.Pump();
            await Task.Delay(5);
        }
        while (first.Available > 0) first.Receive(new byte[2048]);
        peer.SendAudio([1, 2, 3], TimeSpan.Zero);
        await browser.Until(() => answers ? !browser.Packets.IsEmpty : first.Available > 0);
        Assert.Equal(answers, !browser.Packets.IsEmpty);
        Assert.Equal(answers, first.Available == 0);
        clock.Advance(TimeSpan.FromSeconds(26));                // an old check, repeated from anywhere, is no sign of life either
        await CheckAgain(browser);
        clock.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAny(peer.Closed, Task.Delay(answers ? 500 : 10_000));
        Assert.Equal(answers, !peer.Closed.IsCompleted);
    }

    [Theory]
    [InlineData(true, false, true)]  // Chrome, which still checks the path that it left
    [InlineData(false, false, true)] // that path is cut
    [InlineData(true, true, false)]  // a browser that nominates every path
    public async Task A_nomination_of_a_lower_priority_wins_where_the_other_path_is_no_longer_chosen(bool checksOld, bool nominatesOld, bool moves)
    {
        using var browser = new LoopbackBrowser();
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        using var first = browser.Leave();
        var high = browser.Priority;
        for (int i = 0; i < 3; i++)
        {
            browser.Priority = high;
            if (checksOld) first.Send(browser.WriteCheck(nominatesOld));
            browser.Priority = high - 100;
            await CheckAgain(browser);
            await CheckAgain(browser, nominate: !checksOld); // the server has taken what was sent before, our answer too
        }
        while (first.Available > 0) first.Receive(new byte[2048]);
        peer.SendAudio([1, 2, 3], TimeSpan.Zero);
        await browser.Until(() => !browser.Packets.IsEmpty || first.Available > 0);
        Assert.Equal(moves, !browser.Packets.IsEmpty);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_takes_a_call_over_only_if_the_browser_answers_there(bool answers)
    {
        using var browser = new LoopbackBrowser { Answers = answers };
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        using var first = browser.Leave(overTcp: true);
        for (int i = 0; i < 3; i++) await CheckAgain(browser); // recorded ones, where nobody answers
        while (first.Available > 0) first.Receive(new byte[2048]);
        peer.SendAudio([1, 2, 3], TimeSpan.Zero);
        await browser.Until(() => !browser.Packets.IsEmpty || first.Available > 0);
        Assert.Equal(answers, !browser.Packets.IsEmpty);
    }

    [Fact]
    public async Task After_the_end_of_a_connection_nobody_gets_pictures_who_never_answered()
    {
        using var browser = new LoopbackBrowser(tcp: true) { Answers = false };
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected;
        using var connection = browser.Leave(); // to an address that may be anybody's
        await CheckAgain(browser, nominate: false);
        connection.Dispose();
        await Task.Delay(300); // the server has seen its end
        await CheckAgain(browser);
        peer.SendAudio([1, 2, 3], TimeSpan.Zero);
        await browser.Until(() => !browser.Packets.IsEmpty, steps: 60);
        Assert.Empty(browser.Packets);
        clock.Advance(TimeSpan.FromSeconds(20));
        await CheckAgain(browser);
        clock.Advance(TimeSpan.FromSeconds(11));
        await peer.Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_caller_that_forges_the_address_of_another_call_takes_nothing_from_it()
    {
        using LoopbackBrowser good = new(), bad = new();
        Peer kept = server.Accept(good.Offer), own = server.Accept(bad.Offer);
        await good.Connect(kept);
        await kept.Connected;
        bad.Open(own.Answer);
        int before = good.Received;
        good.Send(bad.WriteCheck(nominate: true));              // a good check of the other call, from this one's address
        good.CatchUp();
        Assert.Equal(before + 1, good.Received);                // the answer to its own check, none to the other
        kept.SendAudio([1, 2, 3], TimeSpan.Zero);
        await good.Until(() => !good.Packets.IsEmpty);
        Assert.Single(good.Packets);
        good.SendSound("still here");
        Assert.False(kept.Closed.IsCompleted);
    }

    [Fact]
    public async Task Silent_connections_do_not_shut_callers_out()
    {
        var strangers = new List<Socket>();
        for (int i = 0; i < 80; i++)
        {
            strangers.Add(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await strangers[^1].ConnectAsync(IPAddress.Loopback, server.Port);
        }
        using var browser = new LoopbackBrowser(tcp: true);
        var peer = server.Accept(browser.Offer);
        await browser.Connect(peer);
        await peer.Connected.WaitAsync(TimeSpan.FromSeconds(10));
        foreach (var stranger in strangers) stranger.Dispose();
    }

    [Fact]
    public async Task A_tcp_connection_that_proves_nothing_is_closed_after_5_seconds()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        long began = clock.GetTimestamp();
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        await socket.SendAsync(new byte[] { 0, 10, 1 });
        await Task.Delay(300); // it has been taken
        clock.Advance(TimeSpan.FromSeconds(4));
        bool closed = socket.Poll(500_000, SelectMode.SelectRead);
        Assert.True(!closed || clock.GetElapsedTime(began) >= TimeSpan.FromSeconds(5)); // a machine under load takes longer over all this
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(socket.Poll(10_000_000, SelectMode.SelectRead));
    }

    /// <summary>A check that the server has taken when this returns.</summary>
    static async Task CheckAgain(LoopbackBrowser browser, bool nominate = true)
    {
        int before = browser.Received;
        browser.Check(nominate);
        await browser.Until(() => browser.Received > before);
    }

    /// <summary>Real time plus what it was advanced by, so that packets and timers go on as ever. Tests leave it seconds for themselves.</summary>
    sealed class SetClock : TimeProvider
    {
        long ahead;

        public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref ahead) * TimestampFrequency / TimeSpan.TicksPerSecond);

        public void Advance(TimeSpan by) => Interlocked.Add(ref ahead, by.Ticks);
    }
}
