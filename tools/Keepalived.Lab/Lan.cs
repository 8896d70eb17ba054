using System.Globalization;
using System.Text.Json;

namespace Keepalived.Lab;

/// <summary>
/// A local network on this machine: a bridge in a namespace of its own and hosts, each a namespace with one interface <c>eth0</c>
/// on the bridge. What the room owns: namespaces named <c>klab{pid}-{n}-{host}</c>, the processes started in them, captures on
/// the bridge. It asks the kernel through <c>ip -j</c> and never through the code under test. Everything is removed on disposal,
/// what a killed run left behind by <see cref="Sweep"/>.
/// </summary>
internal sealed class Lan : IAsyncDisposable
{
    private static int counter;
    private readonly List<Host> _hosts = [];
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly string _prefix = $"klab{Environment.ProcessId}-{Interlocked.Increment(ref counter)}-";

    private Lan()
    {
        BridgeNamespace = _prefix + "lan";
        Folder = Directory.CreateTempSubdirectory(_prefix).FullName;
    }

    /// <summary>The namespace that holds the bridge <c>br0</c>.</summary>
    public string BridgeNamespace { get; }

    /// <summary>A folder for configurations, pid files, logs and captures; removed with the network.</summary>
    public string Folder { get; }

    public static Lan Create()
    {
        var lan = new Lan();
        var name = lan.BridgeNamespace;
        Command.Shell($"""
            ip netns add {name}
            ip netns exec {name} sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
            ip -n {name} link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
            ip -n {name} link set lo up
            ip -n {name} link set br0 up promisc on
            """);
        return lan;
    }

    /// <summary>Adds a host with the addresses 10.77.0.<paramref name="number"/>/24 and fd77::<paramref name="number"/>/64 on eth0.</summary>
    public Host AddHost(string name, int number)
    {
        var ns = _prefix + name;
        var port = $"p{number}";
        Command.Shell($"""
            ip netns add {ns}
            ip netns exec {ns} sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.dad_transmits=0
            ip -n {ns} link add eth0 type veth peer name {port} netns {BridgeNamespace}
            ip -n {BridgeNamespace} link set {port} master br0
            ip -n {BridgeNamespace} link set {port} up
            ip -n {ns} link set lo up
            ip -n {ns} addr add 10.77.0.{number}/24 dev eth0
            ip -n {ns} addr add fd77::{number}/64 dev eth0 nodad
            ip -n {ns} link set eth0 up
            """);
        var host = new Host(this, ns, name, number);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Hands over something to end before the namespaces go.</summary>
    public T Own<T>(T resource)
        where T : IAsyncDisposable
    {
        _owned.Add(resource);
        return resource;
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            await _owned[i].DisposeAsync();
        }

        foreach (var name in _hosts.Select(host => host.Namespace).Append(BridgeNamespace))
        {
            Remove(name);
        }

        if (Environment.GetEnvironmentVariable("KEEPALIVED_LAB_KEEP") is null)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>Removes namespaces of lab processes that are no more, with what still runs in them.</summary>
    public static void Sweep()
    {
        if (!Directory.Exists("/run/netns"))
        {
            return;
        }

        foreach (var name in Directory.GetFiles("/run/netns", "klab*").Select(Path.GetFileName))
        {
            var owner = name!["klab".Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var process) && !Directory.Exists($"/proc/{process}"))
            {
                Remove(name);
            }
        }
    }

    private static void Remove(string name)
    {
        foreach (var process in Command.Try("ip", ["netns", "pids", name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _ = Native.Kill(int.Parse(process, CultureInfo.InvariantCulture), Native.SigKill);
        }

        Command.Try("ip", ["netns", "del", name]);
    }
}

/// <summary>One machine on the network: a namespace with <c>eth0</c>.</summary>
internal sealed class Host(Lan lan, string ns, string name, int number)
{
    public Lan Lan { get; } = lan;

    public string Namespace { get; } = ns;

    public string Name { get; } = name;

    public string Address4 { get; } = $"10.77.0.{number}";

    public string Address6 { get; } = $"fd77::{number}";

    /// <summary>Runs a command inside; it must succeed.</summary>
    public string Run(params string[] command) => Command.Run("ip", ["netns", "exec", Namespace, .. command]);

    public void LinkDown() => Command.Run("ip", "-n", Namespace, "link", "set", "eth0", "down");

    /// <summary>Brings eth0 up; the kernel took the IPv6 address away with the link, so it is put back.</summary>
    public void LinkUp() => Command.Shell($"""
        ip -n {Namespace} link set eth0 up
        ip -n {Namespace} addr replace {Address6}/64 dev eth0 nodad
        """);

    /// <summary>Cuts or mends the cable to the bridge: the other hosts notice nothing but silence.</summary>
    public void CableCut(bool cut) => Command.Run("ip", "-n", Lan.BridgeNamespace, "link", "set", $"p{number}", cut ? "down" : "up");

    /// <summary>Removes an address from eth0 if it is there.</summary>
    public void Forget(string address) => Command.Try("ip", ["-n", Namespace, "addr", "del", address, "dev", "eth0"]);

    /// <summary>Whether <c>ip -j addr</c> shows the address on eth0.</summary>
    public bool Has(string address) => Addresses().Contains(address);

    /// <summary>The addresses on <paramref name="device"/> without their prefix lengths.</summary>
    public IReadOnlyCollection<string> Addresses(string device = "eth0")
    {
        var text = Command.Try("ip", ["-n", Namespace, "-j", "addr", "show", "dev", device]).Output;
        if (text.Length == 0)
        {
            return [];
        }

        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray()
            .Where(link => link.TryGetProperty("addr_info", out _))
            .SelectMany(link => link.GetProperty("addr_info").EnumerateArray())
            .Where(address => address.TryGetProperty("local", out _))
            .Select(address => address.GetProperty("local").GetString()!)];
    }

    /// <summary>Runs <paramref name="work"/> on a thread of its own that lives in this host's network namespace.</summary>
    public Thread Enter(Action work, string purpose)
    {
        var thread = new Thread(() =>
        {
            NetworkNamespace.Join(Namespace);
            work();
        })
        {
            IsBackground = true,
            Name = purpose,
        };
        thread.Start();
        return thread;
    }
}

/// <summary>Moves the calling thread, and no other, into a named network namespace. For threads made for that purpose.</summary>
internal static class NetworkNamespace
{
    public static void Join(string name)
    {
        var descriptor = Native.Open($"/run/netns/{name}", 0);
        if (descriptor < 0 || Native.SetNamespace(descriptor, Native.CloneNewNet) < 0)
        {
            throw new InvalidOperationException($"Cannot enter the network namespace {name}: errno {System.Runtime.InteropServices.Marshal.GetLastPInvokeError()}");
        }

        _ = Native.Close(descriptor);
    }
}
