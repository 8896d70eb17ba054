using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// A virtual router on a machine: the protocol core with real packets in and out, its timer, and the kernel, which keeps the
/// addresses when the process is gone.
/// </summary>
public sealed partial class SimulatedRouter : IVirtualRouterEffects, ISimulationTarget
{
    private readonly SimulatedNetwork _network;
    private readonly RouterOracle _oracle;
    private AdvertisementReceiver? _receiver;
    private AdvertisementFormat? _format;
    private Ipv4IdentificationCounter _identification;
    private readonly List<AdvertisementImage> _signedImages = [];
    private AdvertisementSigner? _signer;
    private MonotonicTime _wake = MonotonicTime.Never;
    private MonotonicTime _scheduled = MonotonicTime.Never;
    private int _timer;

    internal SimulatedRouter(SimulatedMachine machine, SimulatedInterface port, SimulatedService service, VirtualRouterParameters parameters)
    {
        _network = machine.Network;
        Machine = machine;
        Port = port;
        Service = service;
        Configured = parameters;
        Parameters = parameters;
        Number = service.Attach(this);
        Name = $"{machine.Name}/{service.Lan.Name}{(service.Settings.Family == AddressFamily.InterNetwork ? "" : "v6")}";
        Address = _network.AddressOn(service.Lan, service.Settings.Family, machine.Number);
        Core = new VirtualRouter(parameters, Address, this);
        _oracle = new RouterOracle(this);
    }

    /// <summary>Name in the timeline.</summary>
    public string Name { get; }

    /// <summary>Where it runs.</summary>
    public SimulatedMachine Machine { get; }

    /// <summary>The interface it runs on.</summary>
    public SimulatedInterface Port { get; }

    /// <summary>What it is a router of.</summary>
    public SimulatedService Service { get; }

    /// <summary>Source address.</summary>
    public InternetAddress Address { get; }

    /// <summary>The protocol core; another one after every start of the process.</summary>
    public VirtualRouter Core { get; private set; }

    /// <summary>What the configuration file says; in force from the next start or reload on.</summary>
    public VirtualRouterParameters Configured { get; set; }

    /// <summary>In force.</summary>
    public VirtualRouterParameters Parameters { get; private set; }

    /// <summary>The configuration has the service's second address too; in force from the next start or reload on.</summary>
    public bool HasSecondAddress { get; set; }

    /// <summary>Which virtual addresses the kernel has, whoever put them there: bit n is the service's address n.</summary>
    public int Installed { get; private set; }

    /// <summary>The kernel has a virtual address.</summary>
    public bool HasAddresses => Installed != 0;

    /// <summary>The addresses in force, as in <see cref="Installed"/>.</summary>
    internal int AddressSet { get; private set; } = SimulatedService.FirstAddress;

    /// <summary>The configuration says something else than what is in force.</summary>
    internal bool IsReconfigured => Configured != Parameters || ConfiguredSet != AddressSet;

    private int ConfiguredSet => HasSecondAddress ? SimulatedService.BothAddresses : SimulatedService.FirstAddress;

    /// <summary>Runs, is not paused, and is master.</summary>
    public bool IsMaster => Machine.IsAwake && Core.State == VirtualRouterState.Master;

    /// <summary>Number of effects so far.</summary>
    public int EffectCount { get; private set; }

    /// <summary>Number of changes of state so far.</summary>
    public int Transitions { get; private set; }

    /// <summary>When it came to BACKUP or got new parameters: from then on its down timer runs at the latest.</summary>
    public MonotonicTime ReadySince { get; private set; }

    /// <summary>The lowest effective priority since the state changed: the down timer may have been reckoned with it.</summary>
    internal byte LowestPriority { get; private set; }

    /// <summary>Link-layer address that the virtual address is announced with.</summary>
    internal ulong Hardware => Service.Settings.UsesVirtualHardware ? Service.VirtualHardware : Port.Hardware;

    internal RouterOracle Oracle => _oracle;

    /// <summary>Position among the service's routers.</summary>
    internal int Number { get; }

    /// <summary>When it announced its address last.</summary>
    internal MonotonicTime LastAnnouncement { get; private set; }

    /// <summary>When it advertised last.</summary>
    internal MonotonicTime LastAdvertisement { get; private set; }

    private MonotonicTime Now => _network.Queue.Now;

    /// <summary>Somebody else on the machine removes the virtual address.</summary>
    public void LoseAddress()
    {
        if (IsMaster)
        {
            _network.Disturb($"{Name}: somebody removes the virtual address");
            Installed = 0;
            Feed(new(VirtualRouterInputKind.AddressLost, Now));
        }
    }

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        if (argument != _timer)
        {
            return;
        }

        _scheduled = MonotonicTime.Never;
        if (Machine.IsAwake)
        {
            if (Now >= _wake)
            {
                Feed(new(VirtualRouterInputKind.Clock, Now));
            }

            Schedule();
        }
    }

    /// <summary>An input to the core.</summary>
    internal void Feed(in VirtualRouterInput input) => Machine.Interposer.Input(Core, input);

    /// <summary>A process begins: a new core, which knows what is wrong before it starts.</summary>
    internal void Prepare()
    {
        Parameters = Configured;
        AddressSet = ConfiguredSet;
        Core = new VirtualRouter(Parameters, Address, this);
        _receiver = null;
        _signer = Service.Settings.Hmac is null ? null : new AdvertisementSigner();
        _oracle.Forget();
        _wake = MonotonicTime.Never;
        _scheduled = MonotonicTime.Never;
        _timer++;
        Renew();
        FollowLink();
    }

    internal void Begin() => Feed(new(VirtualRouterInputKind.Start, Now));

    internal void Stop() => Feed(new(VirtualRouterInputKind.Stop, Now));

    /// <summary>The process is gone; what the kernel has stays.</summary>
    internal void End()
    {
        _timer++;
        _scheduled = MonotonicTime.Never;
        _oracle.Forget();
    }

    internal void LosePower() => Installed = 0;

    internal void LookAtClock()
    {
        Feed(new(VirtualRouterInputKind.Clock, Now));
        Schedule();
    }

    /// <summary>Takes what is configured now. What is sent changes first: the core may advertise the news at once.</summary>
    internal void Reload()
    {
        if (IsReconfigured)
        {
            _network.Note($"{Name} is configured anew: {Describe(Configured)}");
            _oracle.Forget();
            ReadySince = Now;
        }

        Parameters = Configured;
        int added = ConfiguredSet & ~AddressSet;
        AddressSet = ConfiguredSet;
        Renew();
        Feed(new(VirtualRouterInputKind.ParametersChanged, Now) { Parameters = Parameters });
        if (Core.State == VirtualRouterState.Master)
        {
            Installed = AddressSet;
            if (added != 0)
            {
                Feed(new(VirtualRouterInputKind.AddressesAdded, Now));
                _network.Watch.Changed(this, VirtualRouterState.Master);
            }
        }

        _network.Watch.IsStale = true;
    }

    /// <summary>The process sees whether its interface is up.</summary>
    internal void FollowLink()
    {
        if (Port.CountsAsUp == Core.HasFault(FaultReason.InterfaceDown))
        {
            VirtualRouterInputKind kind = Port.CountsAsUp ? VirtualRouterInputKind.FaultCleared : VirtualRouterInputKind.FaultAdded;
            Feed(new(kind, Now) { Fault = FaultReason.InterfaceDown });
        }
    }

    internal void AdjustPriority(MonotonicTime now)
    {
        int sum = 0;
        foreach (SimulatedTracker tracker in Machine.Trackers)
        {
            if (tracker.Router == this)
            {
                sum += tracker.Contribution;
            }
        }

        Feed(new(VirtualRouterInputKind.PriorityAdjusted, now) { Adjustment = sum });
    }

    internal static string Describe(VirtualRouterParameters p) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"v{(int)p.Version} priority {p.BasePriority} interval {p.AdvertisementInterval.TotalSeconds} s, {p.DownTimerAdvertisements} missed"
        + $"{(p.StartsAsMaster ? ", state MASTER" : "")}{(p.Preempts ? "" : ", nopreempt")}"
        + $"{(p.PreemptDelay > TimeSpan.Zero ? $", preempt delay {p.PreemptDelay.TotalSeconds} s" : "")}"
        + $"{(p.SilentToLowerPriority ? ", silent to lower" : "")}{(p.AdvertisesBeforeYielding ? ", advertises before yielding" : "")}{(p.ReassertsAfterConflict ? ", reasserts" : "")}"
        + $", announcements {p.Announcements.MasterRepeat}/{p.Announcements.LowerPriorityRepeat} delayed "
        + $"{p.Announcements.MasterDelay.TotalSeconds}/{p.Announcements.LowerPriorityDelay.TotalSeconds} s, refreshed {p.Announcements.MasterRefresh.TotalSeconds} s");

    // One event is enough: one that comes too early asks again. A timer that is moved on with every packet costs no event each.
    private void Schedule()
    {
        if (_wake < _scheduled)
        {
            _scheduled = _wake;
            _timer++;
            _network.Queue.At(_wake, this, 0, _timer, null);
        }
    }
}
