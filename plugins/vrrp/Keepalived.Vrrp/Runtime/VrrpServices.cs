using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Network;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Runtime;

/// <summary>What every instance acts through.</summary>
internal sealed record VrrpServices
{
    public required IScheduler Scheduler { get; init; }

    public required IDaemonContext Daemon { get; init; }

    public required IEventBus Events { get; init; }

    public required IScriptRunner Scripts { get; init; }

    public required ILogger Logger { get; init; }

    public required InterfaceTable Interfaces { get; init; }

    public required AddressInstaller Installer { get; init; }

    public required AddressIndex AddressIndex { get; init; }

    public required Announcer Announcer { get; init; }

    public required AdvertisementPaths Paths { get; init; }

    /// <summary>Before this time advertisements are neither heard nor sent (<c>vrrp_startup_delay</c>).</summary>
    public required MonotonicTime SilentUntil { get; init; }
}
