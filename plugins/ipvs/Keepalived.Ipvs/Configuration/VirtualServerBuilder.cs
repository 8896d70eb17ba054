using System.Net;
using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>What one reading of the configuration found for this plugin, before completion.</summary>
internal sealed class IpvsReading
{
    public IpvsSettings Settings { get; set; } = new();

    public List<VirtualServerBuilder> VirtualServers { get; } = [];

    /// <summary>The groups by name, whether or not a virtual server uses them.</summary>
    public Dictionary<string, GroupDraft> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>What many blocks say alike, kept once.</summary>
    public SharedValues Values { get; } = new();
}

/// <summary>A block whose checks have defaults: <c>virtual_server</c> and <c>real_server</c>.</summary>
internal interface ICheckedBlock
{
    CheckDefaults Defaults { get; set; }

    string? VirtualHost { get; set; }

    bool? SmtpAlert { get; set; }

    string? SnmpName { get; set; }
}

/// <summary>A command and where it stands; validated when <c>global_defs</c> is complete.</summary>
internal readonly record struct WrittenCommand(ScriptCommand Command, SourceLocation Location);

/// <summary>A <c>virtual_server</c> block while it is read: what was written and where, nothing completed.</summary>
internal sealed class VirtualServerBuilder(SourceLocation location) : ICheckedBlock
{
    public SourceLocation Location { get; } = location;

    /// <summary>Null for a service by mark or by group.</summary>
    public IPAddress? Address { get; init; }

    public int Port { get; init; }

    public uint FirewallMark { get; init; }

    /// <summary>Name of a group; null for a service of its own.</summary>
    public string? Group { get; init; }

    public AddressFamily? Family { get; set; }

    public IpvsProtocol? Protocol { get; set; }

    public string? Scheduler { get; set; }

    public IpvsServiceFlags Flags { get; set; }

    public ForwardingMethod? Forwarding { get; set; }

    public uint PersistenceTimeout { get; set; }

    public PersistenceNetwork? PersistenceNetwork { get; set; }

    public KernelName PersistenceEngine { get; set; }

    public long Quorum { get; set; } = 1;

    public SourceLocation QuorumLocation { get; set; }

    public long Hysteresis { get; set; }

    public WrittenCommand? QuorumUp { get; set; }

    public WrittenCommand? QuorumDown { get; set; }

    public bool HaSuspend { get; set; }

    public SourceLocation HaSuspendLocation { get; set; }

    public bool Omega { get; set; }

    public bool InhibitOnFailure { get; set; }

    public int Weight { get; set; } = 1;

    public SorryServerBuilder? SorryServer { get; set; }

    public CheckDefaults Defaults { get; set; } = CheckDefaults.Unset;

    public string? VirtualHost { get; set; }

    public bool? SmtpAlert { get; set; }

    public string? SnmpName { get; set; }

    public List<RealServerDraft> RealServers { get; } = [];

    /// <summary>Keywords that are there, even if what they say was refused: that nothing is said is then not to be told as well.</summary>
    public MainKeywords Named { get; set; }

    /// <summary>Identity as far as it is known while reading.</summary>
    public override string ToString() =>
        new ServiceAddress(Address, Port, FirewallMark, Protocol ?? IpvsProtocol.None, AddressFamily.Unspecified) { Group = Group }.ToString();
}

/// <summary><c>persistence_granularity</c> as written.</summary>
/// <param name="Family">The family it is for.</param>
/// <param name="Bits">Prefix length, 1..32 or 1..128.</param>
/// <param name="Location">Where it stands.</param>
internal readonly record struct PersistenceNetwork(AddressFamily Family, byte Bits, SourceLocation Location);

/// <summary>A <c>sorry_server</c> line with the lines that belong to it.</summary>
internal sealed class SorryServerBuilder(IPAddress address, int? port, SourceLocation location)
{
    public IPAddress Address { get; } = address;

    public int? Port { get; } = port;

    public SourceLocation Location { get; } = location;

    public bool Inhibit { get; set; }

    public ForwardingMethod? Forwarding { get; set; }
}

/// <summary>Keywords whose absence from a <c>virtual_server</c> is told.</summary>
[Flags]
internal enum MainKeywords
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><c>protocol</c>.</summary>
    Protocol = 1,

    /// <summary><c>lvs_sched</c>, <c>lb_algo</c>.</summary>
    Scheduler = 2,

    /// <summary><c>lvs_method</c>, <c>lb_kind</c>.</summary>
    Method = 4,
}
