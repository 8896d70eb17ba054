using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>A network of mixed configuration and a sequence of misfortunes, reloads among them, all from one seed.</summary>
public sealed partial class RandomScenario
{
    private static readonly int[] _intervalsVersion3 = [100, 200, 500, 1000];

    private readonly Dice _dice;
    private readonly Action<SimulatedMachine>? _prepare;
    private readonly VrrpVersion _version;
    private MonotonicTime _lastMisfortune;
    private TimeSpan _rolledOutInterval;
    private bool _rolledOutGroup;

    /// <summary>Builds it; nothing has happened yet.</summary>
    /// <param name="seed">Decides over everything.</param>
    /// <param name="prepare">Called for every machine before it starts: where mistakes are planted.</param>
    public RandomScenario(long seed, Action<SimulatedMachine>? prepare = null)
    {
        Seed = seed;
        _prepare = prepare;
        // Two streams: what happens does not depend on how often the links threw their dice.
        _dice = new Dice((ulong)seed);
        Network = new SimulatedNetwork(~(ulong)seed);
        _version = _dice.OneIn(2) ? VrrpVersion.Version2 : VrrpVersion.Version3;
        Interval = RandomInterval();
        Build();
    }

    /// <summary>The seed.</summary>
    public long Seed { get; }

    /// <summary>The network.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>The advertisement interval that most begin with: the measure of time.</summary>
    public TimeSpan Interval { get; private set; }

    /// <summary>The longest time anybody waits for a master to return.</summary>
    public TimeSpan LongestWait
    {
        get
        {
            TimeSpan longest = TimeSpan.Zero;
            foreach (SimulatedMachine machine in Network.Machines)
            {
                foreach (SimulatedRouter router in machine.Routers)
                {
                    VirtualRouterParameters p = router.Parameters;
                    TimeSpan wait = VirtualRouterTimers.MasterDown(p.Version, 1, LongestInterval(router.Service), p.DownTimerAdvertisements);
                    longest = wait > longest ? wait : longest;
                }
            }

            return longest;
        }
    }

    /// <summary>Time after which nobody may change any more: every delay there is, and three down timers.</summary>
    public TimeSpan Settling
    {
        get
        {
            TimeSpan delay = TimeSpan.Zero;
            foreach (SimulatedMachine machine in Network.Machines)
            {
                foreach (SimulatedRouter router in machine.Routers)
                {
                    delay = router.Parameters.PreemptDelay > delay ? router.Parameters.PreemptDelay : delay;
                }
            }

            return (LongestWait * 3) + delay + LongestTracking;
        }
    }

    // Until the last of the trackers and links has said what it is.
    private TimeSpan LongestTracking
    {
        get
        {
            TimeSpan longest = TimeSpan.Zero;
            foreach (SimulatedMachine machine in Network.Machines)
            {
                foreach (SimulatedTracker tracker in machine.Trackers)
                {
                    longest = tracker.Settings.Longest > longest ? tracker.Settings.Longest : longest;
                }

                foreach (SimulatedInterface port in machine.Interfaces)
                {
                    longest = port.UpDelay > longest ? port.UpDelay : longest;
                }
            }

            return longest;
        }
    }

    /// <summary>Plays all of it.</summary>
    public ScenarioResult Play()
    {
        try
        {
            Live();
        }
#pragma warning disable CA1031 // Whatever escapes from a core is a finding like any other, with a seed and a timeline.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Network.Watch.Violate($"exception: {e}");
        }

        return new ScenarioResult(
            Seed, Network.Watch.Violation, Network.Queue.Elapsed, Network.Queue.Steps, Network.Queue.Fingerprint, Network.Timeline.Lines);
    }

    /// <summary>The configuration, a line each.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (SimulatedService service in Network.Services)
        {
            ServiceSettings s = service.Settings;
            yield return $"{service.Lan.Name}: {service.Address} vrid {s.VirtualRouterId}{(s.IsUnicast ? ", unicast" : "")}{(s.UsesVirtualHardware ? ", virtual MAC" : "")}";
        }

        foreach (SimulatedMachine machine in Network.Machines)
        {
            foreach (SimulatedRouter router in machine.Routers)
            {
                yield return $"{router.Name} {router.Address} {SimulatedRouter.Describe(router.Configured)}{(machine.IsGrouped ? ", grouped" : "")}";
            }

            foreach (SimulatedTracker tracker in machine.Trackers)
            {
                yield return tracker.Describe();
            }
        }
    }

    private static TimeSpan LongestInterval(SimulatedService service)
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (SimulatedRouter router in service.Routers)
        {
            longest = router.Parameters.AdvertisementInterval > longest ? router.Parameters.AdvertisementInterval : longest;
            longest = router.Core.MasterInterval > longest ? router.Core.MasterInterval : longest;
        }

        return longest;
    }

    private void Live()
    {
        Network.StartAll();
        Run(10 * _dice.Unit());
        int misfortunes = _dice.Between(10, 40);
        for (int i = 0; i < misfortunes && Network.Watch.Violation is null; i++)
        {
            Misfortune();
            // Some come in quick succession, some find everybody settled.
            Run(_dice.OneIn(3) ? _dice.Unit() / 2 : 8 * _dice.Unit());
        }

        Recover();
        Settle();
    }

    private void Run(double intervals) => Network.Queue.Run(Interval * intervals);

    // A misfortune has a second half.
    private void Later(TimeSpan wait, Action action)
    {
        _lastMisfortune = MonotonicTime.Max(_lastMisfortune, Network.Queue.Now + wait);
        Network.Queue.After(wait, action);
    }

    // Ends all misfortunes but, sometimes, a partition and machines that are off.
    private void Recover()
    {
        if (_lastMisfortune > Network.Queue.Now)
        {
            Network.Queue.Run(_lastMisfortune - Network.Queue.Now);
        }

        bool isParted = _dice.OneIn(4);
        foreach (SimulatedLan lan in Network.Lans)
        {
            lan.Heal();
            if (isParted)
            {
                Part(lan);
            }
        }

        foreach (SimulatedMachine machine in Network.Machines)
        {
            foreach (SimulatedInterface port in machine.Interfaces)
            {
                machine.Connect(port, isConnected: true);
            }

            machine.Resume();
            machine.IsGrouped = _rolledOutGroup;
            if (_dice.OneIn(6))
            {
                machine.PowerOff();
            }
            else
            {
                machine.Start();
            }

            // What was configured last comes into force everywhere.
            machine.Reload();
        }

        // What a slow link still carries may arrive long after it was healed.
        TimeSpan underWay = Network.LastDisturbance > Network.Queue.Now ? Network.LastDisturbance - Network.Queue.Now : TimeSpan.Zero;
        Network.Queue.Run(underWay + SimulatedNetwork.NewsDelay + LongestTracking + LongestWait);
    }

    // The same machines on each side of every link: what sync groups can live with.
    private void Part(SimulatedLan lan)
    {
        foreach (NetworkPort port in lan.Ports)
        {
            foreach (SimulatedMachine machine in Network.Machines)
            {
                if (machine.Interfaces.Contains(port))
                {
                    lan.Plug(port, machine.Interfaces[0].Switch);
                }
            }
        }

        lan.SetTrunk(isUp: false);
    }

    private void Settle()
    {
        NetworkWatch watch = Network.Watch;
        Network.Queue.Run(Settling);
        if (watch.Violation is not null)
        {
            return;
        }

        watch.RequireSettled();
        int transitions = CountTransitions();
        Network.Queue.Run(LongestWait * 2);
        if (CountTransitions() != transitions)
        {
            watch.Violate("states still change after everything has settled");
        }

        watch.RequireSettled();
        if (watch.Violation is null && watch.MisledHosts() > 0)
        {
            Network.Note("some hosts are still misled: waiting until they must have asked again");
            Network.Queue.Run(SimulatedHost.LongestError + SimulatedNetwork.NewsDelay);
            if (watch.MisledHosts() is > 0 and int misled)
            {
                watch.Violate($"{misled} hosts never learned where the address is");
            }
        }
    }

    private int CountTransitions()
    {
        int transitions = 0;
        foreach (SimulatedMachine machine in Network.Machines)
        {
            foreach (SimulatedRouter router in machine.Routers)
            {
                transitions += router.Transitions;
            }
        }

        return transitions;
    }
}
