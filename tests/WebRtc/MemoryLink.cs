using System.Buffers.Binary;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Tests.WebRtc;

/// <summary>Two DTLS sessions and the datagrams under way between them.</summary>
sealed class MemoryLink : IDisposable
{
    const int HandshakeHeader = 12, RecordHeader = 13, MostFragments = 16;
    readonly Queue<(bool ToServer, byte[] Bytes)> underWay = new();
    int carried;

    public MemoryLink(DtlsContext server, DtlsContext client, byte[]? forClient = null)
    {
        Server = new(server, DtlsRole.Server, forClient ?? client.Certificate.Fingerprint, bytes => Send(false, bytes));
        Client = new(client, DtlsRole.Client, server.Certificate.Fingerprint, bytes => Send(true, bytes));
    }

    public DtlsSession Server { get; }
    public DtlsSession Client { get; }
    /// <summary>Whether the datagram of this number gets lost.</summary>
    public Func<int, bool> Loses { get; init; } = _ => false;
    /// <summary>Each record that is longer and holds one handshake message in the clear is cut into fragments so long; 0 leaves them.</summary>
    public int Piece { get; init; }
    public int HelloPieces { get; init; }
    public bool Repeats { get; init; }
    /// <summary>Comes before each datagram.</summary>
    public Action Before { get; set; } = () => { };
    public int Lost { get; private set; }
    public int Longest { get; private set; }

    public async Task Connect()
    {
        Client.Start();
        // retransmission starts at 0.1 s: a few hundred steps of 10 ms carry it through heavy loss
        for (int step = 0; step < 800 && (Pending(Server) || Pending(Client)); step++)
        {
            Carry();
            if (!Pending(Server) && !Pending(Client)) break;
            if (Server.State == DtlsState.Failed || Client.State == DtlsState.Failed) break;
            await Task.Delay(10);
            Server.OnTimer();
            Client.OnTimer();
        }
        Carry();
    }

    static bool Pending(DtlsSession session) => session.State == DtlsState.Handshaking;

    public void Carry()
    {
        while (underWay.TryDequeue(out var next))
        {
            var (toServer, bytes) = next;
            var session = toServer ? Server : Client;
            foreach (byte[] piece in Pieces(bytes, toServer))
            {
                Before();
                session.Receive(piece);
                if (Repeats) session.Receive(piece);
            }
        }
    }

    void Send(bool toServer, ReadOnlySpan<byte> bytes)
    {
        Longest = Math.Max(Longest, bytes.Length);
        if (Loses(carried++)) Lost++;
        else underWay.Enqueue((toServer, bytes.ToArray()));
    }

    IEnumerable<byte[]> Pieces(byte[] datagram, bool toServer)
    {
        for (int at = 0; at + RecordHeader <= datagram.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(at + 11));
            var record = datagram[at..(at + RecordHeader + length)];
            at += record.Length;
            bool hello = toServer && record[0] == 22 && record[RecordHeader] == 1;
            int piece = hello && HelloPieces > 0 ? (length / HelloPieces) + 1 : Piece;
            bool clear = BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(3)) == 0;
            // room for the numbers of fragments, as repeated record numbers are refused
            if (clear) BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(7), BinaryPrimitives.ReadUInt32BigEndian(record.AsSpan(7)) * MostFragments);
            if (piece == 0 || !clear || record[0] != 22 || length <= piece + HandshakeHeader) yield return record;
            else foreach (byte[] fragment in Fragments(record, piece)) yield return fragment;
        }
    }

    /// <summary>RFC 6347, section 4.2.3: the message's header again with another offset and length; sequence numbers far on.</summary>
    static IEnumerable<byte[]> Fragments(byte[] record, int piece)
    {
        int offset = ReadLength(record, RecordHeader + 6), all = ReadLength(record, RecordHeader + 9);
        for (int at = 0; at < all; at += piece)
        {
            int length = Math.Min(piece, all - at);
            byte[] cut = [.. record[..(RecordHeader + HandshakeHeader)], .. record.AsSpan(RecordHeader + HandshakeHeader + at, length)];
            BinaryPrimitives.WriteUInt32BigEndian(cut.AsSpan(7), BinaryPrimitives.ReadUInt32BigEndian(record.AsSpan(7)) + (uint)(at / piece));
            BinaryPrimitives.WriteUInt16BigEndian(cut.AsSpan(11), (ushort)(HandshakeHeader + length));
            WriteLength(cut, RecordHeader + 6, offset + at);
            WriteLength(cut, RecordHeader + 9, length);
            yield return cut;
        }
    }

    static int ReadLength(byte[] bytes, int at) => (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];

    static void WriteLength(byte[] bytes, int at, int value) =>
        (bytes[at], bytes[at + 1], bytes[at + 2]) = ((byte)(value >> 16), (byte)(value >> 8), (byte)value);

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
    }
}
