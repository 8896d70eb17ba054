using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Notifications;

/// <summary>
/// Those whom a director tells what happened, each with a memory: scripts that write down how they were called, readers of FIFOs, and a mail server
/// (aiosmtpd) on the director's loopback.
/// </summary>
internal sealed class Audience : IDisposable
{
    public const int MailPort = 2525;
    private const string Python = "/usr/bin/python3";
    private readonly Host _host;
    private readonly string _folder;
    private Process? _server;
    private int _servers;

    public Audience(Host host, string folder)
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"))
        {
            Assert.Skip("the package python3-aiosmtpd is missing");
        }

        _host = host;
        _folder = Directory.CreateDirectory(folder).FullName;

        // Process numbers grow, so they tell in which order the scripts were started, whichever wrote first.
        Call = Script("call.sh", $"printf '%s %s\\n' \"$$\" \"$*\" >>{_folder}/calls.txt");

        // Readers ignore TERM, which both daemons send them at stop, and end with the FIFO.
        Reader = Script("reader.sh", "trap '' TERM\nexec cat \"$2\" >\"$1\"");
    }

    /// <summary>A script that notes its arguments.</summary>
    public string Call { get; }

    /// <summary>A script that writes what comes out of a FIFO into the file that is its first argument.</summary>
    public string Reader { get; }

    /// <summary>The arguments of the scripts that have run, in the order in which they were started.</summary>
    public string[] Calls => !File.Exists(Path.Combine(_folder, "calls.txt")) ? [] :
    [
        .. File.ReadAllLines(Path.Combine(_folder, "calls.txt"))
            .Select(line => line.Split(' ', 2))
            .OrderBy(words => int.Parse(words[0], CultureInfo.InvariantCulture))
            .Select(words => words[1]),
    ];

    /// <summary>How many mails the servers have taken.</summary>
    public int MailCount => Directory.GetFiles(_folder, "*.eml", SearchOption.AllDirectories).Length;

    /// <summary>
    /// The files of the mails in order of connection and then of delivery: C opens a connection for each mail at once, so that the order in which
    /// it does so is its order of mails; ours sends one after another.
    /// </summary>
    public string[] MailFiles =>
    [
        .. Directory.GetFiles(_folder, "*.eml", SearchOption.AllDirectories)
            .OrderBy(file => file[..file.LastIndexOf('/')], StringComparer.Ordinal)
            .ThenBy(file => Envelope(file).GetProperty("connection").GetInt32())
            .ThenBy(file => int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture)),
    ];

    public string[] Subjects => [.. MailFiles.Select(SubjectOf)];

    /// <summary>What a FIFO's reader has written into a file of this name.</summary>
    public string Heard(string name) => File.Exists(FileOf(name)) ? File.ReadAllText(FileOf(name)) : "";

    public string FileOf(string name) => Path.Combine(_folder, name);

    /// <summary>What the mail server has been asked for so far.</summary>
    public string ServerLog => string.Concat(Directory.GetFiles(_folder, "log", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText));

    /// <summary>Starts a mail server with the options of smtp_server.py.</summary>
    public void Serve(params string[] options)
    {
        var folder = Directory.CreateDirectory(FileOf($"mails{++_servers}")).FullName;
        ProcessStartInfo start = new("ip") { RedirectStandardOutput = true };
        string[] words = ["netns", "exec", _host.Namespace, Python, Path.Combine(AppContext.BaseDirectory, "smtp_server.py"), folder, $"port={MailPort}", .. options];
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        _server = Process.Start(start)!;
        Assert.StartsWith("port ", _server.StandardOutput.ReadLine(), StringComparison.Ordinal);
    }

    /// <summary>Kills the mail server, connections and all.</summary>
    public void ServeNoMore()
    {
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _server = null;
    }

    public static JsonElement Envelope(string mail) => JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(mail, ".json"))).RootElement;

    /// <summary>A mail as python's email package reads it.</summary>
    public static JsonElement Parse(string mail) =>
        JsonDocument.Parse(Command.Run(Python, Path.Combine(AppContext.BaseDirectory, "parse_mail.py"), mail)).RootElement;

    /// <summary>Makes a certificate for localhost and 127.0.0.1 that is its own authority, with its key, in one PEM file.</summary>
    public string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(FileOf("cert.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return FileOf("cert.pem");
    }

    public string Script(string name, string body)
    {
        var path = FileOf(name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ed); // 0755
        return path;
    }

    // Ours folds long lines (RFC 5322 section 2.2.3).
    private static string SubjectOf(string file)
    {
        var lines = File.ReadLines(file).SkipWhile(line => !line.StartsWith("Subject: ", StringComparison.Ordinal)).ToArray();
        return lines[0]["Subject: ".Length..] + string.Concat(lines.Skip(1).TakeWhile(line => line.StartsWith(' ')));
    }

    /// <summary>Until nothing new comes: scripts and mails of one step are over before the next begins.</summary>
    public async Task Rest(TimeSpan limit, Func<string> details)
    {
        (int Calls, int Mails) last = (-1, -1);
        await Wait.UntilItRests(
            "scripts and mails have been written", limit, TimeSpan.FromSeconds(1.5),
            () =>
            {
                var now = (Calls.Length, MailCount);
                var same = now == last;
                last = now;
                return same;
            },
            details);
    }

    public void Dispose() => ServeNoMore();
}
