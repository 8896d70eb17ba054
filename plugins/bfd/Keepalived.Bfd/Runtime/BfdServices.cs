using Keepalived.Bfd.Network;
using Keepalived.Bfd.Protocol;
using Keepalived.Events;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Bfd.Runtime;

/// <summary>What every session acts through.</summary>
internal sealed record BfdServices
{
    public required IScheduler Scheduler { get; init; }

    public required ILogger Logger { get; init; }

    public required IEventBus Events { get; init; }

    /// <summary>The way to the VRRP and the checker process.</summary>
    public required IBfdSessionPublisher Publisher { get; init; }

    public required IBfdNetwork Network { get; init; }

    public required BfdSessionTable<NeighborPath> Table { get; init; }
}
