using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Runtime.Rehearsal;

/// <summary>One virtual router among scenery: everything above the system calls is what the real ones are made of.</summary>
internal sealed class RehearsalStage : IDisposable
{
    private const int Interface = 1;
    private const byte Id = 1;

    // Documentation networks (RFC 5737, RFC 3849), in octets: the framework's reading of text is compiled at run time and takes 5 ms.
    private static readonly InternetAddress _ownIPv4 = InternetAddress.Read([192, 0, 2, 1]);
    private static readonly InternetAddress _peerIPv4 = InternetAddress.Read([192, 0, 2, 2]);
    private static readonly InternetAddress _countedIPv4 = InternetAddress.Read([192, 0, 2, 11]);
    private static readonly InternetAddress _excludedIPv4 = InternetAddress.Read([192, 0, 2, 12]);
    private static readonly InternetAddress _ownIPv6 = InternetAddress.Read([0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    private static readonly InternetAddress _peerIPv6 = InternetAddress.Read([0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    private static readonly InternetAddress _countedIPv6 = InternetAddress.Read([0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]);
    private static readonly InternetAddress _excludedIPv6 = InternetAddress.Read([0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12]);

    private readonly InstanceSettings _settings;
    private readonly RehearsalNetwork _network = new();
    private readonly RehearsalKernel _news = new();
    private readonly RehearsalKernel _kernel;
    private readonly RouteMonitor _monitor;
    private readonly VirtualRouterSet _routers = new();
    private readonly VrrpServices _services;

    public RehearsalStage(RehearsalKind kind, VrrpServices real, ILogger logger)
    {
        _settings = kind.Family == AddressFamily.InterNetwork
            ? Settings(kind, InternetAddress.VrrpGroupIPv4, _countedIPv4, _excludedIPv4)
            : Settings(kind, InternetAddress.VrrpGroupIPv6, _countedIPv6, _excludedIPv6);
        _kernel = new RehearsalKernel { Listener = _news };
        Scheduler = new RehearsalScheduler(real.Scheduler);
        SilentServices silent = new();
        InterfaceTable interfaces = new(_routers);
        _services = real with
        {
            Scheduler = Scheduler,
            // The stage would take the real ones' interfaces away and close them.
            LinkBeat = null,
            LinkDelays = null,
            Events = silent,
            Scripts = silent,
            Logger = logger,
            Interfaces = interfaces,
            Installer = new AddressInstaller(Scheduler, interfaces, handler => new KernelAddressTable(handler, _kernel)),
            AddressIndex = new AddressIndex(),
            Announcer = new Announcer(Scheduler, logger, interfaces, RehearsalNetwork.OpenAnnouncements(), new KernelForwardingState()),
            Paths = new AdvertisementPaths(Scheduler, logger, _network),
            SilentUntil = Scheduler.Now,
            // The real ones' interfaces, routes and firewall are no scenery.
            Links = null,
        };
        _routers.Services = _services;
        _monitor = new RouteMonitor(new NetlinkConnection(_news), interfaces);
        AddInterface(interfaces);
    }

    public RehearsalScheduler Scheduler { get; }

    public VirtualRouterState State => Router.Router.State;

    private RunningInstance Router => _routers.Instances[0];

    /// <summary>The router begins as a backup, the monitor of the kernel's news reads what exists.</summary>
    public void Start()
    {
        _monitor.Start();
        _monitor.OnReadable();
        _routers.Start(new VrrpConfiguration(new GlobalSettings(), [_settings]));
    }

    /// <summary>The advertisement alone, sent but for the last step.</summary>
    public void Send() => ((IVirtualRouterEffects)Router).SendAdvertisement(priority: 100);

    /// <summary>The addresses alone.</summary>
    public void Install()
    {
        Router.Addresses.Install();
        Router.Addresses.Announce(1);
    }

    /// <summary>The addresses out again.</summary>
    public void Remove() => Router.Addresses.Remove();

    /// <summary>The kernel's news about the addresses.</summary>
    public void ReadNews() => _monitor.OnReadable();

    /// <summary>A peer's advertisement arrives.</summary>
    public void Hear(byte priority)
    {
        bool isIPv4 = _settings.Family == AddressFamily.InterNetwork;
        InternetAddress peer = isIPv4 ? _peerIPv4 : _peerIPv6;
        byte[] packet = new AdvertisementImage(_settings.ToFormat(), peer, _settings.MulticastGroup).Prepare(priority, 1).ToArray();
        bool isOpen = isIPv4
            ? VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram)
            : VrrpDatagram.TryOpenIPv6(packet, peer, _settings.MulticastGroup, VrrpAdvertisement.RequiredHopLimit, true, out datagram);
        if (isOpen && Router.Path is IDatagramReceiver path)
        {
            path.Receive(datagram);
        }
    }

    /// <summary>The router stops.</summary>
    public void Stop() => _routers.Stop(keepsAddresses: false);

    public void Dispose()
    {
        _routers.Dispose();
        _services.Paths.Dispose();
        _services.Announcer.Dispose();
        _services.Installer.Dispose();
        _monitor.Dispose();
        _network.Dispose();
    }

    private static InstanceSettings Settings(RehearsalKind kind, InternetAddress group, InternetAddress counted, InternetAddress excluded) => new()
    {
        Name = "rehearsal",
        Interface = "lo",
        VirtualRouterId = Id,
        Family = kind.Family,
        Version = kind.Version,
        Priority = 100,
        StartsAsMaster = false,
        AdvertisementInterval = TimeSpan.FromSeconds(1),
        MulticastGroup = group,
        Addresses = [Address(counted)],
        ExcludedAddresses = [Address(excluded)],
    };

    private static VirtualAddress Address(InternetAddress address) => new() { Address = address, PrefixLength = (byte)(address.Length * 8) };

    // Named like the loopback, so that what is read about it under /proc exists.
    private static void AddInterface(InterfaceTable interfaces)
    {
        const LinkFlags Flags = LinkFlags.Up | LinkFlags.Running | LinkFlags.Multicast | LinkFlags.Broadcast;
        HardwareAddress hardware = new([2, 0, 0, 0, 0, 1]);
        interfaces.LinkChanged(new LinkInfo(
            Interface, new KernelName("lo"), Flags, 1500, GratuitousArp.EthernetHardwareType, hardware, hardware, OperationalState.Up));
        interfaces.AddressAdded(new AddressInfo(Interface, _ownIPv4.ToInetAddress(), 24));
        interfaces.AddressAdded(new AddressInfo(Interface, _ownIPv6.ToInetAddress(), 64));
    }
}
