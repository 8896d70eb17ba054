using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// A virtual router on a machine: the protocol core with real packets in and out, its timer, and the kernel, which keeps the
/// addresses when the process is gone.
/// </summary>
public sealed class SimulatedRouter : IVirtualRouterEffects, ISimulationTarget
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

    /// <summary>The kernel has the virtual address, whoever put it there.</summary>
    public bool HasAddresses { get; private set; }

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

    private MonotonicTime Now => _network.Queue.Now;

    /// <summary>Somebody else on the machine removes the virtual address.</summary>
    public void LoseAddress()
    {
        if (IsMaster)
        {
            _network.Disturb($"{Name}: somebody removes the virtual address");
            HasAddresses = false;
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

    void IVirtualRouterEffects.SendAdvertisement(byte priority)
    {
        EffectCount++;
        if (!Port.IsUp)
        {
            return;
        }

        if (_network.Timeline.HasPackets)
        {
            _network.Note($"{Name} advertises priority {priority}");
        }

        _signer?.Sign(priority, Machine.WallClock);
        if (!Service.Settings.IsUnicast)
        {
            bool isIPv4 = Service.Settings.Family == AddressFamily.InterNetwork;
            Transmit(priority, isIPv4 ? InternetAddress.VrrpGroupIPv4 : InternetAddress.VrrpGroupIPv6, null);
            return;
        }

        foreach (SimulatedRouter peer in Service.Routers)
        {
            if (peer != this)
            {
                Transmit(priority, peer.Address, peer.Port);
            }
        }
    }

    void IVirtualRouterEffects.SetDeadline(MonotonicTime? deadline)
    {
        EffectCount++;
        _wake = Machine.Interposer.Wake(Core, deadline) is { } time
            ? time + _network.Dice.PartOf(SimulatedNetwork.Lateness)
            : MonotonicTime.Never;
        Schedule();
    }

    void IVirtualRouterEffects.InstallAddresses()
    {
        EffectCount++;
        HasAddresses = true;
        _network.Watch.IsStale = true;
    }

    void IVirtualRouterEffects.RemoveAddresses()
    {
        EffectCount++;
        HasAddresses = false;
        _network.Watch.IsStale = true;
    }

    void IVirtualRouterEffects.Announce(int repeat, AnnouncementReason reason)
    {
        EffectCount++;
        if (!Machine.Interposer.Announces(Core, reason))
        {
            return;
        }

        if (_network.Timeline.IsKept)
        {
            _network.Note($"{Name} announces its address {repeat} times: {reason}");
        }

        LastAnnouncement = Now;
        for (int i = 0; i < repeat; i++)
        {
            SendAnnouncement();
        }
    }

    void IVirtualRouterEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause)
    {
        EffectCount++;
        Transitions++;
        ReadySince = Now;
        LowestPriority = Core.EffectivePriority;
        _network.Queue.Mix(((ulong)Number << 16) | ((ulong)Machine.Number << 8) | (ulong)current);
        if (_network.Timeline.IsKept)
        {
            _network.Note($"{Name} {previous.ToString().ToUpperInvariant()} to {current.ToString().ToUpperInvariant()}: {cause}");
        }

        _oracle.Changed(current, cause.Kind, Now);
        _network.Watch.Changed(this, current);
    }

    void IVirtualRouterEffects.PriorityChanged(byte previous, byte current, in TransitionCause cause)
    {
        EffectCount++;
        LowestPriority = Math.Min(LowestPriority, current);
        if (_network.Timeline.IsKept)
        {
            _network.Note($"{Name} priority {previous} to {current}: {cause}");
        }
    }

    void IVirtualRouterEffects.LowerPriorityReceived(in ReceivedAdvertisement advertisement)
    {
        EffectCount++;
        _network.Watch.HeardLowerPriority(this);
    }

    void IVirtualRouterEffects.Report(in RouterReport report)
    {
        EffectCount++;
        if (_network.Timeline.IsKept && !report.IsRepeated)
        {
            _network.Note($"{Name} {report}");
        }
    }

    /// <summary>An input to the core.</summary>
    internal void Feed(in VirtualRouterInput input) => Machine.Interposer.Input(Core, input);

    /// <summary>A process begins: a new core, which knows what is wrong before it starts.</summary>
    internal void Prepare()
    {
        Parameters = Configured;
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

    internal void LosePower() => HasAddresses = false;

    internal void LookAtClock()
    {
        Feed(new(VirtualRouterInputKind.Clock, Now));
        Schedule();
    }

    /// <summary>Takes what is configured now. What is sent changes first: the core may advertise the news at once.</summary>
    internal void Reload()
    {
        if (Configured != Parameters)
        {
            _network.Note($"{Name} is configured anew: {Describe(Configured)}");
            _oracle.Forget();
            ReadySince = Now;
        }

        Parameters = Configured;
        Renew();
        Feed(new(VirtualRouterInputKind.ParametersChanged, Now) { Parameters = Parameters });
        _network.Watch.IsStale = true;
    }

    /// <summary>The process sees whether its interface is up.</summary>
    internal void FollowLink()
    {
        if (Port.IsUp == Core.HasFault(FaultReason.InterfaceDown))
        {
            VirtualRouterInputKind kind = Port.IsUp ? VirtualRouterInputKind.FaultCleared : VirtualRouterInputKind.FaultAdded;
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

    internal void Receive(Frame frame)
    {
        if (_receiver is null || !TryOpen(frame, out VrrpDatagram datagram) || datagram.VirtualRouterId != Parameters.VirtualRouterId)
        {
            return;
        }

        ReceiveVerdict verdict = _receiver.Check(datagram, Core.ReceiverContext with { WallClock = Machine.WallClock });
        if (verdict.IsAccepted)
        {
            _oracle.Before();
            Feed(new(VirtualRouterInputKind.Advertisement, Now) { Advertisement = verdict.Advertisement });
            _oracle.After(verdict.Advertisement, Now);
        }
        else if (verdict.ToReport != ReceiveFinding.None && _network.Timeline.IsKept)
        {
            _network.Note($"{Name} drops an advertisement from {datagram.Source}: {verdict.DescribeDrop()}");
        }
    }

    internal static string Describe(VirtualRouterParameters p) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"v{(int)p.Version} priority {p.BasePriority} interval {p.AdvertisementInterval.TotalSeconds} s, {p.DownTimerAdvertisements} missed"
        + $"{(p.StartsAsMaster ? ", state MASTER" : "")}{(p.Preempts ? "" : ", nopreempt")}"
        + $"{(p.PreemptDelay > TimeSpan.Zero ? $", preempt delay {p.PreemptDelay.TotalSeconds} s" : "")}"
        + $"{(p.SilentToLowerPriority ? ", silent to lower" : "")}{(p.AdvertisesBeforeYielding ? ", advertises before yielding" : "")}"
        + $", announcements {p.Announcements.MasterRepeat}/{p.Announcements.LowerPriorityRepeat} delayed "
        + $"{p.Announcements.MasterDelay.TotalSeconds}/{p.Announcements.LowerPriorityDelay.TotalSeconds} s, refreshed {p.Announcements.MasterRefresh.TotalSeconds} s");

    private static void WriteHardware(Span<byte> bytes, ulong station)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((station >> (40 - (8 * i))) & 0xff);
        }
    }

    private static bool TryOpen(Frame frame, out VrrpDatagram datagram)
    {
        if (frame.Kind == FrameKind.AdvertisementIPv4)
        {
            return VrrpDatagram.TryOpenIPv4(frame.Bytes, out datagram);
        }

        return VrrpDatagram.TryOpenIPv6(
            frame.Bytes, frame.Source, frame.Destination, VrrpAdvertisement.RequiredHopLimit, isChecksumVerified: false, out datagram);
    }

    private void Transmit(byte priority, InternetAddress destination, NetworkPort? only)
    {
        AdvertisementImage image = _signer is null ? _network.Images.Get(_format!, Address, destination) : SignedImage(_signer, destination);
        ReadOnlySpan<byte> packet = image.Prepare(priority, _identification.Next());
        FrameKind kind = Service.Settings.Family == AddressFamily.InterNetwork ? FrameKind.AdvertisementIPv4 : FrameKind.AdvertisementIPv6;
        Frame frame = _network.Frames.Take();
        frame.Fill(kind, packet, Hardware, Address, destination);
        Port.Lan.Send(Port, frame, only);
    }

    private AdvertisementImage SignedImage(AdvertisementSigner signer, InternetAddress destination)
    {
        foreach (AdvertisementImage known in _signedImages)
        {
            if (known.Destination == destination)
            {
                return known;
            }
        }

        AdvertisementImage image = new(_format!, Address, destination, authentication: new(null, signer));
        _signedImages.Add(image);
        return image;
    }

    private void SendAnnouncement()
    {
        Span<byte> hardware = stackalloc byte[6];
        WriteHardware(hardware, Hardware);
        Span<byte> bytes = stackalloc byte[UnsolicitedNeighborAdvertisement.EthernetFrameLength];
        int length = Service.Settings.Family == AddressFamily.InterNetwork
            ? GratuitousArp.WriteEthernetFrame(bytes, hardware, Service.Address)
            : UnsolicitedNeighborAdvertisement.WriteEthernetFrame(bytes, hardware, Service.Address, isRouter: true);
        Frame frame = _network.Frames.Take();
        frame.Fill(FrameKind.Announcement, bytes[..length], Hardware, Address, default);
        Port.Lan.Send(Port, frame, null);
    }

    private EquatableArray<UnicastPeer> Peers()
    {
        List<UnicastPeer> peers = [];
        foreach (SimulatedRouter peer in Service.Routers)
        {
            if (peer != this)
            {
                peers.Add(new UnicastPeer(peer.Address));
            }
        }

        return [.. peers];
    }

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

    private void Renew()
    {
        _format = new AdvertisementFormat
        {
            VirtualRouterId = Parameters.VirtualRouterId,
            Version = Parameters.Version,
            Family = Parameters.Family,
            Interval = Parameters.AdvertisementInterval,
            Addresses = Service.Addresses,
            Hmac = Service.Settings.Hmac,
        };
        _signedImages.Clear();
        if (_signer is not null)
        {
            _signer.Prepare(Service.Settings.Hmac!, _format, Address);
        }

        bool isUnicast = Service.Settings.IsUnicast;
        var rules = new ReceiveRules { Format = _format, IsUnicast = isUnicast, RequiresKnownPeer = isUnicast, Peers = isUnicast ? Peers() : [] };
        if (_receiver is null)
        {
            _receiver = new AdvertisementReceiver(rules, Core.Statistics);
        }
        else
        {
            _receiver.UpdateRules(rules);
        }
    }
}
