using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace TalkingMachines.WebRtc;

/// <summary>
/// A browser's TCP connection to us (RFC 6544), each packet with its length in two bytes in front (RFC 4571). What the
/// connection cannot take at once waits in a bounded buffer; what does not fit there is lost, as over UDP.
/// </summary>
internal sealed class TcpPath : IcePath, IDisposable
{
    /// <summary>Longer frames end the connection: no packet of a browser is longer than an Ethernet frame.</summary>
    public const int MostFrame = 2048;
    /// <summary>About a second of picture.</summary>
    const int MostWaiting = 128 << 10;
    const int LengthBytes = 2;

    readonly Lock gate = new();
    readonly Socket socket;
    readonly byte[] incoming = new byte[2 * (LengthBytes + MostFrame)];
    byte[] waiting = [], leaving = [];      // of MostWaiting bytes once something is sent
    int waitingBytes;
    bool isPumping;

    public TcpPath(Socket socket, IPEndPoint remote, long now) : base(remote)
    {
        this.socket = socket;
        (Begun, LastHeard) = (now, now);
        socket.NoDelay = true;
    }

    public long Begun { get; }

    public override void Send(ReadOnlySpan<byte> datagram)
    {
        lock (gate)
        {
            if (waiting.Length == 0) (waiting, leaving) = (new byte[MostWaiting], new byte[MostWaiting]);
            if (waitingBytes + LengthBytes + datagram.Length > MostWaiting) return;
            BinaryPrimitives.WriteUInt16BigEndian(waiting.AsSpan(waitingBytes), (ushort)datagram.Length);
            datagram.CopyTo(waiting.AsSpan(waitingBytes + LengthBytes));
            waitingBytes += LengthBytes + datagram.Length;
            if (isPumping) return;
            isPumping = true;
        }
        _ = Pump();
    }

    /// <summary>Hands each whole frame to the sink until the connection ends or sends what is no frame.</summary>
    public async Task Read(PacketSink sink)
    {
        int filled = 0;
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(incoming.AsMemory(filled), SocketFlags.None).ConfigureAwait(false);
                if (count == 0) return;
                filled += count;
                int used = Deliver(sink, filled);
                if (used < 0) return;
                incoming.AsSpan(used, filled - used).CopyTo(incoming);
                filled -= used;
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // the connection is over, whoever ended it
        }
    }

    /// <summary>Returns how many bytes were whole frames, -1 for a length that no frame has.</summary>
    int Deliver(PacketSink sink, int filled)
    {
        int at = 0;
        while (at + LengthBytes <= filled)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(incoming.AsSpan(at));
            if (length > MostFrame) return -1;
            if (at + LengthBytes + length > filled) break;
            if (length > 0) sink(this, incoming.AsSpan(at + LengthBytes, length));
            at += LengthBytes + length;
        }
        return at;
    }

    async Task Pump()
    {
        try
        {
            while (TakeWaiting() is var bytes && !bytes.IsEmpty)
            {
                while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            Close();            // the reader notices and cleans up
        }
    }

    /// <summary>All that waits, in one piece; empty ends the pump.</summary>
    ReadOnlyMemory<byte> TakeWaiting()
    {
        lock (gate)
        {
            isPumping = waitingBytes > 0;
            (waiting, leaving) = (leaving, waiting);
            var bytes = leaving.AsMemory(0, waitingBytes);
            waitingBytes = 0;
            return bytes;
        }
    }

    public override void Close() => socket.Dispose();

    public void Dispose() => socket.Dispose();
}
