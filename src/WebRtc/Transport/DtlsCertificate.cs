using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TalkingMachines.WebRtc;

/// <summary>
/// A self-signed P-256 certificate, made anew for each server and kept in memory only. Browsers trust it by its SHA-256
/// in the SDP (RFC 8122), so neither its name nor its dates matter to them.
/// </summary>
internal sealed class DtlsCertificate
{
    const int Days = 3650;

    DtlsCertificate(byte[] der, byte[] privateKey)
    {
        Der = der;
        PrivateKey = privateKey;
        Fingerprint = SHA256.HashData(der);
    }

    public byte[] Der { get; }
    /// <summary>ECPrivateKey (RFC 5915).</summary>
    public byte[] PrivateKey { get; }
    /// <summary>SHA-256 of the certificate, 32 bytes.</summary>
    public byte[] Fingerprint { get; }

    public static DtlsCertificate Create(TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=TalkingMachines", key, HashAlgorithmName.SHA256);
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(Days));
        return new(certificate.RawData, key.ExportECPrivateKey());
    }

    /// <summary>As in SDP: upper-case pairs with colons.</summary>
    public static string Print(ReadOnlySpan<byte> fingerprint) =>
        BitConverter.ToString(fingerprint.ToArray()).Replace('-', ':');
}
