using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Testing;
using Keepalived.Tracking;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;
using Keepalived.Vrrp.Tests.Links;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>A daemon in virtual time: everything above the system calls is real.</summary>
internal sealed class Lab
{
    public const int Interface = 2;
    private readonly IScheduler _scheduler;
    private readonly TrackedFile[] _files;

    public Lab(
        string configuration, bool hasInterface = true, bool hasAddress = true, Func<IFileSource>? openFiles = null, Func<IProcessSource>? openProcesses = null,
        TrackedFile? file = null, ILinkQuestions? drivers = null)
    {
        Loop.OwnerFailed += (_, e) => throw new InvalidOperationException("The plugin threw.", e);
        _scheduler = Loop.ForOwner("vrrp");
        Interfaces = new InterfaceTable(Routers);
        Network = new FakeNetwork(Loop, Order);
        Announcements = new FakeAnnouncements(Loop);
        Links = new FakeLinks(Loop, Order);
        if (hasInterface)
        {
            Interfaces.LinkChanged(Eth0);
            if (hasAddress)
            {
                Interfaces.AddressAdded(OwnAddress);
            }
        }

        _files = file is null ? [] : [file];
        Configuration = Read(configuration)!;
        FakeAddresses? addresses = null;
        Installer = new AddressInstaller(_scheduler, Interfaces, handler => addresses = new FakeAddresses(Loop, handler, this));
        Addresses = addresses!;
        Services = new VrrpServices
        {
            Scheduler = _scheduler,
            Daemon = new SomeDaemon(),
            Events = Events,
            Scripts = Scripts,
            Logger = Log,
            Interfaces = Interfaces,
            Installer = Installer,
            AddressIndex = new AddressIndex(),
            Announcer = new Announcer(_scheduler, Log, Interfaces, Announcements, new NoForwarding()),
            Paths = new AdvertisementPaths(_scheduler, Log, Network),
            SilentUntil = _scheduler.Now + Configuration.Globals.StartupDelay,
            OpenLinkQuestions = () => drivers ?? throw new InvalidOperationException("The test has no drivers."),
            LinkTable = Links,
            Sysctls = new NoSysctls(),
            OpenFiles = openFiles ?? (() => throw new InvalidOperationException("The test has no files.")),
            OpenBfdSessions = () => Sessions,
            OpenProcesses = openProcesses ?? (() => throw new InvalidOperationException("The test has no processes.")),
        };
        Routers.Services = Services;
    }

    public static LinkInfo Eth0 => ConfigurationText.Ethernet("eth0", Interface);

    public static AddressInfo OwnAddress => new(Interface, InetAddress.Parse("10.0.0.1"), 24);

    public VirtualLoop Loop { get; } = new();

    public List<string> Order { get; } = [];

    public VirtualRouterSet Routers { get; } = new();

    public InterfaceTable Interfaces { get; }

    public AddressInstaller Installer { get; }

    public FakeAddresses Addresses { get; }

    public FakeNetwork Network { get; }

    public FakeAnnouncements Announcements { get; }

    public FakeLinks Links { get; }

    public ScriptedBfdSessions Sessions { get; } = new();

    public RecordedEvents Events { get; } = new();

    public RecordedScripts Scripts { get; } = new();

    public RecordedLog Log { get; } = new();

    public VrrpServices Services { get; }

    public VrrpConfiguration Configuration { get; }

    public RunningInstance Only => Assert.Single(Routers.Instances);

    public VirtualRouterState State => Only.Router.State;

    /// <summary>The states that were published, in order.</summary>
    public IEnumerable<VrrpState> States => Events.All.OfType<VrrpInstanceStateChanged>().Select(e => e.State);

    public FakeChannel Channel => Network.Channels.Values.Last();

    public static string Instance(string more = "", int priority = 100, string addresses = "10.0.0.100/24", string name = "VI_1", string advert = "1") => $$"""
        vrrp_instance {{name}} {
            interface eth0
            virtual_router_id 51
            version 3
            advert_int {{advert}}
            priority {{priority}}
            virtual_ipaddress { {{addresses}} }
            {{more}}
        }
        """;

    /// <summary>A daemon that has just started.</summary>
    public static Lab Started(string configuration)
    {
        Lab lab = new(configuration);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        return lab;
    }

    /// <summary>A daemon that has become master, with its addresses there.</summary>
    public static Lab Master(string configuration)
    {
        Lab lab = Started(configuration);
        Assert.True(lab.Loop.RunUntil(() => lab.State == VirtualRouterState.Master, TimeSpan.FromSeconds(10)));
        lab.Advance(0);
        return lab;
    }

    public void Advance(double seconds) => Loop.Advance(TimeSpan.FromSeconds(seconds));

    public bool Has(string address, int prefixLength = 24) =>
        Addresses.Present.Contains(new AddressKey(Interface, InetAddress.Parse(address), (byte)prefixLength));

    /// <summary>Somebody else changes the addresses.</summary>
    public void RemoveBySomebody(string address, int prefixLength = 24, uint senderPort = 0)
    {
        AddressInfo info = new(Interface, InetAddress.Parse(address), (byte)prefixLength);
        Assert.True(Addresses.Present.Remove(AddressKey.Of(info)));
        Interfaces.AddressRemoved(info, senderPort);
        Advance(0);
    }

    public void Tell(List<(AddressInfo Address, bool IsAdd)> news)
    {
        foreach ((AddressInfo address, bool isAdd) in news)
        {
            if (isAdd)
            {
                Interfaces.AddressAdded(address);
            }
            else
            {
                Interfaces.AddressRemoved(address, senderPort: 0);
            }
        }
    }

    public void TellLater(List<(AddressInfo Address, bool IsAdd)> news) => _scheduler.Post(() => Tell(news));

    /// <summary>A peer's advertisement arrives.</summary>
    public void Hear(byte priority, string source = "10.0.0.2", string addresses = "10.0.0.100", byte id = 51)
    {
        var image = new AdvertisementImage(
            new AdvertisementFormat
            {
                VirtualRouterId = id,
                Version = VrrpVersion.Version3,
                Family = System.Net.Sockets.AddressFamily.InterNetwork,
                Interval = TimeSpan.FromSeconds(1),
                Addresses = [.. addresses.Split(' ').Select(InternetAddress.Parse)],
            },
            InternetAddress.Parse(source),
            InternetAddress.VrrpGroupIPv4);
        Channel.Deliver(image.Prepare(priority, 1).ToArray());
        Advance(0);
    }

    /// <summary>The interface goes down or comes up.</summary>
    public void SetLink(bool up)
    {
        LinkFlags flags = Eth0.Flags & (up ? ~LinkFlags.None : ~(LinkFlags.Up | LinkFlags.Running));
        Interfaces.LinkChanged(Eth0 with { Flags = flags });
        Advance(0);
    }

    public void Reload(string configuration)
    {
        Routers.Reload(Read(configuration));
        Advance(0);
    }

    public VrrpConfiguration? Parse(string configuration) => Read(configuration);

    private VrrpConfiguration? Read(string configuration) =>
        ConfigurationText.Read(configuration, new SomeLinks(ConfigurationText.Ethernet("eth0")), _files).Parsed;
}
