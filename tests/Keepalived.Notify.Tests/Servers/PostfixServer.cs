using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Keepalived.Notify.Tests;

/// <summary>Debian's postfix with directories of its own on loopback, started by hand (never as a service) and ended by its process id.</summary>
internal sealed class PostfixServer : IDisposable
{
    private const string Master = "/usr/lib/postfix/sbin/master";
    private readonly Process _master;
    private readonly string _root;

    private PostfixServer(string root, Process master, int port, int securePort)
    {
        _root = root;
        _master = master;
        Port = port;
        SecurePort = securePort;
    }

    /// <summary>SMTP with STARTTLS.</summary>
    public int Port { get; }

    /// <summary>SMTP under TLS.</summary>
    public int SecurePort { get; }

    public string Certificate => Path.Combine(_root, "cert.pem");

    public string Log => File.ReadAllText(Path.Combine(_root, "data", "log"));

    public static async Task<PostfixServer> Start()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists(Master), "postfix needs root and the package postfix");

        // Postfix looks at the directories on the way; those of a temporary directory are sticky at most.
        string root = Directory.CreateTempSubdirectory("kp-").FullName;
        int port = FreePort();
        int securePort = FreePort();
        Shell($"cd {root}; chmod 755 .; mkdir conf queue data mail; chown postfix data; chown nobody:nogroup mail");
        MailServer.Certificate(root);
        File.WriteAllText(Path.Combine(root, "conf", "main.cf"), $$"""
            compatibility_level = 3.6
            queue_directory = {{root}}/queue
            data_directory = {{root}}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = mail.example.net
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            virtual_mailbox_domains = example.net
            virtual_mailbox_base = {{root}}/mail
            virtual_mailbox_maps = static:all/
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            virtual_minimum_uid = 1000
            maillog_file = {{root}}/data/log
            maillog_file_prefixes = {{root}}
            smtpd_tls_cert_file = {{root}}/cert.pem
            smtpd_tls_key_file = {{root}}/cert.pem
            smtpd_tls_security_level = may
            smtpd_recipient_restrictions = check_recipient_access inline:{gone@example.net=REJECT, busy@example.net=DEFER}, permit_mynetworks, reject

            """);
        File.WriteAllText(Path.Combine(root, "conf", "master.cf"), $"""
            {port} inet n - n - - smtpd
            {securePort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            error unix - - n - - error
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            tlsmgr unix - - n 1000? 1 tlsmgr
            postlog unix-dgram n - n - 1 postlogd

            """);
        Shell($"postfix -c {root}/conf check");
        Process master = Process.Start(new ProcessStartInfo(Master) { ArgumentList = { "-c", $"{root}/conf", "-d" } })!;
        PostfixServer server = new(root, master, port, securePort);
        await Until(() => CanConnect(port) && CanConnect(securePort), "postfix listens");
        return server;
    }

    /// <summary>Waits for messages and returns their files, oldest first.</summary>
    public async Task<string[]> Delivered(int count)
    {
        string folder = Path.Combine(_root, "mail", "all", "new");
        await Until(() => Directory.Exists(folder) && Directory.GetFiles(folder).Length >= count, $"{count} mails; log:\n{Log}");
        return [.. Directory.GetFiles(folder).OrderBy(File.GetLastWriteTimeUtc)];
    }

    public void Dispose()
    {
        Shell($"kill {_master.Id}");
        _master.WaitForExit(10_000);
        _master.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static int FreePort()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static bool CanConnect(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task Until(Func<bool> condition, string what)
    {
        long end = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < end, "not within 30 s: " + what);
            await Task.Delay(20);
        }
    }

    private static void Shell(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-e", "-c", script }, RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{script} ended with {process.ExitCode}: {error}"));
    }
}
