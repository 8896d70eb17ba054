using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

// Hosts and switches.
internal sealed partial class ServiceWatch
{
    /// <summary>From now on all hosts shall learn where the address is.</summary>
    public void ExpectAnnouncement(SimulatedRouter router, TimeSpan secondRound)
    {
        // Switches learn a virtual link-layer address from advertisements too, and so may be misled until the next one.
        TimeSpan allowance = _service.Settings.UsesVirtualHardware ? router.Parameters.AdvertisementInterval : TimeSpan.Zero;
        _announcedAt[router.Number] = Now;
        _learnedBy[router.Number] = Now + Slack + allowance;
        _secondRound[router.Number] = secondRound;
    }

    public int MisledHosts()
    {
        int misled = 0;
        foreach (SimulatedRouter router in _service.Routers)
        {
            if (router.IsMaster && Count(_parts[router.Number]).Masters == 1)
            {
                misled += CountMisled(router);
            }
        }

        return misled;
    }

    private int CountMisled(SimulatedRouter router)
    {
        int misled = 0;
        foreach (SimulatedHost host in _network.Hosts)
        {
            if (IsBeside(host, router) && IsMisled(host, router))
            {
                misled++;
            }
        }

        return misled;
    }

    private bool IsMisled(SimulatedHost host, SimulatedRouter router)
    {
        for (int i = 0; i < SimulatedService.AddressCount; i++)
        {
            InternetAddress address = _service.AddressOf(i);
            if ((router.Installed & (1 << i)) != 0 && host.Knows(address) && !host.Finds(router, address))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsBeside(SimulatedHost host, SimulatedRouter router) =>
        host.Lan == router.Port.Lan && host.Lan.Reaches(host, router.Port) && host.Lan.Reaches(router.Port, host);

    private void CheckHosts(SimulatedRouter router)
    {
        MonotonicTime since = _announcedAt[router.Number];
        _learnedBy[router.Number] = MonotonicTime.Never;
        // What was announced in the very moment of a disturbance may have been lost to what it ended.
        bool isUndisturbed = IsMeasured && _network.LastDisturbance < since;
        if (!isUndisturbed || !router.IsMaster || Count(_parts[router.Number]).Masters != 1 || CountMisled(router) == 0)
        {
            return;
        }

        TimeSpan secondRound = _secondRound[router.Number];
        if (HasAnotherAnnounced(router, since))
        {
            // The other one spoke last: the second round puts it right, if there is one.
            _secondRound[router.Number] = TimeSpan.Zero;
            _learnedBy[router.Number] = secondRound > TimeSpan.Zero ? since + secondRound + Slack : MonotonicTime.Never;
            return;
        }

        _watch.Violate($"hosts of {_service.Lan.Name} do not reach {router.Name} at {_service.Address}, though it had reason to announce it {(Now - since).TotalMilliseconds:0.###} ms ago");
    }

    private bool HasAnotherAnnounced(SimulatedRouter router, MonotonicTime since)
    {
        foreach (SimulatedRouter other in _service.Routers)
        {
            // Announcements of the same moment may overtake each other. A virtual link-layer address is learned from advertisements too.
            if (other != router && other.Installed != 0 && !other.Machine.IsAwake)
            {
                // Nobody takes the address from a process that stands still, and its kernel answers who asks.
                return true;
            }

            MonotonicTime spoke = _service.Settings.UsesVirtualHardware
                ? MonotonicTime.Max(other.LastAnnouncement, other.LastAdvertisement) : other.LastAnnouncement;
            if (other != router && spoke + (SimulatedLan.NormalDelay * 2) >= since)
            {
                return true;
            }
        }

        return false;
    }
}
