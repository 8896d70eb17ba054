// What instances have in the kernel besides addresses on their own interface: routes and rules (../Routes), virtual MAC interfaces (this
// folder), firewall entries (../Firewall), and what is there whatever state instances have (static_ipaddress, static_routes, static_rules).
//
// Owns      The netlink sockets and files through which all of that changes.
// Thread    The loop of the VRRP process.
// Never     Is loaded while no configuration asks for any of it: VrrpServices makes it on the first demand.
// Covered   RFC 9568 section 7.3 (virtual router MAC address) and 6.1 (Accept_Mode); the rest is keepalived's own.
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Firewall;
using Keepalived.Vrrp.Firewall.Iptables;
using Keepalived.Vrrp.Routes;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Links;

/// <summary>What all instances share of this room, each part made when the first one needs it.</summary>
internal sealed class LinkServices(VrrpServices services) : IDisposable
{
    private RoutingInstaller? _routing;
    private NetlinkConnection? _connection;
    private SysctlLedger? _sysctls;
    private ILinkTable? _table;
    private LinkWork? _work;
    private bool _holdsIgmp;

    public VrrpServices Services { get; } = services;

    /// <summary>Routes and rules.</summary>
    public RoutingInstaller Routing => _routing ??= new RoutingInstaller(
        Services.Scheduler, Services.Logger, Services.Interfaces, () => Services.OpenNetlink(NetlinkFamily.Route));

    /// <summary>Makes and removes interfaces, with addresses of their own; waits for the kernel.</summary>
    public ILinkTable Table => _table ??= Services.LinkTable ?? new KernelLinkTable(Connection);

    /// <summary>The same in turn, so that no advertisement is late for it.</summary>
    public LinkWork Work => _work ??= new LinkWork(Services);

    /// <summary>Settings of the kernel that are changed as long as somebody needs them.</summary>
    public SysctlLedger Sysctls => _sysctls ??= new SysctlLedger(Services.Sysctls ?? new KernelSysctls(), Services.Logger);

    /// <summary>Drops packets; null while no configuration asks for it.</summary>
    public IFirewall? Firewall { get; private set; }

    private NetlinkConnection Connection => _connection ??= new NetlinkConnection(Services.OpenNetlink(NetlinkFamily.Route));

    /// <summary>Static objects; null without.</summary>
    public StaticObjects? Statics { get; private set; }

    /// <summary>Static objects, made now if need be.</summary>
    /// <param name="addressLost">Told the track_group of a static address that somebody else removed.</param>
    public StaticObjects UseStatics(Action<string> addressLost) => Statics ??= new StaticObjects(this, addressLost);

    /// <summary>Makes the firewall that a configuration needs.</summary>
    public void ConfigureFirewall(VrrpConfiguration configuration)
    {
        if (Services.DisablesLocalIgmp && !_holdsIgmp)
        {
            _holdsIgmp = true;
            Sysctls.Hold("ipv4/igmp_link_local_mcast_reports", "0");
        }

        if (Firewall is null && FirewallNeeds.Of(configuration) == FirewallParts.None)
        {
            return;
        }

        Firewall ??= configuration.Globals.Firewall.UsesIptables ? OpenIptables() : OpenNftables();
        Firewall.Configure(configuration);
    }

    private IptablesFirewall OpenIptables() => new(
        Services.OpenFirewallCommands(Services.Scheduler), OpenNftables, Services.Daemon.Globals.NetworkNamespace is not null, Environment.OSVersion.Version, Services.Logger);

    private NftablesFirewall OpenNftables(string? why = null) =>
        new(() => Services.OpenNetlink(NetlinkFamily.Netfilter), Services.Daemon.Globals.CountsFirewallMatches, Services.Logger, why);

    /// <summary>Does all that is left to do, now: the daemon ends.</summary>
    public void Finish()
    {
        FinishLinks();
        _routing?.Finish();
        _sysctls?.RestoreAll();
        Firewall?.RemoveAll();
    }

    /// <summary>Removes the interfaces that wait for it, now, and makes none any more: nothing advertises any longer.</summary>
    public void FinishLinks() => _work?.Finish();

    public void Dispose()
    {
        _work?.Dispose();
        _routing?.Dispose();
        _connection?.Dispose();
        Firewall?.Dispose();
    }
}
