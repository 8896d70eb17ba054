using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Keepalived.Notify.Tests;

/// <summary>A real mail server (aiosmtpd) on loopback, with a directory of its own; ended by its process id.</summary>
internal sealed class MailServer : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly Process _process;

    private MailServer(string directory, Process process, int port)
    {
        Folder = directory;
        _process = process;
        Port = port;
    }

    public string Folder { get; }

    public int Port { get; }

    public string Log => File.Exists(Path.Combine(Folder, "log")) ? File.ReadAllText(Path.Combine(Folder, "log")) : "";

    /// <summary>Messages taken so far.</summary>
    public int Count => Directory.GetFiles(Folder, "*.eml").Length;

    public static MailServer Start(params string[] options)
    {
        if (!File.Exists(Python) || !Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"))
        {
            Assert.Skip("the package python3-aiosmtpd is missing");
        }

        string directory = Directory.CreateTempSubdirectory("keepalived-mail-").FullName;
        Process process = Run([Path.Combine(AppContext.BaseDirectory, "Servers", "smtp_server.py"), directory, .. options]);
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException(process.StandardError.ReadToEnd());
        return new(directory, process, int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    public byte[] Raw(int number) => File.ReadAllBytes(Path.Combine(Folder, $"{number}.eml"));

    public JsonElement Envelope(int number) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{number}.json"))).RootElement;

    /// <summary>A message as python's email package reads it.</summary>
    public JsonElement Parsed(int number) => Parse(Path.Combine(Folder, $"{number}.eml"));

    public static JsonElement Parse(string file)
    {
        if (!File.Exists(Python))
        {
            Assert.Skip("the package python3 is missing");
        }

        using Process process = Run([Path.Combine(AppContext.BaseDirectory, "Servers", "parse_mail.py"), file]);
        string text = process.StandardOutput.ReadToEnd();
        Assert.True(text.Length > 0, process.StandardError.ReadToEnd());
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A certificate for localhost and 127.0.0.1 that is its own authority, with its key, in one PEM file.</summary>
    public static string Certificate(string directory)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
        string file = Path.Combine(directory, "cert.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return file;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static Process Run(string[] arguments)
    {
        ProcessStartInfo start = new(Python) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
