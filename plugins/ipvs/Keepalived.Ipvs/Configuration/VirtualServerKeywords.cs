using System.Net;
using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs;

/// <summary>The block <c>virtual_server</c>.</summary>
internal static class VirtualServerKeywords
{
    private const uint DefaultPersistence = 360;
    private const int LongestPersistence = 2678400;
    private const string Schedulers = "rr|wrr|lc|wlc|lblc|sh|mh|dh|fo|ovf|lblcr|sed|nq|twos";

    public static void Register(IKeywordTree keywords)
    {
        IKeywordBlock<VirtualServerBuilder> block = keywords.Root.Block<VirtualServerBuilder>(
            new("virtual_server", "ADDRESS PORT | fwmark INT 0..4294967295 | group NAME { … }", "A service that is spread over real servers."),
            static (reader, _) => Open(reader),
            static (session, _, server) => session.Get<IpvsReading>().VirtualServers.Add(server));
        AddScheduling(block);
        AddSchedulerFlags(block);
        AddPersistence(block);
        AddPool(block);
        AddSorryServer(block);
        SharedKeywords.AddCheckDefaults(block);
        RealServerKeywords.Register(block);
    }

    private static VirtualServerBuilder? Open(IKeywordReader reader)
    {
        switch (reader.Peek())
        {
            case "group":
                reader.Word("group");
                return new(reader.Location) { Group = reader.Word("name of the group") };
            case "fwmark":
                reader.Word("fwmark");
                return OpenMark(reader);
            default:
                IPAddress address = SharedKeywords.ReadAddress(reader, "virtual server");
                return new(reader.Location) { Address = address, Family = address.AddressFamily, Port = SharedKeywords.ReadPort(reader) };
        }
    }

    private static VirtualServerBuilder? OpenMark(IKeywordReader reader)
    {
        uint mark = (uint)reader.Integer("firewall mark", 0, uint.MaxValue);
        if (mark > 0)
        {
            return new(reader.Location) { FirewallMark = mark };
        }

        reader.Session.Error(reader.Location, "mark 0 is what packets without a mark carry: the virtual server is left out", "choose a mark from 1");
        return null;
    }

    private static void AddScheduling(IKeywordBlock<VirtualServerBuilder> block)
    {
        block.Keyword(new("ip_family", "inet|inet6", "Address family of a service by mark; that of its real servers if absent."), static (r, b) => ReadFamily(r, b));
        foreach (string name in (ReadOnlySpan<string>)["lvs_sched", "lb_algo"])
        {
            block.Keyword(new(name, Schedulers, "Scheduler.") { Default = "wlc", AliasOf = name == "lb_algo" ? "lvs_sched" : null }, static (r, b) => ReadScheduler(r, b));
        }

        foreach (string name in (ReadOnlySpan<string>)["lvs_method", "lb_kind"])
        {
            block.Keyword(new(name, SharedKeywords.MethodArguments, "How packets reach the servers.") { Default = "NAT", AliasOf = name == "lb_kind" ? "lvs_method" : null }, static (r, b) =>
            {
                b.Named |= MainKeywords.Method;
                b.Forwarding = SharedKeywords.ReadMethod(r);
            });
        }

        block.Keyword(new("protocol", "TCP|UDP|SCTP", "Transport protocol.") { Default = "UDP" }, static (r, b) =>
        {
            b.Named |= MainKeywords.Protocol;
            b.Protocol = ReadProtocol(r);
        });
        block.Keyword(new("ops", "", "Schedule every datagram anew."), static (_, b) => b.Flags |= IpvsServiceFlags.OnePacket);
        block.Keyword(new("ha_suspend", "", "Stop checks while the address is on no interface."), static (r, b) =>
        {
            b.HaSuspend = true;
            b.HaSuspendLocation = r.Location;
        });
    }

    private static void AddSchedulerFlags(IKeywordBlock<VirtualServerBuilder> block)
    {
        Flag("flag-1", null, IpvsServiceFlags.Scheduler1);
        Flag("flag-2", null, IpvsServiceFlags.Scheduler2);
        Flag("flag-3", null, IpvsServiceFlags.Scheduler3);
        Flag("sh-fallback", "sh", IpvsServiceFlags.Scheduler1);
        Flag("sh-port", "sh", IpvsServiceFlags.Scheduler2);
        Flag("mh-fallback", "mh", IpvsServiceFlags.Scheduler1);
        Flag("mh-port", "mh", IpvsServiceFlags.Scheduler2);

        // Behaviour of keepalived: the word says only that it has no business with another scheduler.
        block.Keyword(new("hashed", "", "Without effect; kept for old files."), static (r, b) =>
        {
            if (b.Scheduler is not ("sh" or "mh"))
            {
                throw r.Reject("hashed is of no use without the scheduler sh or mh", "remove it");
            }
        });

        void Flag(string name, string? scheduler, IpvsServiceFlags flag) =>
            block.Keyword(new(name, "", scheduler is null ? "Flag of the scheduler." : $"Flag of the scheduler {scheduler}, after lvs_sched {scheduler}."), (r, b) =>
            {
                if (scheduler is not null && b.Scheduler != scheduler)
                {
                    throw r.Reject($"{name} is for the scheduler {scheduler} only", $"write lvs_sched {scheduler} before it, or remove it");
                }

                b.Flags |= flag;
            });
    }

    private static void AddPersistence(IKeywordBlock<VirtualServerBuilder> block)
    {
        block.Keyword(new("persistence_timeout", "[SECONDS 1..2678400]", "A client keeps its server for so long; 360 without a number, not at all if absent."),
            static (r, b) => b.PersistenceTimeout = r.AtEnd ? DefaultPersistence : (uint)r.Integer("time-out", 1, LongestPersistence));
        block.Keyword(new("persistence_granularity", "NETMASK | PREFIX 1..128", "Clients of one such network share a server; each has its own if absent."),
            static (r, b) => b.PersistenceNetwork = SharedKeywords.ReadMask(r));
        block.Keyword(new("persistence_engine", "NAME", "Persistence engine of the kernel, for example sip."), static (r, b) =>
        {
            string word = r.Word("persistence engine");
            b.PersistenceEngine = KernelName.TryParse(word, out KernelName name)
                ? name
                : throw r.Reject($"'{word}' is no persistence engine", "write its name in the kernel, for example sip");
        });
    }

    private static void AddPool(IKeywordBlock<VirtualServerBuilder> block)
    {
        // Behaviour of keepalived: alpha, omega and inhibit_on_failure of a virtual_server are on when they are named, whatever follows.
        block.Keyword(new("alpha", "(arguments are ignored)", "Servers start as down.") { Default = "false" }, static (r, b) =>
        {
            r.Rest();
            b.Defaults = b.Defaults with { Alpha = true };
        });
        block.Keyword(new("omega", "(arguments are ignored)", "Run the down scripts at stop too.") { Default = "false" }, static (r, b) =>
        {
            r.Rest();
            b.Omega = true;
        });
        block.Keyword(new("inhibit_on_failure", "(arguments are ignored)", "Set the weight to 0 instead of removing a server.") { Default = "false" }, static (r, b) =>
        {
            r.Rest();
            b.InhibitOnFailure = true;
        });
        block.Keyword(new("weight", "INT 1..2147483647", "Weight of servers that name none.") { Default = "1" }, static (r, b) =>
            b.Weight = (int)r.Integer("weight", 1, int.MaxValue));
        block.Keyword(new("quorum", "INT 1..4294967295", "Weight of live servers that the service needs.") { Default = "1" }, static (r, b) =>
        {
            b.Quorum = r.Integer("quorum", 1, uint.MaxValue);
            b.QuorumLocation = r.Location;
        });
        block.Keyword(new("hysteresis", "INT 0..4294967295", "Distance between gaining and losing the quorum.") { Default = "0" }, static (r, b) =>
            b.Hysteresis = r.Integer("hysteresis", 0, uint.MaxValue));
        block.Keyword(new("quorum_up", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Script to run when the quorum is gained."), static (r, b) =>
            b.QuorumUp = SharedKeywords.ReadCommand(r, b.QuorumUp));
        block.Keyword(new("quorum_down", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Script to run when the quorum is lost."), static (r, b) =>
            b.QuorumDown = SharedKeywords.ReadCommand(r, b.QuorumDown));
    }

    private static void AddSorryServer(IKeywordBlock<VirtualServerBuilder> block)
    {
        block.Keyword(new("sorry_server", "ADDRESS [PORT]", "Server to use while there is no quorum."), static (r, b) =>
        {
            var (address, port) = SharedKeywords.ReadServer(r, "sorry server");
            b.SorryServer = new(address, port, r.Location) { Forwarding = b.Forwarding };
        });
        block.Keyword(new("sorry_server_inhibit", "", "Keep the sorry server in the table with weight 0; after sorry_server."), static (r, b) =>
            Sorry(r, b).Inhibit = true);
        block.Keyword(new("sorry_server_lvs_method", SharedKeywords.MethodArguments, "How packets reach the sorry server; after sorry_server."), static (r, b) =>
            Sorry(r, b).Forwarding = SharedKeywords.ReadMethod(r));
    }

    private static SorryServerBuilder Sorry(IKeywordReader reader, VirtualServerBuilder builder) =>
        builder.SorryServer ?? throw reader.Reject($"{reader.Keyword} without a sorry_server before it", "write sorry_server first");

    private static void ReadFamily(IKeywordReader reader, VirtualServerBuilder builder)
    {
        string word = reader.Word("address family");
        AddressFamily family = word switch
        {
            "inet" => AddressFamily.InterNetwork,
            "inet6" => AddressFamily.InterNetworkV6,
            _ => throw reader.Reject($"'{word}' is no address family", "write inet or inet6"),
        };
        if (builder.Family is { } known && known != family)
        {
            throw reader.Reject($"ip_family {word} contradicts {(builder.Address is null ? "an earlier ip_family" : $"the virtual address {builder.Address}")}", "remove ip_family");
        }

        builder.Family = family;
    }

    private static void ReadScheduler(IKeywordReader reader, VirtualServerBuilder builder)
    {
        builder.Named |= MainKeywords.Scheduler;
        string word = reader.Word("scheduler");
        foreach (Range range in Schedulers.AsSpan().Split('|'))
        {
            if (Schedulers.AsSpan(range).SequenceEqual(word))
            {
                builder.Scheduler = word;
                return;
            }
        }

        throw reader.Reject($"'{word}' is no scheduler", $"write one of {Schedulers.Replace('|', ' ')}");
    }

    private static IpvsProtocol ReadProtocol(IKeywordReader reader)
    {
        string word = reader.Word("protocol");
        return word.ToUpperInvariant() switch
        {
            "TCP" => IpvsProtocol.Tcp,
            "UDP" => IpvsProtocol.Udp,
            "SCTP" => IpvsProtocol.Sctp,
            _ => throw reader.Reject($"'{word}' is no protocol of a virtual server", "write TCP, UDP or SCTP"),
        };
    }
}
