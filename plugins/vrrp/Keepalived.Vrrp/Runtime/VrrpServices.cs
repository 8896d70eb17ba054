using Keepalived.Events;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Firewall.Iptables;
using Keepalived.Vrrp.Links;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Tracking;
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

    /// <summary>The files that trackers read.</summary>
    public Func<IFileSource> OpenFiles { get; init; } = static () => new KernelFiles();

    /// <summary>The processes that trackers count.</summary>
    public Func<IProcessSource> OpenProcesses { get; init; } = static () => new KernelProcesses(default);

    /// <summary>What the BFD process tells; asked for by the first <c>track_bfd</c>.</summary>
    public Func<IBfdSessions> OpenBfdSessions { get; init; } = static () => throw new InvalidOperationException("These services were made without BFD sessions.");

    /// <summary>The links whose changes are waited out; null where there is none.</summary>
    public LinkDelays? LinkDelays { get; set; }

    /// <summary>The links whose drivers are asked for their state; null where there is none.</summary>
    public LinkBeat? LinkBeat { get; set; }

    /// <summary>The drivers that are asked for their links; the seam for tests.</summary>
    public Func<ILinkQuestions> OpenLinkQuestions { get; init; } = static () => new KernelLinkQuestions();

    /// <summary>Whether packets can flow over a link, by its driver where that is polled, changes waited out where that is configured.</summary>
    public bool IsOperational(LinkInfo link)
    {
        bool isUp = LinkBeat?.IsUp(link) ?? link.IsOperational;
        return LinkDelays?.IsUp(link, isUp) ?? isUp;
    }

    /// <summary>Opens netlink sockets for what few configurations need; the seam for tests.</summary>
    public Func<NetlinkFamily, INetlinkTransport> OpenNetlink { get; init; } = static family => NetlinkSocket.Open(family);

    /// <summary>Runs the programs of <c>vrrp_iptables</c>; the seam for tests.</summary>
    public Func<IScheduler, IFirewallCommands> OpenFirewallCommands { get; init; } = static scheduler => new KernelCommands(scheduler);

    /// <summary>Settings of the kernel; null = the files under <c>/proc/sys</c>; the seam for tests.</summary>
    public ISysctls? Sysctls { get; init; }

    /// <summary>The kernel's interfaces; null = over netlink; the seam for tests.</summary>
    public ILinkTable? LinkTable { get; init; }

    /// <summary>Nothing advertises yet, or any more: what takes long makes nobody late.</summary>
    public bool IsAtRest { get; set; } = true;

    /// <summary><c>disable_local_igmp</c>, which no reload changes.</summary>
    public bool DisablesLocalIgmp { get; init; }

    /// <summary>What is in the kernel besides addresses; null while no configuration has asked for any of it.</summary>
    public LinkServices? Links { get; set; }

    /// <summary>Static addresses, routes or rules name a track_group.</summary>
    public bool HasStaticDependencies => Links?.Statics is { HasGroups: true };

    /// <summary>What <see cref="Links"/> is, made now if need be.</summary>
    public LinkServices UseLinks() => Links ??= new LinkServices(this);
}
