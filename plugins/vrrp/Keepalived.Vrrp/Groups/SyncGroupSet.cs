using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Groups;

/// <summary>All sync groups. Exists only where the configuration has had one.</summary>
internal sealed class SyncGroupSet(VrrpServices services) : IDisposable
{
    private readonly List<RunningGroup> _groups = [];

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<RunningGroup> Groups => _groups;

    /// <summary>A notify script of a group has not ended yet.</summary>
    public bool HasRunningScripts => _groups.Exists(group => group.RunningScripts > 0);

    /// <summary>Takes the groups of a configuration; one of the same name keeps its state and so tells nothing twice.</summary>
    /// <param name="settings">The groups.</param>
    /// <param name="instances">All instances; at start prepared but not started, at a reload running.</param>
    public void Take(EquatableArray<SyncGroupSettings> settings, IReadOnlyList<RunningInstance> instances)
    {
        Dictionary<string, RunningInstance> byName = new(StringComparer.Ordinal);
        foreach (RunningInstance instance in instances)
        {
            byName.TryAdd(instance.Settings.Name, instance);
        }

        RunningGroup[] old = [.. _groups];
        _groups.Clear();
        List<List<RunningInstance>> members = [];
        foreach (SyncGroupSettings group in settings)
        {
            members.Add([.. group.Members.Select(name => byName[name])]);
            _groups.Add(Array.Find(old, g => g.Settings.Name == group.Name) ?? new RunningGroup(group, services));
        }

        // First everybody leaves who does, then others come: an instance may move from one group to another.
        foreach (RunningGroup group in old)
        {
            List<RunningInstance> staying = _groups.IndexOf(group) is >= 0 and int place ? members[place] : [];
            foreach (RunningInstance gone in group.Members.Except(staying).ToArray())
            {
                group.Release(gone);
            }
        }

        for (int i = 0; i < _groups.Count; i++)
        {
            _groups[i].Take(settings[i], members[i]);
        }
    }

    /// <summary>An instance is about to be removed from the configuration.</summary>
    public void Release(RunningInstance instance)
    {
        foreach (RunningGroup group in _groups)
        {
            group.Release(instance);
        }
    }

    /// <summary>The members are about to be stopped one by one.</summary>
    public void Suspend()
    {
        foreach (RunningGroup group in _groups)
        {
            group.Core.Suspend();
        }
    }

    /// <summary>All members have been stopped. The groups are told after the members of all of them, as keepalived does it.</summary>
    public void Stop()
    {
        foreach (RunningGroup group in _groups)
        {
            group.Stop(DeliverWhenAllHaveTold);
        }

        DeliverWhenAllHaveTold();
    }

    private void DeliverWhenAllHaveTold()
    {
        if (!_groups.Exists(static group => group.HoldsNotices))
        {
            _groups.ForEach(static group => group.Deliver());
        }
    }

    /// <summary>Tells what is still held back.</summary>
    public void Dispose()
    {
        foreach (RunningGroup group in _groups)
        {
            group.Deliver();
        }
    }
}
