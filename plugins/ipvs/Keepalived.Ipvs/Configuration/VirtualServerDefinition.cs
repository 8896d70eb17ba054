using System.Net.Sockets;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>A <c>virtual_server</c> after all corrections. Immutable; compared by value at a reload.</summary>
internal sealed record VirtualServerDefinition
{
    /// <summary>Its identity.</summary>
    public required ServiceAddress Address { get; init; }

    /// <summary>
    /// What the kernel is told of it. For a group, of each of its services: the key is then the first one's, and <see cref="Entries"/> has all.
    /// </summary>
    public required IpvsService Service { get; init; }

    /// <summary>The entries of its group; empty for a service of its own.</summary>
    public EquatableArray<GroupEntry> Entries { get; init; }

    /// <summary>The mark that nftables gives to packets for any of its entries' addresses (<c>nftables_ipvs</c>); 0 = each address is a service.</summary>
    public uint GroupMark { get; init; }

    /// <summary>Default of its servers.</summary>
    public ForwardingMethod Forwarding { get; init; }

    /// <summary>Weight of live servers needed, at least 1.</summary>
    public long Quorum { get; init; } = 1;

    /// <summary>Distance between gaining and losing the quorum; less than <see cref="Quorum"/>.</summary>
    public long Hysteresis { get; init; }

    /// <summary><c>quorum_up</c>.</summary>
    public ScriptCommand? QuorumUp { get; init; }

    /// <summary><c>quorum_down</c>.</summary>
    public ScriptCommand? QuorumDown { get; init; }

    /// <summary><c>omega</c>: tell of servers and quorum going down at stop too.</summary>
    public bool Omega { get; init; }

    /// <summary><c>alpha</c>: the default of its servers, for dumps.</summary>
    public bool Alpha { get; init; }

    /// <summary><c>ha_suspend</c>: no checks while the address is on no interface.</summary>
    public bool HaSuspend { get; init; }

    /// <summary><c>delay_loop</c>, for dumps.</summary>
    public TimeSpan DelayLoop { get; init; }

    /// <summary><c>virtualhost</c>, for dumps.</summary>
    public string? VirtualHost { get; init; }

    /// <summary><c>smtp_alert</c>; null = what <c>global_defs</c> says.</summary>
    public bool? SmtpAlert { get; init; }

    /// <summary><c>snmp_name</c>.</summary>
    public string? SnmpName { get; init; }

    /// <summary>The server of last resort.</summary>
    public SorryServerDefinition? SorryServer { get; init; }

    /// <summary>At least one.</summary>
    public required EquatableArray<RealServerDefinition> RealServers { get; init; }

    /// <summary>The services that it is for the kernel, made one by one: a group may be a whole network.</summary>
    public IEnumerable<IpvsService> Services
    {
        get
        {
            if (Entries.Count == 0)
            {
                yield return Service;
                yield break;
            }

            if (GroupMark != 0)
            {
                foreach (IpvsService service in MarkServices())
                {
                    yield return service;
                }

                yield break;
            }

            foreach (GroupEntry entry in Entries.ToArray())
            {
                foreach (IpvsServiceKey key in entry.Keys(Address.Protocol))
                {
                    yield return ServiceFor(key);
                }
            }
        }
    }

    /// <summary>Its settings for one key: clients that each have their own server have it in either family.</summary>
    private IpvsService ServiceFor(in IpvsServiceKey key) => Service with
    {
        Key = key,
        PersistencePrefixLength = Service.PersistencePrefixLength == Service.Key.AddressBits ? key.AddressBits : Service.PersistencePrefixLength,
    };

    /// <summary>A service by mark for each family that an entry has.</summary>
    private IEnumerable<IpvsService> MarkServices()
    {
        foreach (AddressFamily family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            if (Entries.Any(entry => entry.Family == family))
            {
                var key = IpvsServiceKey.ForMark(GroupMark, family == AddressFamily.InterNetworkV6);
                yield return ServiceFor(key);
            }
        }
    }
}

/// <summary>A <c>sorry_server</c>.</summary>
/// <param name="Destination">Its place in the service.</param>
/// <param name="Name">Identity for messages.</param>
/// <param name="Forwarding">How packets reach it.</param>
/// <param name="Inhibit">Stays in the table with weight 0 while it is not needed.</param>
internal sealed record SorryServerDefinition(DestinationAddress Destination, string Name, ForwardingMethod Forwarding, bool Inhibit)
{
    /// <summary>Weight while it serves.</summary>
    public const int Weight = 1;
}
