using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// Looks after every event. Some things must hold always; of others, which cannot hold while the network is disturbed, it
/// measures how long they did not hold at a stretch.
/// </summary>
public sealed class LanWatch
{
    private readonly SimulatedLan _lan;
    private MonotonicTime? _twoMastersSince;
    private MonotonicTime? _noMasterSince;

    /// <summary>Begins to watch.</summary>
    public LanWatch(SimulatedLan lan)
    {
        _lan = lan;
        lan.Queue.Stepped += Look;
    }

    /// <summary>The longest time that one connected part had two masters, counting those whose process runs.</summary>
    public TimeSpan LongestTwoMasters { get; private set; }

    /// <summary>The longest time that a connected part with a healthy router had no master.</summary>
    public TimeSpan LongestNoMaster { get; private set; }

    /// <summary>Forgets what was measured: to be called when the network has been mended.</summary>
    public void Reset()
    {
        LongestTwoMasters = TimeSpan.Zero;
        LongestNoMaster = TimeSpan.Zero;
        _twoMastersSince = null;
        _noMasterSince = null;
        Look();
    }

    /// <summary>The sets of routers that reach each other, for links that are cut in both directions or not at all.</summary>
    public IReadOnlyList<IReadOnlyList<SimulatedRouter>> Parts()
    {
        List<List<SimulatedRouter>> parts = [];
        foreach (SimulatedRouter router in _lan.Routers)
        {
            List<SimulatedRouter>? part = parts.Find(p => _lan.Reaches(router, p[0]) && _lan.Reaches(p[0], router));
            if (part is null)
            {
                parts.Add([router]);
            }
            else
            {
                part.Add(router);
            }
        }

        return parts;
    }

    private void Look()
    {
        foreach (SimulatedRouter router in _lan.Routers.Where(r => r.IsRunning))
        {
            if (router.HasAddresses != router.IsMaster)
            {
                throw new InvalidOperationException(
                    $"{router.Name} is {router.Core.State} and {(router.HasAddresses ? "has" : "lacks")} the addresses.");
            }
        }

        bool two = false;
        bool none = false;
        if (_lan.IsSymmetric)
        {
            foreach (IReadOnlyList<SimulatedRouter> part in Parts())
            {
                int masters = part.Count(r => r.IsMaster && !r.IsPaused);
                two |= masters > 1;
                none |= masters == 0 && part.Any(r => r.IsRunning && r.Core.State == VirtualRouterState.Backup);
            }
        }

        LongestTwoMasters = Measure(two, ref _twoMastersSince, LongestTwoMasters);
        LongestNoMaster = Measure(none, ref _noMasterSince, LongestNoMaster);
    }

    private TimeSpan Measure(bool holds, ref MonotonicTime? since, TimeSpan longest)
    {
        since ??= holds ? _lan.Queue.Now : null;
        if (since is not { } begin)
        {
            return longest;
        }

        since = holds ? since : null;
        TimeSpan lasted = _lan.Queue.Now - begin;
        return lasted > longest ? lasted : longest;
    }
}
