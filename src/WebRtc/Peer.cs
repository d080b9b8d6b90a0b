namespace TalkingMachines.WebRtc;

/// <summary>
/// One call with a browser. Sending is for any thread and never waits. Events come from the network's threads, one at a
/// time: handlers should be quick, may call this peer, and end the call by throwing.
/// </summary>
public sealed class Peer : IAsyncDisposable
{
    static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(15);
    /// <summary>RFC 7675, section 5.1.</summary>
    static readonly TimeSpan Consent = TimeSpan.FromSeconds(30);
    /// <summary>After BYE, which may be about one stream only: browsers check at least every 6 s while they are there.</summary>
    static readonly TimeSpan ConsentAfterGoodbye = TimeSpan.FromSeconds(8);
    /// <summary>Whoever checks so long after BYE meant one stream only.</summary>
    static readonly TimeSpan AfterGoodbye = TimeSpan.FromSeconds(1);

    readonly Lock gate = new(), delivery = new();
    readonly WebRtcServer server;
    readonly SdpOffer offer;
    readonly AnswerParameters ours;
    readonly TimeProvider clock;
    readonly long begun;
    readonly NtpTime start;
    readonly IceAgent agent;
    readonly DtlsSession dtls;
    readonly DtlsRole role;
    readonly byte[] sound = new byte[RtpReceiver.MostPayloadBytes];
    readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    CallStreams? streams;
    PeerStatistics lastStatistics = PeerStatistics.None;
    bool dtlsStarted, ended;
    long? goodbyeAt;

    internal Peer(WebRtcServer server, SdpOffer offer, Func<IceAgent, AnswerParameters> describe)
    {
        (this.server, this.offer, clock) = (server, offer, server.Clock);
        (begun, start) = (clock.GetTimestamp(), NtpTime.Of(clock.GetUtcNow()));
        role = offer.WeOpenDtls ? DtlsRole.Client : DtlsRole.Server;
        dtls = new(server.Dtls, role, offer.Fingerprint.Span, SendPacket);
        agent = server.Ice.Open(offer.IceUser, offer.IcePassword, Receive);
        try
        {
            ours = describe(agent);
            Answer = SdpAnswer.Write(offer, ours);
        }
        catch
        {
            server.Ice.Close(agent);
            dtls.Dispose();
            throw;
        }
    }

    /// <summary>Random and unguessable.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The SDP answer.</summary>
    public string Answer { get; }

    /// <summary>Ends when media can flow; faults with <see cref="WebRtcException"/> where that does not come within 15 s.</summary>
    public Task Connected => connected.Task;

    /// <summary>Ends with the call, whoever ended it, and never faults.</summary>
    public Task Closed => closed.Task;

    /// <summary>Why the call ended, in one line; null before.</summary>
    public string? EndedBecause { get; private set; }

    /// <summary>The browser cannot show the picture without a key frame: at the beginning and after loss.</summary>
    public event Action? KeyFrameWanted;

    /// <summary>The microphone's packets in order.</summary>
    public event Action<ReceivedSound>? SoundReceived;

    /// <summary>What the network carries of picture now: 600 at first, 80 to 2,500.</summary>
    public int VideoKilobitsPerSecond => streams?.KilobitsPerSecond ?? BitrateControl.Start;

    public PeerStatistics Statistics
    {
        get
        {
            lock (gate) return ended ? lastStatistics : Measure();
        }
    }

    /// <summary>Whether the next packet of media gets lost on its way out: for tests of loss.</summary>
    internal Func<bool>? LosesPacket { get; set; }

    TimeSpan Now => clock.GetElapsedTime(begun);

    /// <summary>Sends one VP8 frame; silently nothing before <see cref="Connected"/> and after <see cref="Closed"/>.</summary>
    /// <param name="mediaTime">Since the call began, the same clock for picture and voice.</param>
    public void SendVideo(ReadOnlySpan<byte> frame, TimeSpan mediaTime)
    {
        lock (gate)
        {
            if (!ended) streams?.SendVideo(frame, mediaTime, Now);
        }
    }

    /// <summary>Sends one Opus packet; silently nothing before <see cref="Connected"/> and after <see cref="Closed"/>.</summary>
    /// <param name="mediaTime">Since the call began, the same clock for picture and voice.</param>
    public void SendAudio(ReadOnlySpan<byte> packet, TimeSpan mediaTime)
    {
        lock (gate)
        {
            if (!ended) streams?.SendVoice(packet, mediaTime, Now);
        }
    }

    /// <summary>Hangs up: the browser is told.</summary>
    public ValueTask DisposeAsync()
    {
        End("We hung up.");
        return ValueTask.CompletedTask;
    }

    /// <summary>Reports, retransmission and time limits.</summary>
    internal void OnTimer()
    {
        string? reason;
        try
        {
            lock (gate) reason = ended ? null : KeepTime();
        }
        catch (Exception failure)
        {
            reason = $"The call's timer failed: {failure.Message}";
        }
        if (reason != null) End(reason);
        else Deliver();
    }

    string? KeepTime()
    {
        if (role == DtlsRole.Client && !dtlsStarted && agent.Selected != null)
        {
            dtlsStarted = true;
            dtls.Start();
        }
        dtls.OnTimer();
        streams?.OnTimer(Now);
        return dtls.Failure ?? Overdue();
    }

    string? Overdue()
    {
        if (streams == null) return Now > ConnectTime ? $"The browser did not connect within {ConnectTime.TotalSeconds:0} s." : null;
        var silence = clock.GetElapsedTime(agent.LastConsent);
        if (silence > Consent) return $"The browser was not heard for {Consent.TotalSeconds:0} s.";
        bool isGone = goodbyeAt is { } said && clock.GetElapsedTime(said, agent.LastConsent) < AfterGoodbye;
        return isGone && silence > ConsentAfterGoodbye ? "The browser said goodbye." : null;
    }

    /// <summary>What a verified path brought: from any thread of the network, of any content.</summary>
    void Receive(IcePath path, Span<byte> packet)
    {
        var wishes = ControlWish.None;
        string? reason;
        try
        {
            lock (gate) reason = ended ? null : Take(packet, ref wishes);
        }
        catch (Exception failure)
        {
            reason = $"A packet of {packet.Length} bytes could not be taken: {failure.Message}";
        }
        if (reason != null)
        {
            End(reason);
            return;
        }
        if ((wishes & ControlWish.KeyFrame) != 0) AskForKeyFrame();
        Deliver();
    }

    /// <summary>Returns why the call is over; null where it goes on.</summary>
    string? Take(Span<byte> packet, ref ControlWish wishes)
    {
        if (DtlsSession.Owns(packet))
        {
            dtls.Receive(packet);
            return AfterDtls(ref wishes);
        }
        // RFC 7983: 128 to 191 is RTP and RTCP
        if (streams != null && packet.Length > 0 && packet[0] is >= 128 and <= 191) wishes = streams.Receive(packet, Now);
        if ((wishes & ControlWish.Goodbye) != 0) goodbyeAt = clock.GetTimestamp();
        return null;
    }

    string? AfterDtls(ref ControlWish wishes)
    {
        if (dtls.State == DtlsState.Closed) return "The browser hung up.";
        if (dtls.State == DtlsState.Connected && streams == null)
        {
            streams = new(offer, ours, start, SrtpSuite.Open(dtls, role), SendMedia);
            connected.TrySetResult();
            wishes |= ControlWish.KeyFrame;
        }
        return dtls.Failure;
    }

    void SendPacket(ReadOnlySpan<byte> packet) => agent.Send(packet);

    void SendMedia(ReadOnlySpan<byte> packet)
    {
        if (LosesPacket?.Invoke() != true) agent.Send(packet);
    }

    /// <summary>Hands over what the microphone's stream has in order. No lock of the call is held meanwhile.</summary>
    void Deliver()
    {
        lock (delivery)
        {
            while (TryTakeSound(out int length))
            {
                try
                {
                    SoundReceived?.Invoke(new(sound.AsSpan(0, length)));
                }
                catch (Exception failure)
                {
                    End($"Taking sound failed: {failure.Message}");
                }
            }
        }
    }

    bool TryTakeSound(out int length)
    {
        length = 0;
        lock (gate) return !ended && streams?.TryTakeSound(Now, sound, out length) == true;
    }

    /// <summary>A handler's failure ends this call and no other.</summary>
    void AskForKeyFrame()
    {
        lock (delivery)
        {
            try
            {
                KeyFrameWanted?.Invoke();
            }
            catch (Exception failure)
            {
                End($"Asking for a key frame failed: {failure.Message}");
            }
        }
    }

    PeerStatistics Measure() => streams?.Statistics(agent.Selected is TcpPath) ?? PeerStatistics.None;

    internal void End(string reason)
    {
        lock (gate)
        {
            if (ended) return;
            lastStatistics = Measure();
            streams?.SendGoodbye();
            dtls.Close();
            ended = true;
            EndedBecause = reason;
            streams?.Dispose();
            dtls.Dispose();
        }
        server.Forget(this, agent);
        if (connected.TrySetException(new WebRtcException(reason))) _ = connected.Task.Exception;      // may go unawaited
        closed.TrySetResult();
    }
}
