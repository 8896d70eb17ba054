using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

// What the core does to the world.
public sealed partial class SimulatedRouter
{
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

        LastAdvertisement = Now;
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
        Installed = AddressSet;
        _network.Watch.IsStale = true;
    }

    void IVirtualRouterEffects.RemoveAddresses()
    {
        EffectCount++;
        Installed = 0;
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
            SendAnnouncements();
        }
    }

    void IVirtualRouterEffects.ConflictEnded(in TransitionCause cause)
    {
        EffectCount++;
        if (_network.Timeline.IsKept)
        {
            _network.Note($"{Name} tells again that it is master: {cause}");
        }

        if (Core.State != VirtualRouterState.Master)
        {
            _network.Watch.Violate($"{Name} tells that it outlasted another master, and is none itself");
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

        // Of two masters another one may be the better from now on, and its next advertisement is what ends it.
        _network.Disturb(_network.Timeline.IsKept ? $"{Name} priority {previous} to {current}: {cause}" : "");
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
}
