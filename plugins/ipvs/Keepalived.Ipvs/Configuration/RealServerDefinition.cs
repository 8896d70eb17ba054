using System.Net;
using Keepalived.Checking;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>
/// A <c>real_server</c> with everything inherited filled in. Kept small: what servers have in common is one <see cref="ServerTraits"/>
/// for all of them, and names are made when somebody asks.
/// </summary>
/// <param name="destination">Its place in the service.</param>
/// <param name="traits">Everything that is not its own alone.</param>
/// <param name="protocol">Protocol of its service, for its name.</param>
/// <param name="probedPort">Where it listens, as written: a port that IPVS does not need is still the one to probe.</param>
internal sealed class RealServerDefinition(DestinationAddress destination, ServerTraits traits, IpvsProtocol protocol, int probedPort)
    : IEquatable<RealServerDefinition>
{
    /// <summary>Its place in the service.</summary>
    public DestinationAddress Destination { get; } = destination;

    /// <summary>Everything that is not its own alone.</summary>
    public ServerTraits Traits { get; } = traits;

    /// <summary>Where it listens, as written.</summary>
    public int ProbedPort => probedPort;

    /// <summary><c>notify_up</c>.</summary>
    public ScriptCommand? NotifyUp { get; init; }

    /// <summary><c>notify_down</c>.</summary>
    public ScriptCommand? NotifyDown { get; init; }

    /// <summary>Identity for messages, events and FIFO lines.</summary>
    public string Name => ServiceAddress.Text(Destination, protocol);

    /// <summary>Configured weight, 0..2147483647.</summary>
    public int Weight => Traits.Weight;

    /// <summary>How packets reach it.</summary>
    public ForwardingMethod Forwarding => Traits.Forwarding;

    /// <summary><c>inhibit_on_failure</c>: weight 0 instead of removal.</summary>
    public bool InhibitOnFailure => Traits.InhibitOnFailure;

    /// <summary>Connections from which no new ones are given; 0 = no limit.</summary>
    public uint UpperThreshold => Traits.UpperThreshold;

    /// <summary>Connections under which new ones are given again; 0 = three quarters of the upper limit (the kernel's rule).</summary>
    public uint LowerThreshold => Traits.LowerThreshold;

    /// <summary><c>virtualhost</c>, for dumps.</summary>
    public string? VirtualHost => Traits.VirtualHost;

    /// <summary>Its checkers; none means that it is always up.</summary>
    /// <param name="virtualServer">The virtual server in messages.</param>
    /// <param name="name">Its <see cref="Name"/>, if that is at hand: it is a new text each time.</param>
    public ConfiguredChecker[] ConfigureCheckers(string virtualServer, string? name = null)
    {
        if (Traits.Checkers.Count == 0)
        {
            return [];
        }

        name ??= Name;
        var server = new IPEndPoint(Destination.Address, probedPort);
        var checkers = new ConfiguredChecker[Traits.Checkers.Count];
        for (int i = 0; i < checkers.Length; i++)
        {
            checkers[i] = Traits.Checkers[i].For(server, virtualServer, name);
        }

        return checkers;
    }

    /// <summary>Compares by value.</summary>
    public bool Equals(RealServerDefinition? other) => other is not null
        && Destination == other.Destination
        && probedPort == other.ProbedPort
        && protocol == other.Protocol
        && NotifyUp == other.NotifyUp
        && NotifyDown == other.NotifyDown
        && Traits == other.Traits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RealServerDefinition);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Destination, probedPort);

    private IpvsProtocol Protocol => protocol;
}

/// <summary>What real servers that are configured alike have in common.</summary>
internal sealed record ServerTraits
{
    /// <summary>Configured weight, 0..2147483647.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How packets reach it.</summary>
    public ForwardingMethod Forwarding { get; init; }

    /// <summary><c>inhibit_on_failure</c>.</summary>
    public bool InhibitOnFailure { get; init; }

    /// <summary><c>uthreshold</c>.</summary>
    public uint UpperThreshold { get; init; }

    /// <summary><c>lthreshold</c>.</summary>
    public uint LowerThreshold { get; init; }

    /// <summary><c>virtualhost</c> of the real server alone, for dumps.</summary>
    public string? VirtualHost { get; init; }

    /// <summary><c>smtp_alert</c>; null = what <c>global_defs</c> says.</summary>
    public bool? SmtpAlert { get; init; }

    /// <summary><c>snmp_name</c>.</summary>
    public string? SnmpName { get; init; }

    /// <summary>The checkers.</summary>
    public EquatableArray<ResolvedChecker> Checkers { get; init; }
}

/// <summary>A checker with every option resolved but where it connects to, which each real server says for itself.</summary>
/// <param name="Definition">The checker as written, its common options included.</param>
/// <param name="Options">The common options by precedence checker, real server, virtual server, built-in.</param>
/// <param name="VirtualHost"><c>virtualhost</c> of the real server, else of the virtual server.</param>
internal sealed record ResolvedChecker(CheckerDefinition Definition, CheckOptions Options, string? VirtualHost)
{
    /// <summary>The checker of one real server.</summary>
    public ConfiguredChecker For(IPEndPoint server, string virtualServer, string realServer)
    {
        CheckOptions options = Options with { ConnectAddress = Options.ConnectAddress ?? server.Address, ConnectPort = Options.ConnectPort ?? server.Port };
        IPEndPoint probed = Options.ConnectAddress is null && Options.ConnectPort is null ? server : new(options.ConnectAddress, options.ConnectPort.Value);
        return new(Definition, options, new CheckTarget(virtualServer, realServer, probed, VirtualHost));
    }
}

/// <summary>A checker of one real server, with every option resolved.</summary>
/// <param name="Definition">The checker as written, its common options included.</param>
/// <param name="Options">The common options by precedence checker, real server, virtual server, built-in.</param>
/// <param name="Target">What it probes.</param>
internal sealed record ConfiguredChecker(CheckerDefinition Definition, CheckOptions Options, CheckTarget Target)
{
    /// <summary>
    /// Whether this one probes the same thing in the same way, at whatever times: then what the other found out still holds.
    /// </summary>
    public bool ProbesLike(ConfiguredChecker other) =>
        Target == other.Target
        && Connection(Options) == Connection(other.Options)
        && (Definition with { Options = Connection(Options) }) == (other.Definition with { Options = Connection(Options) });

    private static CheckOptions Connection(CheckOptions options) => options with
    {
        DelayLoop = null, Retry = null, DelayBeforeRetry = null, Warmup = null, Alpha = null, LogAllFailures = null,
    };
}
