using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>
/// The last state of each instance and group, from their events, for <c>fifo_write_vrrp_states_on_reload</c>. A reload deletes before the
/// states are written, so what was removed is gone from here.
/// </summary>
internal sealed class VrrpStates
{
    // Sorted when written, and classes for values: a sorted dictionary of structs is compiled at run time, before a first advertisement leaves.
    private readonly Dictionary<string, Known> _instances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Known> _groups = new(StringComparer.Ordinal);

    public void Remember(DaemonEvent daemonEvent)
    {
        switch (daemonEvent)
        {
            case VrrpInstanceStateChanged { State: VrrpState.Deleted } e:
                _instances.Remove(e.Instance);
                break;
            case VrrpInstanceStateChanged e:
                Set(_instances, e.Instance, e.State, e.Priority);
                break;
            case VrrpPriorityChanged e:
                Set(_instances, e.Instance, e.State, e.Priority);
                break;
            case VrrpGroupStateChanged { State: VrrpState.Deleted } e:
                _groups.Remove(e.Group);
                break;
            case VrrpGroupStateChanged e:
                Set(_groups, e.Group, e.State, 0);
                break;
        }
    }

    /// <summary>Writes a line for everything that has a state, groups first as at start.</summary>
    public void WriteAll(Action<FifoLine> write)
    {
        foreach (string name in NamesOf(_groups))
        {
            write(FifoLine.Group(name, _groups[name].State));
        }

        foreach (string name in NamesOf(_instances))
        {
            Known known = _instances[name];
            write(FifoLine.Instance(name, FifoLine.NameOf(known.State), known.Priority));
        }
    }

    private static void Set(Dictionary<string, Known> all, string name, VrrpState state, int priority)
    {
        if (!all.TryGetValue(name, out Known? known))
        {
            all.Add(name, known = new Known());
        }

        known.State = state;
        known.Priority = priority;
    }

    private static List<string> NamesOf(Dictionary<string, Known> all)
    {
        List<string> names = [];
        foreach ((string name, Known known) in all)
        {
            if (known.State != VrrpState.Init)
            {
                names.Add(name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private sealed class Known
    {
        public VrrpState State { get; set; }

        public int Priority { get; set; }
    }
}
