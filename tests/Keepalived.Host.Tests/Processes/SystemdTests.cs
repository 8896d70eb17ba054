using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Keepalived.Host.Processes;
using Keepalived.Linux.Processes;

namespace Keepalived.Host.Tests.Processes;

/// <summary>The notifications of sd_notify(3), read from the socket that systemd would have.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("keepalived-systemd").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_state_is_one_datagram_to_a_path_or_to_an_abstract_name(bool isAbstract)
    {
        string address = isAbstract ? $"@keepalived-test-{Guid.NewGuid():N}" : Path.Combine(_directory, "notify");
        using Socket systemd = Listen(address);
        SystemdNotifier notifier = new(address);

        notifier.Ready();
        notifier.Reloading(new(1_234_567_899));
        notifier.Stopping();

        Assert.Equal($"READY=1\nMAINPID={Environment.ProcessId}", Receive(systemd));
        Assert.Equal("RELOADING=1\nMONOTONIC_USEC=1234567", Receive(systemd));
        Assert.Equal("STOPPING=1", Receive(systemd));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(2, 22)]
    [InlineData(6, 22)]
    [InlineData(1, 5)]
    public void A_failure_is_told_as_an_error_number(int exitCode, int errno)
    {
        string address = Path.Combine(_directory, "notify");
        using Socket systemd = Listen(address);

        new SystemdNotifier(address).Failed(exitCode);

        Assert.Equal($"ERRNO={errno}", Receive(systemd));
    }

    [Fact]
    public void Nobody_listening_costs_nothing() => new SystemdNotifier(Path.Combine(_directory, "nobody")).Ready();

    [Fact]
    public void A_socket_inherited_through_somebody_elses_service_is_left_alone()
    {
        string address = Path.Combine(_directory, "notify");
        using Socket systemd = Listen(address);
        using DaemonRun run = new("good_thing alpha\n", "Good");
        run.Environment["NOTIFY_SOCKET"] = address;
        run.Start();
        Assert.Equal(0, run.Stop());

        Assert.Equal(0, systemd.Available);
    }

    [Fact]
    public void A_service_of_systemd_is_ready_when_its_children_are_and_says_when_it_reloads_and_stops()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/unshare"), "needs root and unshare(1)");
        string address = Path.Combine(_directory, "notify");
        using Socket systemd = Listen(address);

        // Process 1 of a process namespace, by the name that the daemon looks for.
        using DaemonRun run = new("good_thing alpha\n", "Good")
        {
            Within = ["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "/bin/sh", "-c", "printf systemd >/proc/$$/comm; \"$@\" & wait $!", "sh"],
        };
        run.Environment["NOTIFY_SOCKET"] = address;
        run.Start();
        int daemon = OnlyChildOf(OnlyChildOf(run.Process!.Id));
        Assert.Equal("READY=1\nMAINPID=" + File.ReadAllText(Path.Combine(run.Directory, "keepalived.pid")).TrimEnd(), Receive(systemd));

        run.Signal(daemon, Signals.HangUp);
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", Receive(systemd));
        Assert.StartsWith("READY=1\n", Receive(systemd), StringComparison.Ordinal);

        run.Signal(daemon, Signals.Terminate);
        Assert.Equal("STOPPING=1", Receive(systemd));
        Assert.Equal(0, run.WaitForExit());
    }

    private static int OnlyChildOf(int processId) =>
        int.Parse(File.ReadAllText($"/proc/{processId}/task/{processId}/children").Trim(), CultureInfo.InvariantCulture);

    private static Socket Listen(string address)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
        return socket;
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
