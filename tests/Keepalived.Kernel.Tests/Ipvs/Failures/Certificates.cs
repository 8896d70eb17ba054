using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>Two authorities and what they signed, as PEM files NAME.crt and NAME.key in a folder.</summary>
internal static class Certificates
{
    private static readonly DateTimeOffset s_long = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Make(string folder)
    {
        using X509Certificate2 ours = Authority(folder, "ca", "CN=Our authority");
        using X509Certificate2 theirs = Authority(folder, "other-ca", "CN=Another authority");
        Leaf(folder, "server", "CN=www.example.org", ours, s_long.AddYears(40));
        Leaf(folder, "client", "CN=director", ours, s_long.AddYears(40));
        Leaf(folder, "expired", "CN=www.example.org", ours, s_long.AddYears(1));
        Leaf(folder, "other", "CN=other.example.org", theirs, s_long.AddYears(40));
    }

    /// <summary>The certificate with its key, for servers of this process; made once, as the framework puts its chain together anew for each bare certificate.</summary>
    public static SslServerAuthenticationOptions Load(string folder, string name)
    {
        using var read = X509Certificate2.CreateFromPemFile(Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"));
        X509Certificate2 own = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        return new() { ServerCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true) };
    }

    private static X509Certificate2 Authority(string folder, string name, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 made = request.CreateSelfSigned(s_long, s_long.AddYears(50));
        File.WriteAllText(Path.Combine(folder, name + ".crt"), made.ExportCertificatePem() + "\n");
        return made;
    }

    private static void Leaf(string folder, string name, string subject, X509Certificate2 authority, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.Create(authority, s_long, end, [.. Guid.NewGuid().ToByteArray()]);
        File.WriteAllText(Path.Combine(folder, name + ".crt"), made.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
