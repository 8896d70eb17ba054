using System.Net.Sockets;
using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Checks;

/// <summary>
/// The servers that are probed: a program in C in the observer's namespace (bench/checks/servers.c), which is every address of 10.78.0.0/16, and
/// victims at addresses of their own that it kills on command. When who was probed is read from the kernel's stamps of first packets.
/// </summary>
internal sealed class MortalServers : IDisposable
{
    /// <summary>The port of all servers, and the one of the victims.</summary>
    public const int Port = 80, VictimPort = 81;

    /// <summary>How many victims there are, and the first one's address: 10.78.200.0.</summary>
    public const int Victims = 200;

    public const uint FirstVictim = 0x0A4EC800;

    private readonly string _folder;
    private readonly ChildProcess _process;
    private readonly Socket _control = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    private MortalServers(string folder, ChildProcess process)
    {
        _folder = folder;
        _process = process;
    }

    public static MortalServers Start(Bed bed, string program, bool answersHttp)
    {
        bed.DaemonSpace.Ip("route", "add", "10.78.0.0/16", "via", "10.98.0.2");
        bed.ObserverSpace.Ip("route", "add", "local", "10.78.0.0/16", "dev", "lo");
        ChildProcess.Run("ip", "netns", "exec", bed.ObserverSpace.Name, "sysctl", "-q", "-w", "net.core.somaxconn=4096", "net.ipv4.tcp_max_syn_backlog=8192");
        string folder = Directory.CreateTempSubdirectory("kb-").FullName;
        string control = Path.Combine(folder, "control");
        ChildProcess process = bed.ObserverSpace.Inside(() => ChildProcess.Start(
            [program, answersHttp ? "http" : "tcp", $"{Port}", $"{Victims}", "10.78.200.0", $"{VictimPort}", control], Path.Combine(folder, "log")));
        var servers = new MortalServers(folder, process);
        for (int tries = 0; !File.Exists(control); tries++)
        {
            if (tries == 500 || process.HasEnded)
            {
                string log = File.ReadAllText(Path.Combine(folder, "log"));
                servers.Dispose();
                throw new BenchException($"The servers did not start: {log}");
            }

            RealTime.Sleep(TimeSpan.FromMilliseconds(10));
        }

        servers._control.Connect(new UnixDomainSocketEndPoint(control));
        return servers;
    }

    /// <summary>Closes a victim's listener: from now on it refuses connections.</summary>
    public void Kill(int victim) => _control.Send(Encoding.ASCII.GetBytes($"kill {victim}"));

    public void Dispose()
    {
        _control.Dispose();
        _process.KillTree();
        Directory.Delete(_folder, recursive: true);
    }
}
