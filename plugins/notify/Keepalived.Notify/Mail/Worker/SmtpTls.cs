using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keepalived.Notify;

/// <summary>How handshakes are made.</summary>
internal static class SmtpTls
{
    [SuppressMessage("Security", "CA5359", Justification = "Only where the operator said smtp_tls opportunistic or smtp_tls_verify off.")]
    public static SslClientAuthenticationOptions OptionsFor(MailSettings settings, bool verifies)
    {
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = settings.TlsName ?? settings.Server,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (!verifies)
        {
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (settings.AuthoritiesFile is { } file)
        {
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
            };
            try
            {
                policy.CustomTrustStore.ImportFromPemFile(file);
            }
            catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new SmtpFailedException($"smtp_tls_ca_file {file}: {exception.Message}");
            }

            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
