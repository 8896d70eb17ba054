using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>An instance that has been completed, with its block as written.</summary>
internal sealed record CompletedInstance(InstanceDraft Draft, InstanceSettings Settings);

/// <summary>Puts instances into their sync groups: each into one at most, groups without members are left out.</summary>
internal sealed class SyncGroupCompletion(IConfigurationSession session, TrackingCompletion tracking, GlobalSettings globals)
{
    private readonly Dictionary<string, SyncGroupDraft> _groupOf = new(StringComparer.Ordinal);

    /// <summary>Completes groups and, with what the groups say, their members.</summary>
    public (EquatableArray<SyncGroupSettings> Groups, EquatableArray<InstanceSettings> Instances) Complete(List<SyncGroupDraft> groups, List<CompletedInstance> instances)
    {
        Dictionary<string, CompletedInstance> byName = instances.ToDictionary(i => i.Settings.Name, StringComparer.Ordinal);
        Dictionary<SyncGroupDraft, List<TrackLine>> groupLines = [];
        List<SyncGroupSettings> settings = [];
        foreach (SyncGroupDraft group in groups)
        {
            List<CompletedInstance> members = Members(group, byName);
            if (members.Count == 0)
            {
                continue;
            }

            bool hasOwner = CheckOwners(group, members);
            List<TrackLine> lines = tracking.OfGroup(group, hasOwner);
            groupLines.Add(group, lines);
            settings.Add(new SyncGroupSettings
            {
                Name = group.Name,
                Members = [.. members.Select(m => m.Settings.Name)],
                Tracking = tracking.Resolve(lines),
                Notify = group.Notify.Complete(session),
                NotifiesPriorityChanges = group.NotifiesPriorityChanges ?? globals.NotifiesPriorityChanges,
                SmtpAlert = group.SmtpAlert ?? globals.SmtpAlert ?? session.Globals.SmtpAlert ?? false,
                AllowsMemberWeights = group.AllowsMemberWeights,
            });
        }

        return ([.. settings], [.. instances.Select(instance => Complete(instance, groupLines))]);
    }

    private InstanceSettings Complete(CompletedInstance instance, Dictionary<SyncGroupDraft, List<TrackLine>> groupLines)
    {
        SyncGroupDraft? group = _groupOf.GetValueOrDefault(instance.Settings.Name);
        List<TrackLine> lines = tracking.OfInstance(instance.Draft, instance.Settings.IsOwner, group, group is null ? [] : groupLines[group]);
        return instance.Settings with
        {
            SyncGroup = group?.Name,
            Tracking = tracking.Resolve(lines),
            NotifiesPriorityChanges = instance.Draft.NotifiesPriorityChanges ?? group?.NotifiesPriorityChanges ?? globals.NotifiesPriorityChanges,
        };
    }

    private List<CompletedInstance> Members(SyncGroupDraft group, Dictionary<string, CompletedInstance> byName)
    {
        List<CompletedInstance> members = [];
        foreach (Located<string> name in group.Members)
        {
            if (!byName.TryGetValue(name.Value, out CompletedInstance? instance))
            {
                session.Error(name.Location, $"{group.Title} names the instance {name.Value}, which does not exist", "correct the name, or add the vrrp_instance");
            }
            else if (!_groupOf.TryAdd(name.Value, group))
            {
                SyncGroupDraft other = _groupOf[name.Value];
                string where = other == group ? "twice" : $"that vrrp_sync_group {other.Name} has already";
                session.Error(name.Location, $"{group.Title} names the instance {name.Value} {where}", "put each instance into one group",
                    new(other.Members.First(member => member.Value == name.Value).Location, "the first is here"));
            }
            else
            {
                members.Add(instance);
            }
        }

        ReportSize(group, members.Count);
        return members;
    }

    private void ReportSize(SyncGroupDraft group, int count)
    {
        if (count == 0)
        {
            session.Error(group.Location, $"{group.Title} has no member and is left out", "name its instances in a block group");
        }
        else if (count == 1)
        {
            session.Warn(group.Location, $"{group.Title} has one member, so there is nothing to keep in step", "add the other instances, or remove the group");
        }
    }

    private bool CheckOwners(SyncGroupDraft group, List<CompletedInstance> members)
    {
        int owners = members.Count(m => m.Settings.IsOwner);
        if (owners > 0 && owners < members.Count)
        {
            string owner = members.First(m => m.Settings.IsOwner).Settings.Name;
            session.Error(group.Location, $"{group.Title} has owners of their addresses ({owner}) and others: it cannot start as master", "give all its members priority 255, or none");
        }

        return owners > 0;
    }
}
