using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

/// <summary>
/// Answers browsers' offers and carries the calls: ICE-lite on one UDP and one TCP port, DTLS 1.2, SRTP, VP8 and Opus.
/// Signalling is the caller's: an offer comes in as text and <see cref="Peer.Answer"/> goes back.
/// </summary>
public sealed class WebRtcServer : IAsyncDisposable
{
    /// <summary>How exactly timers run: DTLS begins to repeat after 100 ms, the microphone's gaps are waited for as long.</summary>
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20), IdleTick = TimeSpan.FromMilliseconds(200);
    const int NameLength = 16;

    readonly WebRtcOptions options;
    readonly ConcurrentDictionary<Peer, byte> peers = new();
    readonly ManualResetEventSlim stopping = new();
    readonly Lock admission = new();
    readonly Thread timing;
    bool stopped;

    /// <exception cref="WebRtcException">OpenSSL is missing, or the port is taken.</exception>
    public WebRtcServer(WebRtcOptions options)
    {
        options.Check();
        this.options = options;
        Dtls = new(DtlsCertificate.Create(options.Clock));
        try
        {
            Ice = new(options);
        }
        catch
        {
            Dtls.Dispose();
            throw;
        }
        timing = new(KeepTime) { IsBackground = true, Name = "WebRTC timers" };
        timing.Start();
    }

    /// <summary>Where UDP and TCP are listened to.</summary>
    public int Port => Ice.Port;

    /// <summary>Calls that are connecting or connected.</summary>
    public int Peers => peers.Count;

    internal DtlsContext Dtls { get; }
    internal IceServer Ice { get; }
    internal TimeProvider Clock => options.Clock;

    /// <summary>Takes a call; it has 15 s to connect.</summary>
    /// <exception cref="SdpException">The offer cannot be answered.</exception>
    /// <exception cref="WebRtcException">All calls are taken, or the server was disposed of.</exception>
    public Peer Accept(string offer)
    {
        var parsed = SdpOffer.Parse(offer);
        lock (admission)
        {
            if (stopped) throw new WebRtcException("The WebRTC server has stopped.");
            if (peers.Count >= options.MostPeers) throw new WebRtcException($"All {options.MostPeers} calls are taken.");
            var peer = new Peer(this, parsed, Describe);
            peers[peer] = 0;
            return peer;
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (admission)
        {
            if (stopped) return ValueTask.CompletedTask;
            stopped = true;
        }
        foreach (var (peer, _) in peers) peer.End("The server stops.");
        stopping.Set();
        if (timing != Thread.CurrentThread) timing.Join();
        Ice.Dispose();
        Dtls.Dispose();
        stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    internal void Forget(Peer peer, IceAgent agent)
    {
        Ice.Close(agent);
        peers.TryRemove(peer, out _);
    }

    void KeepTime()
    {
        while (!stopping.Wait(peers.IsEmpty ? IdleTick : Tick))
        {
            foreach (var (peer, _) in peers) peer.OnTimer();
            Ice.OnTimer();
        }
    }

    AnswerParameters Describe(IceAgent agent)
    {
        IPEndPoint[] candidates = [.. Addresses().Select(address => new IPEndPoint(address, Port))];
        int video = RandomNumberGenerator.GetInt32(1, int.MaxValue), voice;
        do voice = RandomNumberGenerator.GetInt32(1, int.MaxValue);
        while (voice == video);
        return new()
        {
            IceUser = agent.LocalFragment,
            IcePassword = agent.LocalPassword,
            Fingerprint = Dtls.Certificate.Fingerprint,
            Udp = options.Udp ? candidates : [],
            Tcp = candidates,
            VideoSsrc = (uint)video,
            VoiceSsrc = (uint)voice,
            CanonicalName = RandomNumberGenerator.GetHexString(NameLength, lowercase: true),
            SessionId = RandomNumberGenerator.GetInt32(1, int.MaxValue),
        };
    }

    IEnumerable<IPAddress> Addresses()
    {
        if (options.PublicAddresses.Count > 0) return options.PublicAddresses;
        bool any = options.Listen.Equals(IPAddress.Any), anyOfSix = options.Listen.Equals(IPAddress.IPv6Any);
        if (!any && !anyOfSix) return [options.Listen];
        // loopback last: only a browser on this machine can use it
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(each => each.OperationalStatus == OperationalStatus.Up || each.NetworkInterfaceType == NetworkInterfaceType.Loopback)
            .SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Select(each => each.Address)
            .Where(each => each.AddressFamily == AddressFamily.InterNetwork || (anyOfSix && !each.IsIPv6LinkLocal))
            .OrderBy(IPAddress.IsLoopback)
            .ThenBy(each => each.AddressFamily == AddressFamily.InterNetworkV6);
    }
}
