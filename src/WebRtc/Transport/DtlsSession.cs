using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

internal enum DtlsRole { Server, Client }

internal enum DtlsState { Handshaking, Connected, Closed, Failed }

/// <summary>Takes a datagram that is to leave at once; it may not keep the bytes.</summary>
internal delegate void DatagramSink(ReadOnlySpan<byte> datagram);

/// <summary>
/// One DTLS 1.2 association with use_srtp (RFC 5764) between memory ends: whole datagrams in, whole datagrams out, and
/// <see cref="OnTimer"/> now and then for retransmission. Not thread-safe; the peer's lock guards it.
/// </summary>
internal sealed class DtlsSession : IDisposable
{
    /// <summary>Flights are cut into datagrams of at most so many bytes: below the smallest path of IPv6 with tunnels.</summary>
    public const int MostBytes = 1200;

    /// <summary>What AES-GCM, the only cipher agreed to, adds to the least record: explicit nonce and tag (RFC 5288, section 3).</summary>
    const int LeastEncrypted = 8 + 16;
    const int ChangeOfCipher = 20, Handshake = 22, MessageHeader = 12, Dtls10 = 0xFEFF;
    const int MostInTheClear = 1000;        // records of a handshake: a higher number would only make OpenSSL take the next ones for old
    const int RecordHeader = 13, LongestRecord = RecordHeader + (18 << 10);      // RFC 6347, section 4.3: 2^14 + 2,048
    // 0.1 s at first as a call should begin at once; a dozen times, doubling up to 2 s, is more than 15 s together
    const uint FirstTimeout = 100_000, LongestTimeout = 2_000_000;
    static ReadOnlySpan<byte> ExporterLabel => "EXTRACTOR-dtls_srtp"u8;

    readonly SslConnection connection;
    readonly nint incoming, outgoing;
    readonly byte[] fingerprint;
    readonly DatagramSink send;
    readonly byte[] record = new byte[LongestRecord], datagram = new byte[MostBytes];

    /// <param name="fingerprint">SHA-256 that the other side's certificate must have.</param>
    public DtlsSession(DtlsContext context, DtlsRole role, ReadOnlySpan<byte> fingerprint, DatagramSink send)
    {
        this.fingerprint = fingerprint.ToArray();
        this.send = send;
        connection = OpenSsl.NewConnection(context.Handle);
        if (connection.IsInvalid) throw new WebRtcException($"OpenSSL made no connection: {OpenSsl.LastError()}.");
        (incoming, outgoing) = (OpenSsl.NewBio(OpenSsl.MemoryMethod()), OpenSsl.NewBio(OpenSsl.MemoryMethod()));
        OpenSsl.SetEnds(connection, incoming, outgoing);
        OpenSsl.Control(connection, OpenSsl.SetMtu, MostBytes, 0);
        unsafe { OpenSsl.SetTimer(connection, &NextTimeout); }
        if (role == DtlsRole.Server) OpenSsl.SetServer(connection);
        else OpenSsl.SetClient(connection);
    }

    public DtlsState State { get; private set; }
    /// <summary>Why the state is Failed; null otherwise.</summary>
    public string? Failure { get; private set; }
    public SrtpProfile Profile { get; private set; }

    /// <summary>DTLS by its first byte (RFC 7983).</summary>
    public static bool Owns(ReadOnlySpan<byte> datagram) => datagram.Length >= RecordHeader && datagram[0] is >= 20 and <= 63;

    /// <summary>The client's first flight; a server waits for it.</summary>
    public void Start() => Advance();

    /// <summary>Whatever came from the other side's verified address; damaged records are dropped in silence. Versions may be written over.</summary>
    public void Receive(Span<byte> bytes)
    {
        if (State is DtlsState.Closed or DtlsState.Failed || !Owns(bytes) || !HoldsPossibleRecords(bytes)) return;
        // a memory end joins datagrams, so each one is emptied out before the next
        OpenSsl.Control(incoming, OpenSsl.ResetBio, 0, 0);
        OpenSsl.WriteBio(incoming, bytes, bytes.Length);
        Advance();
    }

    /// <summary>
    /// Whether records tile the datagram and each could be genuine. OpenSSL drops a record whose tag is wrong, but gives the
    /// association up for one too short to have a tag, reads what follows the header of another version as a record of its own, and during
    /// the handshake believes whatever is not encrypted: a single datagram of whoever forges the address would end the call.
    /// </summary>
    bool HoldsPossibleRecords(Span<byte> datagram)
    {
        while (datagram.Length >= RecordHeader)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(RecordHeader - 2)..]);
            if (RecordHeader + length > datagram.Length) return false;
            bool isEncrypted = BinaryPrimitives.ReadUInt16BigEndian(datagram[3..]) > 0;      // epoch
            if (isEncrypted ? length < LeastEncrypted : !IsPossibleInTheClear(datagram[..(RecordHeader + length)])) return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(datagram[1..]) != OpenSsl.Dtls12) return false;
            datagram = datagram[(RecordHeader + length)..];
        }
        return datagram.IsEmpty;
    }

    /// <summary>Of handshakes: messages and the one byte that changes the cipher. A hello may bear the version before (RFC 6347, section 4.2.1).</summary>
    bool IsPossibleInTheClear(Span<byte> record)
    {
        if (State != DtlsState.Handshaking) return true;                        // then OpenSSL drops all that is in the clear
        if (BinaryPrimitives.ReadUInt16BigEndian(record[1..]) == Dtls10) BinaryPrimitives.WriteUInt16BigEndian(record[1..], OpenSsl.Dtls12);
        if (BinaryPrimitives.ReadUInt32BigEndian(record[5..]) > 0 || BinaryPrimitives.ReadUInt16BigEndian(record[9..]) > MostInTheClear) return false;
        var body = record[RecordHeader..];
        if (record[0] == ChangeOfCipher) return body.Length == 1 && body[0] == 1;
        if (record[0] != Handshake || body.Length < MessageHeader) return false;
        int whole = Length(body, 1), offset = Length(body, 6), piece = Length(body, 9);
        return offset + piece <= whole && MessageHeader + piece <= body.Length;

        static int Length(ReadOnlySpan<byte> bytes, int at) => (bytes[at] << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 1)..]);
    }

    /// <summary>Sends the last flight again when its time has come; every 20 ms or so is often enough.</summary>
    public void OnTimer()
    {
        if (State != DtlsState.Handshaking) return;
        OpenSsl.ClearErrors();
        if (OpenSsl.Control(connection, OpenSsl.HandleTimeout, 0, 0) < 0) Fail("no answer to the handshake");
        Flush();
    }

    /// <summary>Says close_notify; nothing more is sent.</summary>
    public void Close()
    {
        if (State == DtlsState.Connected)
        {
            OpenSsl.ClearErrors();
            OpenSsl.Shutdown(connection);
            Flush();
        }
        if (State != DtlsState.Failed) State = DtlsState.Closed;
    }

    /// <summary>Keying material (RFC 5764, section 4.2): client key, server key, client salt, server salt.</summary>
    public void ExportKeys(Span<byte> keys)
    {
        int done = OpenSsl.ExportKeys(connection, keys, (nuint)keys.Length, ExporterLabel, (nuint)ExporterLabel.Length, 0, 0, 0);
        if (done != 1) throw new WebRtcException($"OpenSSL exported no keys: {OpenSsl.LastError()}.");
    }

    void Advance()
    {
        OpenSsl.ClearErrors();
        if (State == DtlsState.Handshaking)
        {
            int done = OpenSsl.Handshake(connection);
            if (done == 1) Complete();
            else Judge(done);
        }
        if (State == DtlsState.Connected) Drain();
        Flush();
    }

    void Complete()
    {
        var seen = SHA256.HashData(OpenSsl.PeerCertificate(connection));
        int profile = OpenSsl.ChosenProfile(connection);
        if (CryptographicOperations.FixedTimeEquals(seen, fingerprint) && SrtpSuite.Knows(profile))
        {
            (Profile, State) = ((SrtpProfile)profile, DtlsState.Connected);
            return;
        }
        OpenSsl.Shutdown(connection);           // it believes itself connected
        if (!SrtpSuite.Knows(profile)) Fail($"no SRTP profile in common, its choice is {profile}");
        else Fail($"its certificate has SHA-256 {DtlsCertificate.Print(seen)}, expected {DtlsCertificate.Print(fingerprint)} as in its SDP");
    }

    /// <summary>
    /// Reads what a datagram holds after the handshake: close_notify, repeated flights (answered within), and
    /// application data, of which we want none.
    /// </summary>
    void Drain()
    {
        int read;
        do read = OpenSsl.Read(connection, record, record.Length);
        while (read > 0);
        Judge(read);
    }

    void Judge(int result)
    {
        int error = OpenSsl.GetError(connection, result);
        if (error is OpenSsl.WantRead or OpenSsl.WantWrite) return;
        if (error == OpenSsl.ZeroReturn) State = DtlsState.Closed;
        else Fail(OpenSsl.LastError());
    }

    void Fail(string reason) => (State, Failure) = (DtlsState.Failed, $"DTLS failed: {reason}.");

    /// <summary>The outgoing end is one stream: it is cut at record headers and packed into datagrams again.</summary>
    void Flush()
    {
        int filled = 0;
        while (OpenSsl.ReadBio(outgoing, record, RecordHeader) == RecordHeader)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(RecordHeader - 2));
            if (RecordHeader + length > LongestRecord) break;
            if (length > 0 && OpenSsl.ReadBio(outgoing, record.AsSpan(RecordHeader), length) != length) break;
            int whole = RecordHeader + length;
            if (filled + whole > MostBytes && filled > 0)
            {
                send(datagram.AsSpan(0, filled));
                filled = 0;
            }
            if (whole > MostBytes)
            {
                send(record.AsSpan(0, whole));
                continue;
            }
            record.AsSpan(0, whole).CopyTo(datagram.AsSpan(filled));
            filled += whole;
        }
        if (filled > 0) send(datagram.AsSpan(0, filled));
    }

    /// <summary>OpenSSL's default begins at 1 s. Microseconds in and out.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static uint NextTimeout(nint connection, uint last) => last == 0 ? FirstTimeout : Math.Min(2 * last, LongestTimeout);

    public void Dispose() => connection.Dispose();
}
