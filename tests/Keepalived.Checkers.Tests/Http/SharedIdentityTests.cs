using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keepalived.Checkers.Http;
using Keepalived.Checkers.Http.Tls;

namespace Keepalived.Checkers.Tests.Http;

/// <summary>The files of the block <c>SSL</c> are read anew after a reload, also when the configuration has not changed.</summary>
public sealed class SharedIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keepalived-tls-").FullName;

    [Fact]
    public void A_certificate_replaced_in_place_is_used_after_a_reload_and_not_before()
    {
        SharedIdentity first = Identity();
        var plugin = new HttpCheckerPlugin();
        plugin.Start(null!, first);
        Assert.Null(first.Client(out string? problem));
        Assert.NotNull(problem);

        MakeCertificate();
        Assert.Null(first.Client(out _));

        // The reload's own reading is another object; the checks that stay hold the first.
        plugin.Reload(Identity());
        TlsClient? client = first.Client(out problem);
        Assert.NotNull(client);
        Assert.Null(problem);
        Assert.Same(client, first.Client(out _));

        plugin.Reload(Identity());
        Assert.NotSame(client, first.Client(out _));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SharedIdentity Identity() => new() { Identity = new(null, null, Path.Combine(_folder, "c.pem"), Path.Combine(_folder, "k.pem")), HasBlock = true };

    private void MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=director", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(Path.Combine(_folder, "c.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "k.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
