using Keepalived.Checking;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>A <c>virtual_server</c> after all corrections. Immutable; compared by value at a reload.</summary>
internal sealed record VirtualServerDefinition
{
    /// <summary>Its identity.</summary>
    public required ServiceAddress Address { get; init; }

    /// <summary>What the kernel is told of it.</summary>
    public required IpvsService Service { get; init; }

    /// <summary>Default of its servers.</summary>
    public ForwardingMethod Forwarding { get; init; }

    /// <summary>Weight of live servers needed, at least 1.</summary>
    public long Quorum { get; init; } = 1;

    /// <summary>Distance between gaining and losing the quorum; less than <see cref="Quorum"/>.</summary>
    public long Hysteresis { get; init; }

    /// <summary><c>quorum_up</c>.</summary>
    public ScriptCommand? QuorumUp { get; init; }

    /// <summary><c>quorum_down</c>.</summary>
    public ScriptCommand? QuorumDown { get; init; }

    /// <summary><c>omega</c>: tell of servers and quorum going down at stop too.</summary>
    public bool Omega { get; init; }

    /// <summary><c>alpha</c>: the default of its servers, for dumps.</summary>
    public bool Alpha { get; init; }

    /// <summary><c>delay_loop</c>, for dumps.</summary>
    public TimeSpan DelayLoop { get; init; }

    /// <summary><c>virtualhost</c>, for dumps.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>The server of last resort.</summary>
    public SorryServerDefinition? SorryServer { get; init; }

    /// <summary>At least one.</summary>
    public required EquatableArray<RealServerDefinition> RealServers { get; init; }
}

/// <summary>A <c>real_server</c> with everything inherited filled in.</summary>
internal sealed record RealServerDefinition
{
    /// <summary>Its place in the service.</summary>
    public required DestinationAddress Destination { get; init; }

    /// <summary>Identity for messages, events and FIFO lines.</summary>
    public required string Name { get; init; }

    /// <summary>Configured weight, 0..2147483647.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How packets reach it.</summary>
    public ForwardingMethod Forwarding { get; init; }

    /// <summary><c>inhibit_on_failure</c>: weight 0 instead of removal.</summary>
    public bool InhibitOnFailure { get; init; }

    /// <summary>Connections from which no new ones are given; 0 = no limit.</summary>
    public uint UpperThreshold { get; init; }

    /// <summary>Connections under which new ones are given again; 0 = three quarters of the upper limit (the kernel's rule).</summary>
    public uint LowerThreshold { get; init; }

    /// <summary><c>notify_up</c>.</summary>
    public ScriptCommand? NotifyUp { get; init; }

    /// <summary><c>notify_down</c>.</summary>
    public ScriptCommand? NotifyDown { get; init; }

    /// <summary><c>virtualhost</c>, for dumps.</summary>
    public string? VirtualHost { get; init; }

    /// <summary>Its checkers; none means that it is always up.</summary>
    public EquatableArray<ConfiguredChecker> Checkers { get; init; }
}

/// <summary>A <c>sorry_server</c>.</summary>
/// <param name="Destination">Its place in the service.</param>
/// <param name="Name">Identity for messages.</param>
/// <param name="Forwarding">How packets reach it.</param>
/// <param name="Inhibit">Stays in the table with weight 0 while it is not needed.</param>
internal sealed record SorryServerDefinition(DestinationAddress Destination, string Name, ForwardingMethod Forwarding, bool Inhibit)
{
    /// <summary>Weight while it serves.</summary>
    public const int Weight = 1;
}

/// <summary>A checker with every option resolved.</summary>
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
