using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>Links, machines, hosts and the time they live in.</summary>
public sealed class SimulatedNetwork
{
    private readonly List<SimulatedLan> _lans = [];
    private readonly List<SimulatedMachine> _machines = [];
    private readonly List<SimulatedHost> _hosts = [];
    private readonly List<SimulatedService> _services = [];
    private MonotonicTime _latestArrival;

    /// <summary>Makes an empty network.</summary>
    /// <param name="seed">Decides over everything random.</param>
    public SimulatedNetwork(ulong seed)
    {
        Dice = new Dice(seed);
        Watch = new NetworkWatch(this);
        Queue.Watch = Watch;
        LastDisturbance = Queue.Now;
    }

    /// <summary>Time.</summary>
    public SimulationQueue Queue { get; } = new();

    /// <summary>The only source of chance.</summary>
    public Dice Dice { get; }

    /// <summary>What happened.</summary>
    public Timeline Timeline { get; } = new();

    /// <summary>Looks after the invariants.</summary>
    public NetworkWatch Watch { get; }

    /// <summary>How late a process notices its timers at most; how late it is each time is chance.</summary>
    public static TimeSpan Lateness { get; } = TimeSpan.FromMicroseconds(200);

    /// <summary>How long the kernel's news take to a process at most.</summary>
    public static TimeSpan NewsDelay { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The links.</summary>
    public IReadOnlyList<SimulatedLan> Lans => _lans;

    /// <summary>The machines with routers.</summary>
    public IReadOnlyList<SimulatedMachine> Machines => _machines;

    /// <summary>The hosts.</summary>
    public IReadOnlyList<SimulatedHost> Hosts => _hosts;

    /// <summary>The virtual routers.</summary>
    public IReadOnlyList<SimulatedService> Services => _services;

    /// <summary>
    /// When something outside the routers changed last, and everything that was under way then had arrived: what the protocol
    /// promises, it promises from then on.
    /// </summary>
    public MonotonicTime LastDisturbance { get; private set; }

    internal FramePool Frames { get; } = new();

    internal ImageCache Images { get; } = new();

    /// <summary>Adds a link.</summary>
    public SimulatedLan AddLan()
    {
        var lan = new SimulatedLan(this, _lans.Count + 1);
        _lans.Add(lan);
        return lan;
    }

    /// <summary>Adds a machine, not yet started.</summary>
    public SimulatedMachine AddMachine()
    {
        var machine = new SimulatedMachine(this, _machines.Count + 1);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>Adds a host that uses all services of a link.</summary>
    public SimulatedHost AddHost(SimulatedLan lan)
    {
        ArgumentNullException.ThrowIfNull(lan);
        var host = new SimulatedHost(lan, $"h{_hosts.Count + 1}");
        _hosts.Add(host);
        foreach (SimulatedService service in _services)
        {
            if (service.Lan == lan)
            {
                host.Use(service);
            }
        }

        return host;
    }

    /// <summary>Adds a virtual router to a link; machines are told to be its routers afterwards.</summary>
    public SimulatedService AddService(SimulatedLan lan, ServiceSettings settings)
    {
        var service = new SimulatedService(lan, _services.Count, settings);
        _services.Add(service);
        foreach (SimulatedHost host in _hosts)
        {
            if (host.Lan == lan)
            {
                host.Use(service);
            }
        }

        return service;
    }

    /// <summary>Starts all machines, a little apart.</summary>
    public void StartAll()
    {
        foreach (SimulatedMachine machine in _machines)
        {
            Queue.After(Dice.PartOf(TimeSpan.FromSeconds(1)), machine.Start);
        }
    }

    /// <summary>Lets time pass.</summary>
    public void Run(double seconds) => Queue.Run(TimeSpan.FromSeconds(seconds));

    /// <summary>Something outside the routers has changed.</summary>
    internal void Disturb(string line)
    {
        Note(line);
        LastDisturbance = MonotonicTime.Max(Queue.Now, _latestArrival);
        Watch.IsStale = true;
    }

    internal void UnderWay(MonotonicTime arrival) => _latestArrival = MonotonicTime.Max(_latestArrival, arrival);

    internal void Note(string line) => Timeline.Note(Queue.Elapsed, line);

    internal InternetAddress AddressOn(SimulatedLan lan, AddressFamily family, int number) => family == AddressFamily.InterNetwork
        ? InternetAddress.Read([10, 0, (byte)lan.Number, (byte)number])
        : InternetAddress.Read([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)lan.Number, (byte)number]);

    internal static string HardwareText(ulong station) =>
        string.Join(':', Enumerable.Range(0, 6).Select(i => $"{(station >> (40 - (8 * i))) & 0xff:x2}"));
}
