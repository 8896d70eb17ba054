using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keepalived.Checkers.Http.Tls;

/// <summary>
/// What an identity of the configuration comes to: options of handshakes. Any certificate of a server is accepted, as keepalived does; chains
/// are put together from what the server sends, nothing is fetched and the system's authorities are not read.
/// </summary>
internal sealed class TlsClient
{
    private readonly SslStreamCertificateContext? _identity;

    private TlsClient(SslStreamCertificateContext? identity)
    {
        _identity = identity;
    }

    /// <summary>Reads the files of an identity.</summary>
    /// <param name="identity">Who we are.</param>
    /// <param name="problem">Why it cannot be used; null when it can.</param>
    public static TlsClient? Load(TlsIdentity identity, out string? problem)
    {
        problem = null;
        if (identity.Certificate is null || identity.Key is null)
        {
            return new(null);
        }

        try
        {
            // The chain's other certificates stand behind the first one in the same file; authorities may complete it.
            var others = new X509Certificate2Collection();
            others.ImportFromPemFile(identity.Certificate);
            if (identity.Authorities is { } authorities)
            {
                others.ImportFromPemFile(authorities);
            }

            X509Certificate2 own = identity.Password is { } password && IsEncrypted(identity.Key)
                ? X509Certificate2.CreateFromEncryptedPemFile(identity.Certificate, password, identity.Key)
                : X509Certificate2.CreateFromPemFile(identity.Certificate, identity.Key);
            return new(SslStreamCertificateContext.Create(own, others, offline: true));
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = $"SSL: the client certificate {identity.Certificate} with the key {identity.Key} cannot be used: {exception.Message}";
            return null;
        }
    }

    /// <summary>Options of a handshake.</summary>
    /// <param name="serverName">Host to name in it (RFC 6066 section 3); null = none.</param>
    [SuppressMessage("Security", "CA5359", Justification = "Behaviour of keepalived: a check asks whether the server works, not who it is.")]
    public SslClientAuthenticationOptions OptionsFor(string? serverName) => new()
    {
        // With an empty name none is sent; nor is one that is an address.
        TargetHost = serverName ?? "",
        ClientCertificateContext = _identity,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = new()
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            VerificationFlags = X509VerificationFlags.AllFlags,
        },
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
    };

    private static bool IsEncrypted(string path) => File.ReadAllText(path).Contains("ENCRYPTED", StringComparison.Ordinal);
}
