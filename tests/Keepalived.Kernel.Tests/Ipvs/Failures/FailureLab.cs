using System.Diagnostics;
using System.Globalization;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>
/// The network of the failures. Each row has an address of its own, 10.78.1.N, which two machines have: on the one run the real servers, on the
/// other their broken doubles. The directors' routes say which of the two a row meets, so a real server "breaks" and "heals" without anybody
/// being restarted; what can only be killed is killed. A third machine is unplugged.
/// </summary>
internal sealed class FailureLab : IAsyncDisposable
{
    private const string Nowhere = "10.77.0.250";

    // How soon a router says again that a host cannot be reached; every try is to meet the same answer. One for the whole kernel.
    private const string ErrorCost = "/proc/sys/net/ipv4/route/error_cost";
    private readonly Dictionary<string, (Host Host, string Command)> _programs = [];
    private readonly Dictionary<string, Process> _running = [];
    private readonly Lan _lan = Lan.Create();
    private readonly string _errorCost = File.ReadAllText(ErrorCost);

    public FailureLab(IReadOnlyList<FailureRow> rows)
    {
        Rows = rows;
        Ours = _lan.AddHost("d", 1);
        Theirs = _lan.AddHost("o", 2);
        Healthy = _lan.AddHost("h", 50);
        Broken = _lan.AddHost("b", 51);
        Neighbour = _lan.AddHost("n", 52);
        OurTable = new(Ours);
        TheirTable = new(Theirs);
        HealthyPeers = _lan.Own(new BrokenPeers(Healthy));
        Peers = _lan.Own(new BrokenPeers(Broken));
        Command.Run("chmod", "755", _lan.Folder);
        Certificates.Make(Folder);
        File.WriteAllText(ErrorCost, "0");
        Address();
        Directors.ForEach(host => Command.Shell(
            $"""
            ip -n {host.Namespace} neigh replace {Nowhere} lladdr 02:00:00:00:00:fa dev eth0 nud permanent
            ip netns exec {host.Namespace} sysctl -q -w "net.ipv4.ping_group_range=0 2147483647"
            """));
    }

    public IReadOnlyList<FailureRow> Rows { get; }

    public string Folder => _lan.Folder;

    public Host Ours { get; }

    public Host Theirs { get; }

    public Host Healthy { get; }

    public Host Broken { get; }

    public Host Neighbour { get; }

    /// <summary>Our director's table of virtual servers.</summary>
    public TableGlance OurTable { get; }

    /// <summary>C's.</summary>
    public TableGlance TheirTable { get; }

    public BrokenPeers HealthyPeers { get; }

    public BrokenPeers Peers { get; }

    public List<Host> Directors => [Ours, Theirs];

    public static string AddressOf(int row) => $"10.78.1.{row + 1}";

    /// <summary>The file that a MISC_CHECK runs or a FILE_CHECK reads.</summary>
    public string FileOf(int row) => Path.Combine(Folder, $"file-{row}");

    /// <summary>openssl's server with an authority that did not sign our certificate.</summary>
    public string OpenSsl(string address) =>
        $"openssl s_server -accept {address}:443 -www -quiet -cert {Folder}/server.crt -key {Folder}/server.key -Verify 1 -verify_return_error -CAfile {Folder}/other-ca.crt";

    /// <summary>Runs a program of the distribution on a host until it is killed or the network goes.</summary>
    public void Run(Host host, string name, string command)
    {
        _programs[name] = (host, command);
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec ip netns exec {host.Namespace} {command} >>{Folder}/{name}.out 2>&1");
        _running[name] = Process.Start(start)!;
        _running[name].StandardInput.Close();
    }

    /// <summary>What the programs wrote.</summary>
    public string Outputs() => string.Concat(Directory.GetFiles(Folder, "*.out").Select(file => $"--- {Path.GetFileName(file)}\n{string.Join('\n', File.ReadLines(file).TakeLast(5))}\n"));

    /// <summary>Brings all rows into their failure.</summary>
    public void Break()
    {
        Route(row => row.Fault switch
        {
            Fault.BlackHole => $"via {Nowhere}",
            Fault.NoRoute => null,
            Fault.Killed or Fault.Change or Fault.Unplugged => $"via {Healthy.Address4}",
            _ => $"via {Broken.Address4}",
        });
        for (int i = 0; i < Rows.Count; i++)
        {
            if (Rows[i].Fault is Fault.Change change)
            {
                change.Break(FileOf(i));
            }
        }

        Neighbour.CableCut(true);
        foreach (string name in Killed())
        {
            _running[name].Kill(entireProcessTree: true);
            _running[name].WaitForExit(5000);
        }
    }

    /// <summary>Makes all rows well, at first and again.</summary>
    public void Heal()
    {
        Route(_ => $"via {Healthy.Address4}");
        for (int i = 0; i < Rows.Count; i++)
        {
            if (Rows[i].Fault is Fault.Change)
            {
                File.WriteAllText(FileOf(i), Rows[i].Check == "MISC_CHECK" ? "#!/bin/sh\nexit 0\n" : "0\n");
                File.SetUnixFileMode(FileOf(i), (UnixFileMode)0b111_101_101);
            }
        }

        Neighbour.CableCut(false);
        foreach (string name in Killed().Where(name => !_running.TryGetValue(name, out Process? process) || process.HasExited).ToArray())
        {
            (Host host, string command) = _programs[name];
            Run(host, name, command);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The directors first, then all that runs in the namespaces.
        await _lan.DisposeAsync();
        OurTable.Dispose();
        TheirTable.Dispose();
        File.WriteAllText(ErrorCost, _errorCost);
        foreach (Process process in _running.Values)
        {
            process.Dispose();
        }
    }

    private IEnumerable<string> Killed() => Rows.Select(row => (row.Fault as Fault.Killed)?.Name).OfType<string>().Distinct();

    private void Address()
    {
        var healthy = new StringBuilder();
        var broken = new StringBuilder();
        for (int i = 0; i < Rows.Count; i++)
        {
            healthy.Append(CultureInfo.InvariantCulture, $"addr add {AddressOf(i)}/32 dev lo\n");
            broken.Append(CultureInfo.InvariantCulture, $"{(Rows[i].Fault is Fault.RouterRefuses ? $"route add unreachable {AddressOf(i)}/32" : $"addr add {AddressOf(i)}/32 dev lo")}\n");
        }

        Batch(Healthy, healthy.ToString());
        Batch(Broken, broken.ToString());
        foreach (Host host in (Host[])[Healthy, Broken])
        {
            Command.Shell($"ip netns exec {host.Namespace} sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0");
        }
    }

    private void Route(Func<FailureRow, string?> way)
    {
        var lines = new StringBuilder();
        for (int i = 0; i < Rows.Count; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $"route replace {(way(Rows[i]) is { } via ? $"{AddressOf(i)}/32 {via}" : $"unreachable {AddressOf(i)}/32")}\n");
        }

        Directors.ForEach(host => Batch(host, lines.ToString()));
    }

    private void Batch(Host host, string lines)
    {
        string file = Path.Combine(Folder, host.Name + ".batch");
        File.WriteAllText(file, lines);
        Command.Run("ip", "-n", host.Namespace, "-batch", file);
    }
}
