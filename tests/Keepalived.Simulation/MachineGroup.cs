using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>The sync group of a machine: the real one, with all routers of the machine in it.</summary>
internal sealed class MachineGroup : ISyncGroupEffects
{
    private readonly SimulatedMachine _machine;
    private readonly SyncGroup _group;

    public MachineGroup(SimulatedMachine machine)
    {
        _machine = machine;
        _group = new SyncGroup(this);
        foreach (SimulatedRouter router in machine.Routers)
        {
            _group.Join(router.Name, router.Core);
            router.Core.Gate = machine.Interposer.Gate(router.Core, router.Core.Gate);
        }
    }

    /// <summary>All members are in one state, the group's. Of the microsecond that owners spend in BACKUP the group tells nobody.</summary>
    public bool Agrees
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

    void ISyncGroupEffects.Syncing(VirtualRouterState state, string cause) =>
        _machine.Network.Note($"{_machine.Name}: the group follows to {state.ToString().ToUpperInvariant()}");

    void ISyncGroupEffects.StateChanged(VirtualRouterState previous, VirtualRouterState current, string cause) =>
        _machine.Network.Queue.Mix((ulong)current);
}
