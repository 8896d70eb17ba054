using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Runtime;

/// <summary>Which instance of a new configuration is the same virtual router as one that runs. The name may change.</summary>
internal static class InstanceIdentity
{
    public static bool IsSame(InstanceSettings one, InstanceSettings other) =>
        one.VirtualRouterId == other.VirtualRouterId
        && one.Family == other.Family
        && one.Interface == other.Interface
        && one.IsUnicast == other.IsUnicast
        && (one.IsUnicast ? one.Source == other.Source : one.MulticastGroup == other.MulticastGroup && HasSameLinks(one, other));

    private static bool HasSameLinks(InstanceSettings one, InstanceSettings other) =>
        (one.Vmac is null) == (other.Vmac is null) && (one.Ipvlan is null) == (other.Ipvlan is null) && one.UsesVmacForAddresses == other.UsesVmacForAddresses;
}
