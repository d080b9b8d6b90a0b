using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TalkingMachines.WebRtc;

/// <summary>What all sessions of a server share: certificate, suites and SRTP profiles (RFC 8827, section 6.5).</summary>
internal sealed class DtlsContext : IDisposable
{
    // ours is an ECDSA certificate; the RSA suite serves where we are the client of an SFU
    const string Suites = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
    const string Groups = "P-256:X25519";
    const string Profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

    public SslContext Handle { get; }
    public DtlsCertificate Certificate { get; }

    /// <exception cref="WebRtcException">OpenSSL is missing or refuses.</exception>
    public DtlsContext(DtlsCertificate certificate, string profiles = Profiles)
    {
        Certificate = certificate;
        try
        {
            Handle = OpenSsl.NewContext(OpenSsl.DtlsMethod());
            Configure(profiles);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new WebRtcException(OpenSsl.Missing, missing);
        }
        catch
        {
            Handle?.Dispose();
            throw;
        }
    }

    unsafe void Configure(string profiles)
    {
        Demand(!Handle.IsInvalid, "a context");
        Demand(OpenSsl.Control(Handle, OpenSsl.SetLowest, OpenSsl.Dtls12, 0) == 1, "DTLS 1.2");
        Demand(OpenSsl.Control(Handle, OpenSsl.SetHighest, OpenSsl.Dtls12, 0) == 1, "DTLS 1.2");
        Demand(OpenSsl.SetCiphers(Handle, Suites) == 1, Suites);
        Demand(OpenSsl.Control(Handle, OpenSsl.SetGroups, 0, Groups) == 1, Groups);
        Demand(OpenSsl.SetSrtpProfiles(Handle, profiles) == 0, profiles);
        Demand(OpenSsl.UseCertificate(Handle, Certificate.Der.Length, Certificate.Der) == 1, "our certificate");
        Demand(OpenSsl.UsePrivateKey(OpenSsl.EllipticCurveKey, Handle, Certificate.PrivateKey, Certificate.PrivateKey.Length) == 1, "our key");
        OpenSsl.SetOptions(Handle, OpenSsl.NoQueryMtu | OpenSsl.NoTicket | OpenSsl.NoRenegotiation);
        OpenSsl.Control(Handle, OpenSsl.SetSessionCache, 0, 0);
        OpenSsl.SetVerify(Handle, OpenSsl.VerifyPeer | OpenSsl.FailWithoutPeer, &AcceptAnyChain);
    }

    static void Demand(bool accepted, string what)
    {
        if (!accepted) throw new WebRtcException($"OpenSSL refused {what}: {OpenSsl.LastError()}.");
    }

    /// <summary>Certificates are self-signed: the session compares the fingerprint once the handshake proved the key.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int AcceptAnyChain(int verified, nint store) => 1;

    public void Dispose() => Handle.Dispose();
}
