using System.Runtime.InteropServices;
using System.Text;

namespace TalkingMachines.WebRtc;

/// <summary>OpenSSL 3's entry points for DTLS, as ssl.h and bio.h declare them; .NET itself needs the same library on Linux.</summary>
internal static unsafe partial class OpenSsl
{
    const string Ssl = "libssl.so.3", Crypto = "libcrypto.so.3";

    public const string Missing = "OpenSSL 3's libssl.so.3 is not to be had here; `apt-get install libssl3` brings it.";

    // commands of SSL_CTX_ctrl, SSL_ctrl and BIO_ctrl, which the headers hide behind macros
    public const int SetMtu = 17, SetSessionCache = 44, HandleTimeout = 74, SetGroups = 92, SetLowest = 123, SetHighest = 124;
    public const int ResetBio = 1;
    public const int Dtls12 = 0xFEFD, EllipticCurveKey = 408, VerifyPeer = 1, FailWithoutPeer = 2;
    public const ulong NoQueryMtu = 1 << 12, NoTicket = 1 << 14, NoRenegotiation = 1 << 30;
    // results of SSL_get_error
    public const int WantRead = 2, WantWrite = 3, ZeroReturn = 6;

    [LibraryImport(Ssl, EntryPoint = "DTLS_method")]
    public static partial nint DtlsMethod();

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_new")]
    public static partial SslContext NewContext(nint method);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_ctrl")]
    public static partial nint Control(SslContext context, int command, nint number, nint pointer);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_ctrl", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Control(SslContext context, int command, nint number, string text);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_options")]
    public static partial ulong SetOptions(SslContext context, ulong options);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_cipher_list", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetCiphers(SslContext context, string names);

    /// <summary>Unlike the others this one returns 0 on success.</summary>
    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_tlsext_use_srtp", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetSrtpProfiles(SslContext context, string names);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_use_certificate_ASN1")]
    public static partial int UseCertificate(SslContext context, int length, ReadOnlySpan<byte> der);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_use_PrivateKey_ASN1")]
    public static partial int UsePrivateKey(int kind, SslContext context, ReadOnlySpan<byte> der, nint length);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_verify")]
    public static partial void SetVerify(SslContext context, int mode, delegate* unmanaged[Cdecl]<int, nint, int> callback);

    [LibraryImport(Ssl, EntryPoint = "SSL_new")]
    public static partial SslConnection NewConnection(SslContext context);

    [LibraryImport(Ssl, EntryPoint = "SSL_free")]
    public static partial void FreeConnection(nint connection);

    /// <summary>The connection owns both ends from now on.</summary>
    [LibraryImport(Ssl, EntryPoint = "SSL_set_bio")]
    public static partial void SetEnds(SslConnection connection, nint read, nint write);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_accept_state")]
    public static partial void SetServer(SslConnection connection);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_connect_state")]
    public static partial void SetClient(SslConnection connection);

    [LibraryImport(Ssl, EntryPoint = "SSL_do_handshake")]
    public static partial int Handshake(SslConnection connection);

    [LibraryImport(Ssl, EntryPoint = "SSL_read")]
    public static partial int Read(SslConnection connection, Span<byte> buffer, int length);

    [LibraryImport(Ssl, EntryPoint = "SSL_shutdown")]
    public static partial int Shutdown(SslConnection connection);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_error")]
    public static partial int GetError(SslConnection connection, int result);

    [LibraryImport(Ssl, EntryPoint = "SSL_ctrl")]
    public static partial nint Control(SslConnection connection, int command, nint number, nint pointer);

    [LibraryImport(Ssl, EntryPoint = "DTLS_set_timer_cb")]
    public static partial void SetTimer(SslConnection connection, delegate* unmanaged[Cdecl]<nint, uint, uint> callback);

    [LibraryImport(Ssl, EntryPoint = "SSL_get1_peer_certificate")]
    private static partial nint GetPeerCertificate(SslConnection connection);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_selected_srtp_profile")]
    private static partial SrtpProtection* GetSrtpProtection(SslConnection connection);

    [LibraryImport(Ssl, EntryPoint = "SSL_export_keying_material")]
    public static partial int ExportKeys(SslConnection connection, Span<byte> keys, nuint length,
        ReadOnlySpan<byte> label, nuint labelLength, nint context, nuint contextLength, int useContext);

    [LibraryImport(Crypto, EntryPoint = "BIO_s_mem")]
    public static partial nint MemoryMethod();

    [LibraryImport(Crypto, EntryPoint = "BIO_new")]
    public static partial nint NewBio(nint method);

    [LibraryImport(Crypto, EntryPoint = "BIO_read")]
    public static partial int ReadBio(nint bio, Span<byte> buffer, int length);

    [LibraryImport(Crypto, EntryPoint = "BIO_write")]
    public static partial int WriteBio(nint bio, ReadOnlySpan<byte> bytes, int length);

    [LibraryImport(Crypto, EntryPoint = "BIO_ctrl")]
    public static partial nint Control(nint bio, int command, nint number, nint pointer);

    [LibraryImport(Crypto, EntryPoint = "i2d_X509")]
    private static partial int EncodeCertificate(nint certificate, byte** der);

    [LibraryImport(Crypto, EntryPoint = "X509_free")]
    private static partial void FreeCertificate(nint certificate);

    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    [LibraryImport(Crypto, EntryPoint = "ERR_get_error")]
    private static partial nuint GetErrorCode();

    [LibraryImport(Crypto, EntryPoint = "ERR_error_string_n")]
    private static partial void DescribeError(nuint code, Span<byte> text, nuint length);

    /// <summary>SRTP_PROTECTION_PROFILE of srtp.h.</summary>
    readonly record struct SrtpProtection(nint Name, nuint Id);

    /// <summary>What the other side proved to own, as DER; empty where it sent none.</summary>
    public static byte[] PeerCertificate(SslConnection connection)
    {
        nint certificate = GetPeerCertificate(connection);
        if (certificate == 0) return [];
        try
        {
            var der = new byte[Math.Max(0, EncodeCertificate(certificate, null))];
            fixed (byte* start = der)
            {
                byte* end = start;
                return der.Length > 0 && EncodeCertificate(certificate, &end) == der.Length ? der : [];
            }
        }
        finally
        {
            FreeCertificate(certificate);
        }
    }

    /// <summary>The number of the chosen SRTP profile (RFC 5764, section 4.1.2), 0 where none was agreed.</summary>
    public static int ChosenProfile(SslConnection connection)
    {
        var chosen = GetSrtpProtection(connection);
        return chosen == null ? 0 : (int)chosen->Id;
    }

    /// <summary>The thread's oldest error in words; empties its queue.</summary>
    public static string LastError()
    {
        nuint code = GetErrorCode();
        ClearErrors();
        if (code == 0) return "no reason given";
        Span<byte> text = stackalloc byte[256];
        DescribeError(code, text, (nuint)text.Length);
        return Encoding.ASCII.GetString(text[..Math.Max(0, text.IndexOf((byte)0))]);
    }
}

/// <summary>An SSL_CTX.</summary>
internal sealed class SslContext() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        OpenSsl.FreeContext(handle);
        return true;
    }
}

/// <summary>An SSL with its two memory ends.</summary>
internal sealed class SslConnection() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        OpenSsl.FreeConnection(handle);
        return true;
    }
}
