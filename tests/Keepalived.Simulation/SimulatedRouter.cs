using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// A machine with one virtual router: the protocol core with real packets in and out, a process that can be paused or
/// killed, and a kernel that keeps the addresses when the process is gone.
/// </summary>
public sealed class SimulatedRouter : IVirtualRouterEffects
{
    private readonly SimulatedLan _lan;
    private readonly List<byte[]> _socketBuffer = [];
    private AdvertisementImage _image;
    private AdvertisementReceiver _receiver;
    private Ipv4IdentificationCounter _identification;
    private MonotonicTime? _deadline;
    private int _deadlineGeneration;

    internal SimulatedRouter(SimulatedLan lan, string name, InternetAddress source, VirtualRouterParameters parameters)
    {
        _lan = lan;
        Name = name;
        Address = source;
        Core = new VirtualRouter(parameters, source, this);
        _image = ImageFor(parameters);
        _receiver = ReceiverFor(parameters);
    }

    /// <summary>Name in the trace.</summary>
    public string Name { get; }

    /// <summary>Source address.</summary>
    public InternetAddress Address { get; }

    /// <summary>The protocol core; another one after every restart of the process.</summary>
    public VirtualRouter Core { get; private set; }

    /// <summary>The process exists.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The process exists and is stopped.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The kernel has the virtual addresses, whoever put them there.</summary>
    public bool HasAddresses { get; private set; }

    /// <summary>Runs and is master.</summary>
    public bool IsMaster => IsRunning && Core.State == VirtualRouterState.Master;

    /// <summary>Number of effects so far.</summary>
    public int EffectCount { get; private set; }

    /// <summary>Starts the process.</summary>
    public void Start()
    {
        if (IsRunning)
        {
            return;
        }

        Note("starts");
        IsRunning = true;
        IsPaused = false;
        Core = new VirtualRouter(Core.Parameters, Address, this);
        _receiver = ReceiverFor(Core.Parameters);
        Core.Start(_lan.Queue.Now);
    }

    /// <summary>Ends the process politely.</summary>
    public void Stop()
    {
        if (IsRunning && !IsPaused)
        {
            Core.Stop(_lan.Queue.Now);
            End("stops");
        }
    }

    /// <summary>Kills the process; the kernel keeps what it has.</summary>
    public void Kill() => End("is killed");

    /// <summary>Takes the power away.</summary>
    public void PowerOff()
    {
        HasAddresses = false;
        End("loses power");
    }

    /// <summary>Stops the process as SIGSTOP does: packets wait in the socket, timers pass.</summary>
    public void Pause()
    {
        if (IsRunning && !IsPaused)
        {
            Note("pauses");
            IsPaused = true;
        }
    }

    /// <summary>Continues the process. Whether it first sees its timers or its packets is chance, as it is in an event loop.</summary>
    public void Resume()
    {
        if (!IsPaused)
        {
            return;
        }

        Note("resumes");
        IsPaused = false;
        bool clockFirst = _lan.Random.Next(2) == 0;
        if (clockFirst)
        {
            Core.OnDeadline(_lan.Queue.Now);
        }

        foreach (byte[] packet in _socketBuffer)
        {
            Receive(packet);
        }

        _socketBuffer.Clear();
        Core.OnDeadline(_lan.Queue.Now);
    }

    /// <summary>The interface goes down or up, and the router is told.</summary>
    public void SetInterface(bool isUp)
    {
        if (!IsRunning || IsPaused)
        {
            return;
        }

        Note(isUp ? "interface up" : "interface down");
        if (isUp)
        {
            Core.ClearFault(FaultReason.InterfaceDown, _lan.Queue.Now);
        }
        else
        {
            Core.AddFault(FaultReason.InterfaceDown, _lan.Queue.Now);
        }
    }

    /// <summary>A reload. What is sent changes first: the core may advertise the news at once.</summary>
    public void Reload(VirtualRouterParameters parameters)
    {
        if (IsRunning && !IsPaused)
        {
            _image = ImageFor(parameters);
            _receiver.UpdateRules(new ReceiveRules { Format = FormatOf(parameters) });
            Core.UpdateParameters(parameters, _lan.Queue.Now);
        }
    }

    internal void Deliver(byte[] packet)
    {
        if (IsPaused)
        {
            _socketBuffer.Add(packet);
        }
        else if (IsRunning)
        {
            Receive(packet);
        }
    }

    void IVirtualRouterEffects.SendAdvertisement(byte priority)
    {
        EffectCount++;
        if (!Core.HasFault(FaultReason.InterfaceDown))
        {
            _lan.Broadcast(this, _image.Prepare(priority, _identification.Next()));
        }
    }

    void IVirtualRouterEffects.SetDeadline(MonotonicTime? deadline)
    {
        EffectCount++;
        _deadline = deadline;
        int generation = ++_deadlineGeneration;
        if (deadline is { } time)
        {
            TimeSpan lateness = _lan.Lateness * _lan.Random.NextDouble();
            _lan.Queue.At(time + lateness, () => OnTimer(generation));
        }
    }

    void IVirtualRouterEffects.InstallAddresses()
    {
        EffectCount++;
        HasAddresses = true;
    }

    void IVirtualRouterEffects.RemoveAddresses()
    {
        EffectCount++;
        HasAddresses = false;
    }

    void IVirtualRouterEffects.Announce(int repeat, AnnouncementReason reason) => EffectCount++;

    void IVirtualRouterEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause)
    {
        EffectCount++;
        Note($"{previous} to {current}: {cause}");
    }

    void IVirtualRouterEffects.PriorityChanged(byte previous, byte current, in TransitionCause cause)
    {
        EffectCount++;
        Note($"priority {previous} to {current}: {cause}");
    }

    void IVirtualRouterEffects.LowerPriorityReceived(in ReceivedAdvertisement advertisement) => EffectCount++;

    void IVirtualRouterEffects.Report(in RouterReport report) => EffectCount++;

    private static AdvertisementFormat FormatOf(VirtualRouterParameters parameters) => new()
    {
        VirtualRouterId = parameters.VirtualRouterId,
        Version = parameters.Version,
        Family = AddressFamily.InterNetwork,
        Interval = parameters.AdvertisementInterval,
        Addresses = [InternetAddress.Parse("10.0.0.100")],
    };

    private AdvertisementImage ImageFor(VirtualRouterParameters parameters) =>
        new(FormatOf(parameters), Address, InternetAddress.VrrpGroupIPv4);

    private AdvertisementReceiver ReceiverFor(VirtualRouterParameters parameters) =>
        new(new ReceiveRules { Format = FormatOf(parameters) }, Core.Statistics);

    private void OnTimer(int generation)
    {
        if (generation == _deadlineGeneration && IsRunning && !IsPaused && _deadline is not null)
        {
            Core.OnDeadline(_lan.Queue.Now);
        }
    }

    private void Receive(byte[] packet)
    {
        if (Core.HasFault(FaultReason.InterfaceDown)
            || !VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram))
        {
            return;
        }

        ReceiveVerdict verdict = _receiver.Check(datagram, Core.ReceiverContext);
        if (verdict.IsAccepted)
        {
            Core.Receive(verdict.Advertisement, _lan.Queue.Now);
        }
        else if (verdict.ToReport != ReceiveFinding.None)
        {
            Note($"drops: {verdict.DescribeDrop()}");
        }
    }

    private void End(string how)
    {
        if (!IsRunning)
        {
            return;
        }

        Note(how);
        IsRunning = false;
        IsPaused = false;
        _socketBuffer.Clear();
        _deadlineGeneration++;
    }

    private void Note(string line) => _lan.Note($"{Name} {line}");
}
