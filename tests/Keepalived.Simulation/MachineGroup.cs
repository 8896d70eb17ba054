using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>The sync group of a machine: the real one, with all routers of the machine in it.</summary>
internal sealed class MachineGroup : ISyncGroupEffects
{
    private readonly SimulatedMachine _machine;
    private readonly SyncGroup _group;
    private readonly bool _madeAtReload;

    public MachineGroup(SimulatedMachine machine, bool madeAtReload)
    {
        _machine = machine;
        _madeAtReload = madeAtReload;
        _group = new SyncGroup(this);
        foreach (SimulatedRouter router in machine.Routers)
        {
            _group.Join(router.Name, router.Core);
            router.Core.Gate = machine.Interposer.Gate(router.Core, router.Core.Gate);
        }
    }

    /// <summary>
    /// All members are in one state, the group's. Of the microsecond that owners spend in BACKUP the group tells nobody. Who was in BACKUP
    /// when a reload made the group remains there beside one that awaits a first result (in INIT, or in FAULT if it had a fault meanwhile),
    /// and cannot take over as long as that does.
    /// </summary>
    public bool Agrees => AreEqual || (_madeAtReload && AwaitsFirstResult && AllWait);

    private bool AwaitsFirstResult => _group.State == VirtualRouterState.Init || _group is { FaultyMembers: 0, PendingMembers: > 0 };

    private bool AllWait
    {
        get
        {
            foreach (SimulatedRouter router in _machine.Routers)
            {
                bool waits = router.Core.State is VirtualRouterState.Init or VirtualRouterState.Backup
                    || (router.Core.State == VirtualRouterState.Fault && router.Core.PendingTrackers > 0);
                if (!waits)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private bool AreEqual
    {
        get
        {
            VirtualRouterState first = _machine.Routers[0].Core.State;
            bool areOwners = true;
            foreach (SimulatedRouter router in _machine.Routers)
            {
                areOwners &= router.Parameters.IsOwner;
                if (router.Core.State != first)
                {
                    return false;
                }
            }

            return _group.State == first || areOwners;
        }
    }

    public void Begin(MonotonicTime now) => _group.Begin(now);

    public void Suspend() => _group.Suspend();

    public void Disband(MonotonicTime now)
    {
        foreach (SimulatedRouter router in _machine.Routers)
        {
            _group.Leave(router.Core, now);
        }
    }

    void ISyncGroupEffects.Syncing(VirtualRouterState state, string cause) =>
        _machine.Network.Note($"{_machine.Name}: the group follows to {state.ToString().ToUpperInvariant()}");

    void ISyncGroupEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, string cause) =>
        _machine.Network.Queue.Mix((ulong)current);
}
