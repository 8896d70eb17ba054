using System.Diagnostics;

namespace Keepalived.Lab;

/// <summary>
/// FRR's vrrpd, a VRRP of another origin, with its zebra: both in a host's namespace, in the foreground, with sockets, pid files and
/// configuration of their own. vrrpd wants to find a macvlan interface with the virtual MAC address and the virtual addresses; they are made first.
/// </summary>
internal sealed class FrrRouter : IAsyncDisposable
{
    public const string IPv4 = "v4";
    public const string IPv6 = "v6";
    private const string Programs = "/usr/lib/frr/";
    private static readonly string[] s_logs = ["zebra.log", "vrrpd.log"];
    private static int counter;
    private readonly Host _host;
    private readonly string _folder;
    private Process? _zebra;
    private Process? _vrrpd;

    private FrrRouter(Host host, string folder) => (_host, _folder) = (host, folder);

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? WhyNot =>
        !File.Exists(Programs + "vrrpd") || !File.Exists(Programs + "zebra") || Command.Find("vtysh") is null ? "The package frr is missing"
        : Command.Try("id", ["-u", "frr"]).ExitCode != 0 ? "There is no user frr" : null;

    public string Log => string.Concat(s_logs.Select(file => Path.Combine(_folder, file)).Where(File.Exists).Select(File.ReadAllText));

    /// <summary>Starts both programs; the virtual router 51 has the addresses of each family that is not empty.</summary>
    public static async Task<FrrRouter> Start(Host host, int version, int priority, int milliseconds, string[] addresses4, string[] addresses6)
    {
        string folder = Path.Combine(host.Lan.Folder, $"frr-{Interlocked.Increment(ref counter)}");
        Directory.CreateDirectory(folder);
        var router = host.Lan.Own(new FrrRouter(host, folder));
        // FRR runs as its own user and reaches its sockets through the network's folder.
        Command.Run("chmod", "711", host.Lan.Folder);
        Command.Run("chown", "frr:frr", folder);
        router.MakeInterface("frr4", "00:00:5e:00:01:33", addresses4.Select(address => address + "/24"));
        router.MakeInterface("frr6", "00:00:5e:00:02:33", addresses6.Where(address => !address.StartsWith("fe80", StringComparison.Ordinal)).Select(address => address + "/64"));
        File.WriteAllText(Path.Combine(folder, "zebra.conf"), $"hostname {host.Name}\n");
        File.WriteAllLines(
            Path.Combine(folder, "vrrpd.conf"),
            [
                "interface eth0", $" vrrp 51 version {version}", $" vrrp 51 priority {priority}", $" vrrp 51 advertisement-interval {milliseconds}",
                .. addresses4.Select(address => $" vrrp 51 ip {address}"), .. addresses6.Select(address => $" vrrp 51 ipv6 {address}"),
            ]);
        router._zebra = router.Run("zebra");
        await Wait.Until("zebra listens", TimeSpan.FromSeconds(20), () => File.Exists(Path.Combine(folder, "zserv.api")) && File.Exists(Path.Combine(folder, "zebra.vty")), () => router.Log);
        router._vrrpd = router.Run("vrrpd");
        await Wait.Until("vrrpd listens", TimeSpan.FromSeconds(20), () => File.Exists(Path.Combine(folder, "vrrpd.vty")), () => router.Log);
        return router;
    }

    /// <summary>What vrrpd says its state is: Master, Backup, Initialize.</summary>
    public string State(string family)
    {
        string text = Show();
        int line = text.IndexOf($"Status ({family})", StringComparison.Ordinal);
        return line < 0 ? "" : text[(line + "Status (v4)".Length)..].Split('\n')[0].Trim();
    }

    public string Show() => Command.Try("vtysh", ["--vty_socket", _folder, "-d", "vrrpd", "-c", "show vrrp"]).Both;

    /// <summary>SIGTERM, and waits for the end.</summary>
    public void Stop() => End(Native.SigTerm);

    /// <summary>SIGKILL: nobody says goodbye, and nobody cleans up.</summary>
    public void PullThePlug() => End(Native.SigKill);

    public ValueTask DisposeAsync()
    {
        PullThePlug();
        return ValueTask.CompletedTask;
    }

    private void End(int signal)
    {
        foreach (var process in new[] { _vrrpd, _zebra })
        {
            if (process is null)
            {
                continue;
            }

            _ = Native.Kill(process.Id, signal);
            if (!process.WaitForExit(5000))
            {
                _ = Native.Kill(process.Id, Native.SigKill);
                process.WaitForExit(5000);
            }

            process.Dispose();
        }

        (_zebra, _vrrpd) = (null, null);
    }

    private void MakeInterface(string name, string mac, IEnumerable<string> addresses)
    {
        Command.Try("ip", ["-n", _host.Namespace, "link", "del", name]);
        string[] all = [.. addresses];
        if (all.Length == 0)
        {
            return;
        }

        Command.Shell($"""
            ip -n {_host.Namespace} link add {name} link eth0 type macvlan mode bridge
            ip -n {_host.Namespace} link set {name} address {mac}
            {string.Join('\n', all.Select(address => $"ip -n {_host.Namespace} addr add {address} dev {name} {(address.Contains(':', StringComparison.Ordinal) ? "nodad" : "")}"))}
            ip -n {_host.Namespace} link set {name} up
            """);
    }

    private Process Run(string program)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            $"exec ip netns exec {_host.Namespace} {Programs}{program} -u frr -g frr -z {_folder}/zserv.api -i {_folder}/{program}.pid " +
            $"--vty_socket {_folder} -f {_folder}/{program}.conf -A 127.0.0.1 -P 0 >{_folder}/{program}.log 2>&1");
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
