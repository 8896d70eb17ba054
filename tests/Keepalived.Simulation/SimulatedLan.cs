using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>One link with routers on it, and what can be wrong with it.</summary>
public sealed class SimulatedLan
{
    private readonly List<SimulatedRouter> _routers = [];
    private readonly HashSet<(SimulatedRouter From, SimulatedRouter To)> _blocked = [];
    private readonly List<string> _trace = [];

    /// <summary>Makes an empty link.</summary>
    /// <param name="seed">Decides over everything random.</param>
    public SimulatedLan(int seed) => Random = new Random(seed);

    /// <summary>Time.</summary>
    public SimulationQueue Queue { get; } = new();

    /// <summary>The only source of chance.</summary>
    public Random Random { get; }

    /// <summary>How long a packet takes at least; up to as much again is added by chance.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMicroseconds(50);

    /// <summary>The share of packets that is lost, for each receiver by itself: 0..1.</summary>
    public double Loss { get; set; }

    /// <summary>How late a timer is noticed at most; how late it is each time is chance.</summary>
    public TimeSpan Lateness { get; set; } = TimeSpan.FromMicroseconds(200);

    /// <summary>The routers.</summary>
    public IReadOnlyList<SimulatedRouter> Routers => _routers;

    /// <summary>What happened, a line each.</summary>
    public IReadOnlyList<string> Trace => _trace;

    /// <summary>No direction between two routers is cut while the other one works.</summary>
    public bool IsSymmetric => _blocked.All(pair => _blocked.Contains((pair.To, pair.From)));

    /// <summary>Puts a router on the link, not yet started.</summary>
    /// <param name="parameters">Its configuration.</param>
    /// <param name="host">The last byte of its address 10.0.0.x; by default the number of routers.</param>
    public SimulatedRouter Add(VirtualRouterParameters parameters, int? host = null)
    {
        int number = host ?? _routers.Count + 1;
        var router = new SimulatedRouter(this, $"r{number}", InternetAddress.Parse($"10.0.0.{number}"), parameters);
        _routers.Add(router);
        return router;
    }

    /// <summary>Starts all routers, a little apart.</summary>
    public void StartAll()
    {
        foreach (SimulatedRouter router in _routers)
        {
            Queue.After(TimeSpan.FromMilliseconds(Random.Next(1000)), router.Start);
        }
    }

    /// <summary>Cuts or mends one direction.</summary>
    public void Block(SimulatedRouter from, SimulatedRouter to, bool isBlocked = true)
    {
        Note($"{from.Name} to {to.Name} {(isBlocked ? "cut" : "mended")}");
        _ = isBlocked ? _blocked.Add((from, to)) : _blocked.Remove((from, to));
    }

    /// <summary>Parts the link in two: these routers, and the others.</summary>
    public void Partition(params IReadOnlyCollection<SimulatedRouter> part)
    {
        Note($"partition {string.Join(' ', part.Select(r => r.Name))}");
        foreach (SimulatedRouter from in _routers)
        {
            foreach (SimulatedRouter to in _routers.Where(to => part.Contains(from) != part.Contains(to)))
            {
                _blocked.Add((from, to));
            }
        }
    }

    /// <summary>Ends every cut and all loss.</summary>
    public void Heal()
    {
        Note("healed");
        _blocked.Clear();
        Loss = 0;
    }

    /// <summary>Lets time pass.</summary>
    public void Run(double seconds) => Queue.Run(TimeSpan.FromSeconds(seconds));

    /// <summary>Can a packet get from one to the other?</summary>
    public bool Reaches(SimulatedRouter from, SimulatedRouter to) => !_blocked.Contains((from, to));

    /// <summary>Carries a packet to everybody else.</summary>
    internal void Broadcast(SimulatedRouter from, ReadOnlySpan<byte> packet)
    {
        byte[] copy = packet.ToArray();
        foreach (SimulatedRouter to in _routers)
        {
            // The dice are thrown for every receiver, reached or not: a cut does not shift the luck of the others.
            bool isLost = Random.NextDouble() < Loss;
            TimeSpan delay = Delay + (Delay * Random.NextDouble());
            if (to != from && !isLost && Reaches(from, to))
            {
                Queue.After(delay, () => to.Deliver(copy));
            }
        }
    }

    internal void Note(string line) => _trace.Add($"{Queue.Elapsed.TotalSeconds:000.000000} {line}");
}
