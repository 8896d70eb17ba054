using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>
/// The last state of each instance and group, from their events, for <c>fifo_write_vrrp_states_on_reload</c>. A reload deletes before the
/// states are written, so what was removed is gone from here.
/// </summary>
internal sealed class VrrpStates
{
    private readonly SortedDictionary<string, (VrrpState State, int Priority)> _instances = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, VrrpState> _groups = new(StringComparer.Ordinal);

    public void Remember(DaemonEvent daemonEvent)
    {
        switch (daemonEvent)
        {
            case VrrpInstanceStateChanged { State: VrrpState.Deleted } e:
                _instances.Remove(e.Instance);
                break;
            case VrrpInstanceStateChanged e:
                _instances[e.Instance] = (e.State, e.Priority);
                break;
            case VrrpPriorityChanged e:
                _instances[e.Instance] = (e.State, e.Priority);
                break;
            case VrrpGroupStateChanged { State: VrrpState.Deleted } e:
                _groups.Remove(e.Group);
                break;
            case VrrpGroupStateChanged e:
                _groups[e.Group] = e.State;
                break;
        }
    }

    /// <summary>Writes a line for everything that has a state, groups first as at start.</summary>
    public void WriteAll(Action<FifoLine> write)
    {
        foreach ((string name, VrrpState state) in _groups)
        {
            if (state != VrrpState.Init)
            {
                write(FifoLine.Group(name, state));
            }
        }

        foreach ((string name, (VrrpState state, int priority)) in _instances)
        {
            if (state != VrrpState.Init)
            {
                write(FifoLine.Instance(name, FifoLine.NameOf(state), priority));
            }
        }
    }
}
