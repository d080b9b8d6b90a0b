using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

/// <summary>One way to a browser that has proved by a check to be its own: an address over UDP, or a connection over TCP.</summary>
internal abstract class IcePath(IPEndPoint remote)
{
    /// <summary>As seen from here: what checks are answered with.</summary>
    public IPEndPoint Remote { get; } = remote;

    /// <summary>Whose path it is; null before the first check and after the end of the call.</summary>
    public IceAgent? Agent { get; set; }

    /// <summary>PRIORITY of the browser's newest check.</summary>
    public uint Priority { get; set; }

    /// <summary>When the browser's newest check came, if that chose the path (USE-CANDIDATE), as <see cref="TimeProvider.GetTimestamp"/>; else null.</summary>
    public long? NominatedAt { get; set; }

    /// <summary>Whether what is sent there arrives at the browser: it answered our own check.</summary>
    public bool IsProven { get; set; }

    /// <summary>Of our own check: who answers it has received it.</summary>
    public byte[] Transaction { get; } = RandomNumberGenerator.GetBytes(StunMessage.TransactionLength);

    /// <summary>When something came last, as <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastHeard { get; set; }

    /// <summary>At once and without waiting; what does not leave is lost, as on any network.</summary>
    public abstract void Send(ReadOnlySpan<byte> datagram);

    /// <summary>Ends what belongs to the path alone.</summary>
    public abstract void Close();
}

/// <summary>An address behind the server's one UDP socket.</summary>
internal sealed class UdpPath(Socket socket, SocketAddress address, IPEndPoint remote) : IcePath(remote)
{
    public SocketAddress Address { get; } = address;

    public override void Send(ReadOnlySpan<byte> datagram)
    {
        try
        {
            socket.SendTo(datagram, SocketFlags.None, Address);
        }
        catch (SocketException)
        {
            // full buffers or no route: lost
        }
        catch (ObjectDisposedException)
        {
            // the server stops
        }
    }

    public override void Close()
    {
    }
}
