using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

// Who exchanges packets with whom.
internal sealed partial class ServiceWatch
{
    /// <summary>Finds out who exchanges packets with whom.</summary>
    public void FindParts()
    {
        IReadOnlyList<SimulatedRouter> routers = _service.Routers;
        SimulatedLan lan = _service.Lan;
        for (int i = 0; i < routers.Count; i++)
        {
            uint part = 1u << i;
            for (int j = 0; j < routers.Count; j++)
            {
                if (j != i && lan.Reaches(routers[i].Port, routers[j].Port))
                {
                    part |= 1u << j;
                }
            }

            _parts[i] = part;
        }

        IsMeasured = lan.IsPrompt && AreRegular() && SpeakTheSame();
    }

    /// <summary>Have both the same connected parts, of routers that can hold the address?</summary>
    public bool IsCongruentWith(ServiceWatch other)
    {
        uint able = 0;
        foreach (SimulatedRouter router in _service.Routers)
        {
            bool isAble = router.Machine.IsAwake && (IsReady(router) || router.Core.State == VirtualRouterState.Master);
            able |= isAble ? 1u << router.Number : 0;
        }

        for (int i = 0; i < _service.Routers.Count; i++)
        {
            if ((able & (1u << i)) != 0 && (_parts[i] & able) != (other._parts[i] & able))
            {
                return false;
            }
        }

        return true;
    }

    // Whom one reaches, reaches back, and reaches the same ones: only then is "connected part" a word with a meaning.
    private bool AreRegular()
    {
        int count = _service.Routers.Count;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                if ((_parts[i] & (1u << j)) != 0 && _parts[j] != _parts[i])
                {
                    return false;
                }
            }
        }

        return true;
    }

    // In version 2 advertisements with another interval are dropped: while a change is being rolled out the routers do not hear
    // each other.
    private bool SpeakTheSame()
    {
        SimulatedRouter? first = null;
        foreach (SimulatedRouter router in _service.Routers)
        {
            if (!router.Machine.IsRunning || router.Parameters.Version != VrrpVersion.Version2)
            {
                continue;
            }

            first ??= router;
            if (router.Parameters.AdvertisementInterval != first.Parameters.AdvertisementInterval)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsFirstOfPart(int router) => (_parts[router] & ((1u << router) - 1)) == 0;

    private static bool IsReady(SimulatedRouter router) => router.Core.State == VirtualRouterState.Backup && !router.Machine.IsGroupHeld;

    private (int Masters, int Ready) Count(uint part)
    {
        int masters = 0;
        int ready = 0;
        foreach (SimulatedRouter router in _service.Routers)
        {
            if ((part & (1u << router.Number)) != 0 && router.Machine.IsAwake)
            {
                masters += router.Core.State == VirtualRouterState.Master ? 1 : 0;
                ready += IsReady(router) ? 1 : 0;
            }
        }

        return (masters, ready);
    }
}
