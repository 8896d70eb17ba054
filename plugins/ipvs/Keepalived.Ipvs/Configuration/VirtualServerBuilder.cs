using System.Net;
using System.Net.Sockets;
using Keepalived.Checking;
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
}

/// <summary>The settings that a virtual server hands down to its real servers, and they to their checkers. Null = not written.</summary>
internal sealed record CheckDefaults
{
    public TimeSpan? DelayLoop { get; init; }

    public uint? Retry { get; init; }

    public TimeSpan? DelayBeforeRetry { get; init; }

    public TimeSpan? Warmup { get; init; }

    public TimeSpan? ConnectTimeout { get; init; }

    public bool? Alpha { get; init; }

    /// <summary>These settings, and where they are silent those of the block around.</summary>
    public CheckDefaults Over(CheckDefaults outer) => new()
    {
        DelayLoop = DelayLoop ?? outer.DelayLoop,
        Retry = Retry ?? outer.Retry,
        DelayBeforeRetry = DelayBeforeRetry ?? outer.DelayBeforeRetry,
        Warmup = Warmup ?? outer.Warmup,
        ConnectTimeout = ConnectTimeout ?? outer.ConnectTimeout,
        Alpha = Alpha ?? outer.Alpha,
    };
}

/// <summary>A block whose checks have defaults: <c>virtual_server</c> and <c>real_server</c>.</summary>
internal interface ICheckedBlock
{
    CheckDefaults Defaults { get; set; }

    string? VirtualHost { get; set; }
}

/// <summary>A command and where it stands; validated when <c>global_defs</c> is complete.</summary>
internal readonly record struct WrittenCommand(ScriptCommand Command, SourceLocation Location);

/// <summary>A <c>virtual_server</c> block while it is read: what was written and where, nothing completed.</summary>
internal sealed class VirtualServerBuilder(SourceLocation location) : ICheckedBlock
{
    public SourceLocation Location { get; } = location;

    /// <summary>Null for a service by mark.</summary>
    public IPAddress? Address { get; init; }

    public int Port { get; init; }

    public uint FirewallMark { get; init; }

    public AddressFamily? Family { get; set; }

    public IpvsProtocol? Protocol { get; set; }

    public string? Scheduler { get; set; }

    public IpvsServiceFlags Flags { get; set; }

    public ForwardingMethod? Forwarding { get; set; }

    public uint PersistenceTimeout { get; set; }

    public PersistenceNetwork? PersistenceNetwork { get; set; }

    public KernelName PersistenceEngine { get; set; }

    public long Quorum { get; set; } = 1;

    public long Hysteresis { get; set; }

    public WrittenCommand? QuorumUp { get; set; }

    public WrittenCommand? QuorumDown { get; set; }

    public bool HaSuspend { get; set; }

    public SourceLocation HaSuspendLocation { get; set; }

    public bool Omega { get; set; }

    public bool InhibitOnFailure { get; set; }

    public int Weight { get; set; } = 1;

    public SorryServerBuilder? SorryServer { get; set; }

    public CheckDefaults Defaults { get; set; } = new();

    public string? VirtualHost { get; set; }

    public List<RealServerBuilder> RealServers { get; } = [];

    /// <summary>Identity as far as it is known while reading.</summary>
    public override string ToString() =>
        new ServiceAddress(Address, Port, FirewallMark, Protocol ?? IpvsProtocol.None, AddressFamily.Unspecified).ToString();
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

/// <summary>A <c>real_server</c> block while it is read.</summary>
internal sealed class RealServerBuilder(IPAddress address, int? port, SourceLocation location) : ICheckedBlock, ICheckedServer
{
    private readonly List<CheckerDefinition> _checkers = [];

    public IPAddress Address { get; } = address;

    public int? Port { get; } = port;

    public SourceLocation Location { get; } = location;

    public int? Weight { get; set; }

    public ForwardingMethod? Forwarding { get; set; }

    public bool? InhibitOnFailure { get; set; }

    public uint UpperThreshold { get; set; }

    public uint LowerThreshold { get; set; }

    public WrittenCommand? NotifyUp { get; set; }

    public WrittenCommand? NotifyDown { get; set; }

    public CheckDefaults Defaults { get; set; } = new();

    public string? VirtualHost { get; set; }

    public IReadOnlyList<CheckerDefinition> Checkers => _checkers;

    public void AddChecker(CheckerDefinition definition, SourceLocation location) => _checkers.Add(definition);
}
