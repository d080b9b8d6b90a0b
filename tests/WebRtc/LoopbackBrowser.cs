using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>A browser reduced to its network: an offer, ICE checks, a DTLS client, SRTP, over a real socket on loopback.</summary>
sealed partial class LoopbackBrowser : IDisposable
{
    public const int VideoType = 96, VoiceType = 111;
    public const uint MicrophoneSsrc = 0x1234;
    const string User = "abcd", Password = "0123456789abcdefghijklmn";

    readonly DtlsContext context = new(DtlsCertificate.Create(TimeProvider.System));
    readonly byte[] buffer = new byte[4096];
    readonly bool waits;
    bool tcp;
    Socket socket = null!;
    DtlsSession dtls = null!;
    string serverUser = "", serverPassword = "";
    SrtpContext send = null!, receive = null!;
    ushort sequence = 100;

    /// <param name="waits">its DTLS is the server (a=setup:passive).</param>
    public LoopbackBrowser(bool tcp = false, byte[]? fingerprint = null, bool waits = false)
    {
        (this.tcp, this.waits) = (tcp, waits);
        Offer = $"""
            v=0
            o=- 1 2 IN IP4 127.0.0.1
            s=-
            t=0 0
            a=group:BUNDLE 0 1
            m=video 9 UDP/TLS/RTP/SAVPF {VideoType}
            c=IN IP4 0.0.0.0
            a=mid:0
            a=ice-ufrag:{User}
            a=ice-pwd:{Password}
            a=fingerprint:sha-256 {DtlsCertificate.Print(fingerprint ?? context.Certificate.Fingerprint)}
            a=setup:{(waits ? "passive" : "actpass")}
            a=recvonly
            a=rtcp-mux
            a=rtpmap:{VideoType} VP8/90000
            a=rtcp-fb:{VideoType} nack
            m=audio 9 UDP/TLS/RTP/SAVPF {VoiceType}
            c=IN IP4 0.0.0.0
            a=mid:1
            a=sendrecv
            a=rtcp-mux
            a=rtpmap:{VoiceType} opus/48000/2

            """.ReplaceLineEndings("\r\n");
    }

    public string Offer { get; }
    /// <summary>Whether it answers the server's checks; somebody who only forges its address cannot.</summary>
    public bool Answers { get; init; } = true;
    /// <summary>Of its checks.</summary>
    public uint Priority { get; set; } = 1845501695u;
    DtlsRole Role => waits ? DtlsRole.Server : DtlsRole.Client;
    public EndPoint LocalAddress => socket.LocalEndPoint!;
    public DtlsState State => dtls.State;
    /// <summary>What came as plain RTP, header included.</summary>
    public ConcurrentQueue<byte[]> Packets { get; } = new();
    public ConcurrentQueue<byte[]> Reports { get; } = new();
    /// <summary>Datagrams as they came, whatever they were.</summary>
    public int Received { get; private set; }
    /// <summary>All that was sent so far: seeds for mutation.</summary>
    public List<byte[]> Sent { get; } = [];
    public IPEndPoint? Mapped { get; private set; }

    /// <summary>Opens the socket towards the answer's port.</summary>
    public void Open(string answer)
    {
        serverUser = IceUser().Match(answer).Groups[1].Value;
        serverPassword = IcePassword().Match(answer).Groups[1].Value;
        int port = int.Parse(Candidate().Match(answer).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        socket = new(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        if (tcp) socket.NoDelay = true;
        socket.Connect(IPAddress.Loopback, port);
        var fingerprint = Convert.FromHexString(Fingerprint().Match(answer).Groups[1].Value.Replace(":", "", StringComparison.Ordinal));
        dtls = new(context, Role, fingerprint, bytes => Send(bytes));
    }

    /// <summary>Goes on from another port, as behind a router that forgot the first; nothing comes to the old one any more.</summary>
    public void Rebind() => Leave().Dispose();

    /// <summary>The same, but what was left still receives.</summary>
    /// <param name="overTcp">It goes on over a connection.</param>
    public Socket Leave(bool overTcp = false)
    {
        var (server, left) = (socket.RemoteEndPoint!, socket);
        tcp = overTcp;
        socket = tcp ? new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) : new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(server);
        return left;
    }

    public async Task Connect(Peer peer)
    {
        Open(peer.Answer);
        await FindPath();
        if (!waits) dtls.Start();
        await Until(() => dtls.State != DtlsState.Handshaking);
        if (dtls.State == DtlsState.Connected) (send, receive) = SrtpSuite.Open(dtls, Role);
    }

    /// <summary>Checks until the server has answered: again and again, for a socket that others filled loses checks.</summary>
    public async Task FindPath()
    {
        for (int attempt = 0; attempt < 40 && Mapped == null; attempt++)
        {
            Check(nominate: true);
            await Until(() => Mapped != null, steps: 50);
        }
        Assert.True(Mapped != null, "The server answers no check.");
    }

    /// <summary>Receives until it holds or the steps, of 5 ms, have gone: ten seconds.</summary>
    public async Task Until(Func<bool> holds, int steps = 2000)
    {
        for (int step = 0; !holds() && step < steps; step++)
        {
            Pump();
            if (holds()) return;
            await Task.Delay(5);
            dtls.OnTimer();
        }
    }

    /// <summary>Returns when the server has answered a check, and so taken all before it.</summary>
    public void CatchUp()
    {
        Pump();
        int before = Received;
        bool isAnswered = false;
        for (int attempt = 0; attempt < 40 && !isAnswered; attempt++)
        {
            Check(nominate: true); // again, for a full socket loses it too
            isAnswered = SpinWait.SpinUntil(() => { Pump(); return Received > before; }, TimeSpan.FromMilliseconds(250));
        }
        Assert.True(isAnswered, "The server answers no check.");
    }

    public void Check(bool nominate, string? password = null, string? user = null) => Send(WriteCheck(nominate, password, user));

    public byte[] WriteCheck(bool nominate, string? password = null, string? user = null)
    {
        var writer = new StunWriter(new byte[256], StunType.BindingRequest, "transaction!"u8);
        writer.Add(StunAttribute.Username, user ?? $"{serverUser}:{User}");
        writer.Add(StunAttribute.Priority, Priority);
        writer.Add(StunAttribute.IceControlling, 77ul);
        if (nominate) writer.Add(StunAttribute.UseCandidate, []);
        writer.AddIntegrity(Encoding.ASCII.GetBytes(password ?? serverPassword));
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }

    public void SendSound(string payload, int skip = 0)
    {
        sequence += (ushort)skip;
        var packet = new byte[200];
        RtpPacket.WriteHeader(packet, VoiceType, marker: false, sequence, sequence * 960u, MicrophoneSsrc);
        sequence++;
        int length = RtpPacket.HeaderBytes + Encoding.ASCII.GetBytes(payload, packet.AsSpan(RtpPacket.HeaderBytes));
        Send(packet.AsSpan(0, send.Protect(packet, length)));
    }

    public void SendControl(ReadOnlySpan<byte> compound)
    {
        byte[] packet = [.. compound, .. new byte[SrtpSuite.MostOverhead]];
        Send(packet.AsSpan(0, send.ProtectControl(packet, compound.Length)));
    }

    public void SendNack(uint source, params ushort[] missing)
    {
        var packet = new byte[200];
        int length = Rtcp.WriteReceiverReport(packet, MicrophoneSsrc, [], "browser");
        SendControl(packet.AsSpan(0, length + Rtcp.WriteNack(packet.AsSpan(length), MicrophoneSsrc, source, missing)));
    }

    public void SendPictureLoss(uint source)
    {
        var packet = new byte[200];
        int length = Rtcp.WriteReceiverReport(packet, MicrophoneSsrc, [], "browser");
        SendControl(packet.AsSpan(0, length + Rtcp.WritePictureLoss(packet.AsSpan(length), MicrophoneSsrc, source)));
    }

    public void SendGoodbye()
    {
        var packet = new byte[200];
        int length = Rtcp.WriteReceiverReport(packet, MicrophoneSsrc, [], "browser");
        SendControl(packet.AsSpan(0, length + Rtcp.WriteGoodbye(packet.AsSpan(length), MicrophoneSsrc)));
    }

    public void HangUp() => dtls.Close();

    public void Send(ReadOnlySpan<byte> datagram)
    {
        Sent.Add(datagram.ToArray());
        if (!tcp)
        {
            socket.Send(datagram);
            return;
        }
        byte[] frame = [(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram];
        socket.Send(frame);
    }

    /// <summary>Takes whatever is there.</summary>
    public void Pump()
    {
        while (socket.Available > 0)
        {
            int length = tcp ? ReceiveFrame() : socket.Receive(buffer);
            Received++;
            Take(buffer.AsSpan(0, length));
        }
    }

    int ReceiveFrame()
    {
        ReceiveAll(2);
        int length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
        ReceiveAll(length);
        return length;
    }

    void ReceiveAll(int count)
    {
        for (int at = 0; at < count;) at += socket.Receive(buffer.AsSpan(at, count - at));
    }

    void Take(Span<byte> bytes)
    {
        if (StunMessage.TryParse(bytes, out var message))
        {
            if (message.Type == StunType.BindingRequest) Answer(message);
            else if (message.HasIntegrity(Encoding.ASCII.GetBytes(serverPassword)) && message.TryFindAddress(out var mapped)) Mapped = mapped;
        }
        else if (DtlsSession.Owns(bytes)) dtls.Receive(bytes);
        else if (dtls.State != DtlsState.Connected || receive is null) return; // media that overtook the handshake's end
        else if (RtpPacket.IsRtcp(bytes))
        {
            if (receive.TryUnprotectControl(bytes, out int control)) Reports.Enqueue(bytes[..control].ToArray());
        }
        else if (receive.TryUnprotect(bytes, out int length)) Packets.Enqueue(bytes[..length].ToArray());
    }

    /// <summary>As browsers do with a check of their own name and password.</summary>
    void Answer(in StunMessage check)
    {
        bool isOurs = check.TryFind(StunAttribute.Username, out var user) && Encoding.ASCII.GetString(user) == $"{User}:{serverUser}";
        if (!Answers || !isOurs || !check.HasFingerprint() || !check.HasIntegrity(Encoding.ASCII.GetBytes(Password))) return;
        Span<byte> message = stackalloc byte[256];
        var writer = new StunWriter(message, StunType.BindingSuccess, check.Transaction);
        writer.AddAddress((IPEndPoint)socket.RemoteEndPoint!);
        writer.AddIntegrity(Encoding.ASCII.GetBytes(Password));
        writer.AddFingerprint();
        Send(writer.Written);
    }

    public void Dispose()
    {
        socket?.Dispose();
        dtls?.Dispose();
        send?.Dispose();
        receive?.Dispose();
        context.Dispose();
    }

    [GeneratedRegex(@"a=ice-ufrag:(\S+)")]
    private static partial Regex IceUser();

    [GeneratedRegex(@"a=ice-pwd:(\S+)")]
    private static partial Regex IcePassword();

    [GeneratedRegex(@"a=candidate:1 1 \w+ \d+ \S+ (\d+) typ host")]
    private static partial Regex Candidate();

    [GeneratedRegex(@"a=fingerprint:sha-256 (\S+)")]
    private static partial Regex Fingerprint();
}
