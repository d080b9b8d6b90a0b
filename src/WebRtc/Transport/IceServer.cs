using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TalkingMachines.WebRtc;

/// <summary>
/// One UDP socket and one TCP listener on the same port for all calls. STUN finds its call by the user fragment, all else by
/// the address that a check has verified before; strangers get no answer of any kind.
/// </summary>
internal sealed class IceServer : IDisposable
{
    const int MostDatagram = 2048, MostAnswer = 512, PortAttempts = 20, SocketBuffer = 1 << 20;
    const int StopCheckMicroseconds = 50_000;

    readonly WebRtcOptions options;
    readonly ConcurrentDictionary<string, IceAgent> agents = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, IceAgent>.AlternateLookup<ReadOnlySpan<char>> byFragment;
    readonly ConcurrentDictionary<SocketAddress, UdpPath> paths = new();
    readonly Socket? udp;
    readonly TcpIceListener tcp;
    readonly Thread? receiving;
    volatile bool stopped;

    /// <exception cref="WebRtcException">The port is taken or the address is not ours.</exception>
    public IceServer(WebRtcOptions options)
    {
        this.options = options;
        byFragment = agents.GetAlternateLookup<ReadOnlySpan<char>>();
        (udp, tcp) = Bind();
        tcp.Start();
        if (udp == null) return;
        receiving = new(ReceiveDatagrams) { IsBackground = true, Name = "WebRTC over UDP" };
        receiving.Start();
    }

    public int Port => tcp.Port;

    public IceAgent Open(string remoteFragment, string remotePassword, PacketSink sink)
    {
        var agent = new IceAgent(remoteFragment, remotePassword, sink, options.Clock);
        agents[agent.LocalFragment] = agent;
        return agent;
    }

    public void Close(IceAgent agent)
    {
        agents.TryRemove(agent.LocalFragment, out _);
        foreach (var path in agent.Close()) Drop(path);
    }

    /// <summary>Ends connections that prove nothing or are silent.</summary>
    public void OnTimer() => tcp.OnTimer();

    (Socket?, TcpIceListener) Bind()
    {
        // a port that is free for TCP may be taken for UDP, so a few are tried where any will do
        for (int attempt = 1; ; attempt++)
        {
            TcpIceListener? listener = null;
            try
            {
                listener = new(options, options.Port, Receive, Ended);
                return (options.Udp ? BindUdp(listener.Port) : null, listener);
            }
            catch (SocketException failure)
            {
                listener?.Dispose();
                if (options.Port == 0 && attempt < PortAttempts) continue;
                throw new WebRtcException($"Port {options.Port} of {options.Listen} cannot be listened to: {failure.Message}.", failure);
            }
        }
    }

    Socket BindUdp(int port)
    {
        var socket = new Socket(options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (options.Listen.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.ReceiveBufferSize = socket.SendBufferSize = SocketBuffer;
            socket.Bind(new IPEndPoint(options.Listen, port));
            socket.Blocking = false;        // a send never waits; the receiving thread polls
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    void ReceiveDatagrams()
    {
        var buffer = new byte[MostDatagram];
        var from = new SocketAddress(options.Listen.AddressFamily);
        while (!stopped)
        {
            try
            {
                if (!udp!.Poll(StopCheckMicroseconds, SelectMode.SelectRead)) continue;
                int length = udp.ReceiveFrom(buffer, SocketFlags.None, from);
                Receive(from, buffer.AsSpan(0, length));
            }
            catch (SocketException)
            {
                // an ICMP error of some earlier datagram, or one too long: nothing to do with the next
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    void Receive(SocketAddress from, Span<byte> datagram)
    {
        paths.TryGetValue(from, out var path);
        if (StunMessage.TryParse(datagram, out var message))
        {
            if (FindAgent(message) is { } agent) Answer(agent, message, path ?? NewPath(from));
            else path?.Agent?.TakeAnswer(message, path);
        }
        else if (path?.Agent is { } known) known.Receive(path, datagram);
    }

    /// <summary>What came in a frame over TCP.</summary>
    void Receive(IcePath path, Span<byte> frame)
    {
        if (StunMessage.TryParse(frame, out var message))
        {
            if (FindAgent(message) is { } agent) Answer(agent, message, path);
            else path.Agent?.TakeAnswer(message, path);
        }
        else path.Agent?.Receive(path, frame);
    }

    static void Ended(IcePath path) => path.Agent?.Forget(path);

    UdpPath NewPath(SocketAddress from)
    {
        var copy = new SocketAddress(from.Family, from.Size);
        from.Buffer.Span[..from.Size].CopyTo(copy.Buffer.Span);
        var remote = (IPEndPoint)new IPEndPoint(from.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Create(copy);
        return paths[copy] = new(udp!, copy, Plain(remote));
    }

    /// <summary>IPv4 within IPv6 is IPv4 to the browser.</summary>
    internal static IPEndPoint Plain(IPEndPoint remote) =>
        remote.Address.IsIPv4MappedToIPv6 ? new(remote.Address.MapToIPv4(), remote.Port) : remote;

    /// <summary>The call that a binding request is for: USERNAME is our fragment, a colon, and the browser's.</summary>
    IceAgent? FindAgent(in StunMessage message)
    {
        if (message.Type != StunType.BindingRequest || !message.TryFind(StunAttribute.Username, out var name)) return null;
        if (name.Length <= IceAgent.FragmentLength || name[IceAgent.FragmentLength] != ':') return null;
        Span<char> local = stackalloc char[IceAgent.FragmentLength];
        Encoding.Latin1.GetChars(name[..IceAgent.FragmentLength], local);
        if (!byFragment.TryGetValue(local, out var agent)) return null;
        return agent.IsAuthentic(message, name[(IceAgent.FragmentLength + 1)..]) ? agent : null;
    }

    void Answer(IceAgent agent, in StunMessage request, IcePath path)
    {
        if (path.Agent is { } other && other != agent)
        {
            if (!other.IsSilent(path)) return;  // whoever has a call of his own may forge the address of another's
            other.Forget(path);                 // it served another call before, whose browser is gone
        }
        if (agent.Check(request, path) is { } given) Drop(given);
        Span<byte> message = stackalloc byte[MostAnswer];
        path.Send(message[..agent.Answer(request, path, message)]);
        if (agent.Ask(path, message) is var length and > 0) path.Send(message[..length]);
    }

    void Drop(IcePath path)
    {
        if (path is UdpPath known) paths.TryRemove(known.Address, out _);
        path.Close();
    }

    public void Dispose()
    {
        stopped = true;
        tcp.Dispose();
        if (receiving != Thread.CurrentThread) receiving?.Join();
        udp?.Dispose();
    }
}
