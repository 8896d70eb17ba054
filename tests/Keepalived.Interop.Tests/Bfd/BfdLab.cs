using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Bfd;

/// <summary>
/// Our director on one host, tracking its BFD session with a neighbour: without the session its virtual router is in FAULT. The neighbour is
/// on the same network, or behind a router on another one.
/// </summary>
internal sealed class BfdLab : IAsyncDisposable
{
    public const string VirtualAddress = "10.77.0.100";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Lan _lan = Lan.Create();
    private readonly bool _isIPv6;

    public BfdLab(bool isIPv6, bool isMultihop)
    {
        _isIPv6 = isIPv6;
        OurHost = _lan.AddHost("a", 1);
        NeighborHost = _lan.AddHost("b", 2);
        Own = isIPv6 ? OurHost.Address6 : OurHost.Address4;
        Neighbor = isIPv6 ? NeighborHost.Address6 : NeighborHost.Address4;
        if (isMultihop)
        {
            Host router = NeighborHost;
            NeighborHost = _lan.AddHost("c", 3);
            Neighbor = isIPv6 ? "fd78::3" : "10.78.0.3";
            Command.Shell($"""
                ip -n {router.Namespace} link add eth1 type veth peer name eth1 netns {NeighborHost.Namespace}
                ip -n {router.Namespace} addr add 10.78.0.2/24 dev eth1
                ip -n {router.Namespace} addr add fd78::2/64 dev eth1 nodad
                ip -n {router.Namespace} link set eth1 up
                ip -n {NeighborHost.Namespace} link set eth0 down
                ip -n {NeighborHost.Namespace} addr add 10.78.0.3/24 dev eth1
                ip -n {NeighborHost.Namespace} addr add fd78::3/64 dev eth1 nodad
                ip -n {NeighborHost.Namespace} link set eth1 up
                ip -n {NeighborHost.Namespace} route add 10.77.0.0/24 via 10.78.0.2
                ip -n {NeighborHost.Namespace} route add fd77::/64 via fd78::2
                ip -n {OurHost.Namespace} route add 10.78.0.0/24 via 10.77.0.2
                ip -n {OurHost.Namespace} route add fd78::/64 via fd77::2
                """);
        }

        foreach (string name in Command.Run("ip", "netns", "list").Split('\n').Select(static line => line.Split(' ')[0]).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            Command.Run("ip", "netns", "exec", name, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0");
            Command.Try("ip", ["netns", "exec", name, "sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1"]);
        }

        Capture = Capture.Start(_lan);
    }

    public Host OurHost { get; }

    public Host NeighborHost { get; }

    public string Own { get; }

    public string Neighbor { get; }

    public Capture Capture { get; }

    public Director? Ours { get; private set; }

    public string Log => Ours?.Log ?? "";

    /// <summary>What the session of ours adds to its lines, and what the virtual router does.</summary>
    public string Configuration(string lines = "", string intervals = "min_rx 70\n    min_tx 80\n    multiplier 3", string globals = "") => $$"""
        {{globals}}
        bfd_instance B {
            neighbor_ip {{Neighbor}}
            source_ip {{Own}}
            {{intervals}}
            {{(_isIPv6 ? "hoplimit 255" : "")}}
            {{lines}}
        }
        vrrp_instance V {
            interface eth0
            virtual_router_id 51
            version 3
            advert_int 0.1
            virtual_ipaddress {
                {{VirtualAddress}}/24
            }
            track_bfd {
                B
            }
        }

        """;

    public void StartOurs(string configuration)
    {
        Directory.CreateDirectory(Dumps);
        Ours = Director.Start(OurHost, Software.Ours with { Path = $"env TMPDIR={Dumps} {Software.Ours.Path}" }, configuration);
    }

    public bool IsMaster => OurHost.Has(VirtualAddress);

    public Task Until(string what, Func<bool> condition) => Wait.Until(what, s_patience, condition, Story);

    public Task UntilLogged(string text, int times = 1) => Until($"'{text}' is logged {times} times", () => Count(text) >= times);

    public int Count(string text) => Log.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>A dump of our BFD process.</summary>
    public async Task<string> Dump(int signal, string file)
    {
        string path = Path.Combine(Dumps, file);
        File.Delete(path);
        Ours!.Signal(signal);
        await Until($"{file} is written", () => File.Exists(path));
        return File.ReadAllText(path);
    }

    /// <summary>Every BFD packet on the wire, decoded by tshark: none may draw an expert note of any severity.</summary>
    public IReadOnlyList<string> TsharkHasNoComplaint(params string[] fields)
    {
        if (Command.Find("tshark") is null)
        {
            Assert.Skip("The package tshark is missing");
        }

        string file = Path.Combine(_lan.Folder, "wire.pcap");
        Capture.Save(file);
        string[] lines = Command.Run(
            "tshark",
            ["-n", "-r", file, "-Y", "udp.dstport in {3784, 3785, 4784} and not icmp and not icmpv6", "-o", "ip.check_checksum:TRUE", "-T", "fields", "-E", "separator=|", "-e", "_ws.expert.message",
                "-e", "_ws.malformed", "-e", "udp.dstport", .. fields.SelectMany(static field => (string[])["-e", field])])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 10, $"only {lines.Length} packets were seen\n{Story()}");
        Assert.All(lines, static line => Assert.StartsWith("||", line, StringComparison.Ordinal));
        return lines;
    }

    public ValueTask DisposeAsync() => _lan.DisposeAsync();

    private string Prefix => OurHost.Namespace[..^1];

    private string Dumps => Path.Combine(_lan.Folder, "dumps");

    private string Story() => $"--- ours {string.Join(' ', OurHost.Addresses())}\n{Log}";
}
