using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Makes the plugin's configuration out of one reading: completes each instance, then compares them.</summary>
internal sealed class ConfigurationBuilder(ISystemLinks links)
{
    /// <summary>Reports every finding to the session. Null when the reading has no instance.</summary>
    public VrrpConfiguration? Build(IConfigurationSession session)
    {
        VrrpReading reading = session.Get<VrrpReading>();
        if (reading.Instances.Count == 0)
        {
            return null;
        }

        IReadOnlyList<LinkInfo> known = links.List(out bool isKnown);
        List<(InstanceDraft Draft, InstanceSettings Settings)> instances = [];
        foreach (InstanceDraft draft in reading.Instances)
        {
            var completion = new InstanceCompletion(draft, reading.Globals, session, isKnown ? known : null);
            if (completion.Complete() is { } settings)
            {
                instances.Add((draft, settings));
            }
        }

        MarkDuplicates(session, instances);
        return new VrrpConfiguration(reading.Globals, instances.Select(i => i.Settings).ToEquatableArray());
    }

    private static void MarkDuplicates(IConfigurationSession session, List<(InstanceDraft Draft, InstanceSettings Settings)> instances)
    {
        for (int i = 0; i < instances.Count; i++)
        {
            for (int j = i + 1; j < instances.Count; j++)
            {
                if (!Collide(instances[i].Settings, instances[j].Settings))
                {
                    continue;
                }

                ReportDuplicate(session, instances[i].Draft, instances[j].Draft);
                ReportDuplicate(session, instances[j].Draft, instances[i].Draft);
                instances[i] = instances[i] with { Settings = instances[i].Settings with { IsDuplicate = true } };
                instances[j] = instances[j] with { Settings = instances[j].Settings with { IsDuplicate = true } };
            }
        }
    }

    private static bool Collide(InstanceSettings one, InstanceSettings other)
    {
        if (one.VirtualRouterId != other.VirtualRouterId || one.Family != other.Family || one.IsUnicast != other.IsUnicast
            || one.Interface != other.Interface)
        {
            return false;
        }

        return one.IsUnicast
            ? one.Source == other.Source && one.Peers.Any(peer => other.Peers.Any(p => p.Address == peer.Address))
            : one.MulticastGroup == other.MulticastGroup;
    }

    private static void ReportDuplicate(IConfigurationSession session, InstanceDraft draft, InstanceDraft other) =>
        session.Error(
            draft.VirtualRouterId?.Location ?? draft.Location,
            $"vrrp_instance {draft.Name} has the virtual_router_id, family and interface or peers of {other.Name}; it stays in FAULT",
            "give one of the two another virtual_router_id");
}
