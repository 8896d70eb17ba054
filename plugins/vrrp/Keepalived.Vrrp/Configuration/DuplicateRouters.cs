using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>
/// Finds instances that would be one virtual router on the wire: same id, family and interface, and the same group, or for unicast the same
/// source and a common peer. Each is reported once and stays in FAULT.
/// </summary>
internal static class DuplicateRouters
{
    /// <summary>Marks them. Linear in the number of instances that are not duplicates.</summary>
    public static void Mark(IConfigurationSession session, List<CompletedInstance> instances)
    {
        Dictionary<Key, List<int>> buckets = [];
        for (int i = 0; i < instances.Count; i++)
        {
            if (instances[i].Draft.VirtualRouterId is null)
            {
                continue;
            }

            Key key = Key.Of(instances[i].Settings);
            if (!buckets.TryGetValue(key, out List<int>? bucket))
            {
                buckets.Add(key, bucket = []);
            }

            bucket.Add(i);
        }

        foreach (List<int> bucket in buckets.Values.Where(b => b.Count > 1))
        {
            foreach (int one in bucket)
            {
                int other = bucket.Find(i => i != one && Collide(instances[i].Settings, instances[one].Settings), -1);
                if (other >= 0)
                {
                    // Said once, where the later one is written.
                    if (other < one)
                    {
                        Report(session, instances[one].Draft, instances[other].Draft);
                    }

                    instances[one] = instances[one] with { Settings = instances[one].Settings with { IsDuplicate = true } };
                }
            }
        }
    }

    private static int Find(this List<int> bucket, Predicate<int> match, int otherwise)
    {
        int index = bucket.FindIndex(match);
        return index < 0 ? otherwise : bucket[index];
    }

    private static bool Collide(InstanceSettings one, InstanceSettings other) =>
        !one.IsUnicast || one.Peers.Any(peer => other.Peers.Any(p => p.Address == peer.Address));

    private static void Report(IConfigurationSession session, InstanceDraft draft, InstanceDraft other) =>
        session.Error(
            draft.VirtualRouterId?.Location ?? draft.Location,
            $"vrrp_instance {draft.Name} has the virtual_router_id, family and interface or peers of {other.Name}; both stay in FAULT",
            "give one of the two another virtual_router_id",
            new(other.VirtualRouterId?.Location ?? other.Location, $"{other.Name} has it here"));

    private readonly record struct Key(byte VirtualRouterId, AddressFamily Family, bool IsUnicast, string? Interface, InternetAddress? Address)
    {
        public static Key Of(InstanceSettings settings) => new(
            settings.VirtualRouterId, settings.Family, settings.IsUnicast, settings.Interface, settings.IsUnicast ? settings.Source : settings.MulticastGroup);
    }
}
