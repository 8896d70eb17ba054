using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>Two to five routers of mixed configuration and a seeded sequence of misfortunes, reloads among them.</summary>
public sealed class RandomScenario
{
    private readonly Random _random;

    /// <summary>Builds it; nothing has happened yet.</summary>
    public RandomScenario(int seed)
    {
        // Two streams: what happens does not depend on how often the link threw its dice.
        _random = new Random(seed);
        Lan = new SimulatedLan(seed + 1_000_000);
        Watch = new LanWatch(Lan);
        Interval = TimeSpan.FromSeconds(_random.Next(1, 3));
        VrrpVersion version = _random.Next(2) == 0 ? VrrpVersion.Version2 : VrrpVersion.Version3;
        if (version == VrrpVersion.Version3)
        {
            Interval /= 10;
        }

        int count = _random.Next(2, 6);
        for (int i = 0; i < count; i++)
        {
            Lan.Add(RandomParameters(version));
        }
    }

    /// <summary>The link.</summary>
    public SimulatedLan Lan { get; }

    /// <summary>The watch over it.</summary>
    public LanWatch Watch { get; }

    /// <summary>Everybody's advertisement interval.</summary>
    public TimeSpan Interval { get; }

    /// <summary>The longest master-down interval anybody can have.</summary>
    public TimeSpan LongestMasterDown =>
        Lan.Routers.Max(r => VirtualRouterTimers.MasterDown(r.Core.Parameters.Version, 1, Interval, r.Core.Parameters.DownTimerAdvertisements));

    /// <summary>Starts everybody and lets this many things go wrong, one after the other.</summary>
    public void Misbehave(int misfortunes)
    {
        Lan.StartAll();
        Run(_random.NextDouble() * 10);
        for (int i = 0; i < misfortunes; i++)
        {
            Misfortune();
            Run(_random.NextDouble() * 8);
        }
    }

    /// <summary>Ends all misfortunes and waits until everything must have settled.</summary>
    public void Recover()
    {
        Lan.Heal();
        foreach (SimulatedRouter router in Lan.Routers)
        {
            router.Resume();
            router.SetInterface(isUp: true);
            router.Start();
        }

        Lan.Queue.Run(Settling);
        Watch.Reset();
    }

    /// <summary>Time after which nobody may change any more: every delay there is, and three down timers.</summary>
    public TimeSpan Settling =>
        (LongestMasterDown * 3) + Lan.Routers.Max(r => r.Core.Parameters.PreemptDelay);

    private void Run(double intervals) => Lan.Queue.Run(Interval * intervals);

    private VirtualRouterParameters RandomParameters(VrrpVersion version) => new()
    {
        VirtualRouterId = 51,
        Version = version,
        AdvertisementInterval = Interval,
        // Few values, so that equal priorities are frequent.
        BasePriority = (byte)(50 * _random.Next(1, 5)),
        StartsAsMaster = _random.Next(3) == 0,
        Preempts = _random.Next(4) != 0,
        PreemptDelay = _random.Next(4) == 0 ? Interval * _random.Next(1, 8) : TimeSpan.Zero,
        DownTimerAdvertisements = _random.Next(5) == 0 ? 2 : 3,
        SilentToLowerPriority = _random.Next(3) == 0,
        AdvertisesBeforeYielding = _random.Next(3) == 0,
    };

    // Half of the reloads change nothing.
    private VirtualRouterParameters Changed(VirtualRouterParameters parameters) => _random.Next(2) == 0
        ? parameters with { }
        : parameters with { BasePriority = (byte)(50 * _random.Next(1, 5)), DownTimerAdvertisements = _random.Next(2, 5) };

    private void Misfortune()
    {
        SimulatedRouter one = Lan.Routers[_random.Next(Lan.Routers.Count)];
        SimulatedRouter other = Lan.Routers[_random.Next(Lan.Routers.Count)];
        switch (_random.Next(14))
        {
            case 0: one.Kill(); break;
            case 1: one.PowerOff(); break;
            case 2: one.Stop(); break;
            case 3 or 4: one.Start(); break;
            case 5: one.Pause(); break;
            case 6: one.Resume(); break;
            case 7: one.SetInterface(isUp: _random.Next(2) == 0); break;
            case 8 when one != other: Lan.Block(one, other); break;
            case 9: Lan.Partition([.. Lan.Routers.Where(_ => _random.Next(2) == 0)]); break;
            case 10: Lan.Loss = _random.NextDouble() / 2; break;
            case 11 or 12: one.Reload(Changed(one.Core.Parameters)); break;
            default: Lan.Heal(); break;
        }
    }
}
