using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TalkingMachines.WebRtc;

/// <summary>Takes browsers' TCP connections (passive candidates, RFC 6544), bounded in number, and ends idle ones.</summary>
internal sealed class TcpIceListener : IDisposable
{
    const int Backlog = 64, PathsPerPeer = 2, Strangers = 32;

    /// <summary>Until then a connection must have passed a check.</summary>
    static readonly TimeSpan Proof = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<TcpPath, byte> connections = new();
    readonly Socket listener;
    readonly WebRtcOptions options;
    readonly PacketSink sink;
    readonly Action<IcePath> ended;

    /// <exception cref="SocketException">The port is taken or the address is not ours.</exception>
    public TcpIceListener(WebRtcOptions options, int port, PacketSink sink, Action<IcePath> ended)
    {
        (this.options, this.sink, this.ended) = (options, sink, ended);
        listener = new(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (options.Listen.Equals(IPAddress.IPv6Any)) listener.DualMode = true;
            listener.Bind(new IPEndPoint(options.Listen, port));
            listener.Listen(Backlog);
            Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public int Port { get; }

    int MostConnections => (options.MostPeers * PathsPerPeer) + Strangers;

    public void Start() => _ = Accept();

    async Task Accept()
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync().ConfigureAwait(false);
                if (Admit(socket) is { } path) _ = Task.Run(() => Serve(path)); // not here: one that never falls silent would keep us
            }
            catch (SocketException)
            {
                // that one connection came to nothing; where handles ran out, waiting lets some go
                await Task.Delay(TimeSpan.FromMilliseconds(50), options.Clock).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Makes room at the cost of the oldest that has proved nothing; null where there is none.</summary>
    TcpPath? Admit(Socket socket)
    {
        TcpPath[] strangers = [.. connections.Keys.Where(path => path.Agent == null)];
        if (strangers.Length >= Strangers)
        {
            var oldest = strangers.MinBy(path => path.Begun)!;
            connections.TryRemove(oldest, out _);
            oldest.Close();
        }
        try
        {
            if (connections.Count < MostConnections)
            {
                var path = new TcpPath(socket, IceServer.Plain((IPEndPoint)socket.RemoteEndPoint!), options.Clock.GetTimestamp());
                connections[path] = 0;
                return path;
            }
        }
        catch (SocketException)
        {
            // it was gone before we looked
        }
        socket.Dispose();
        return null;
    }

    async Task Serve(TcpPath path)
    {
        try
        {
            await path.Read(sink).ConfigureAwait(false);
        }
        finally
        {
            connections.TryRemove(path, out _);
            ended(path);
            path.Dispose();
        }
    }

    public void OnTimer()
    {
        long now = options.Clock.GetTimestamp();
        foreach (var (path, _) in connections)
        {
            bool unproved = path.Agent == null && options.Clock.GetElapsedTime(path.Begun, now) > Proof;
            if (unproved || options.Clock.GetElapsedTime(path.LastHeard, now) > Silence) path.Close();
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        foreach (var (path, _) in connections) path.Close();
    }
}
