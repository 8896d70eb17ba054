using Keepalived.Events;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Reporting;

/// <summary>Pieces that several dumps share.</summary>
internal static class InstanceText
{
    /// <summary>The state that the instance strives for.</summary>
    public static VrrpState WantedState(RunningInstance instance) => instance.Router.State switch
    {
        VirtualRouterState.Master => VrrpState.Master,
        VirtualRouterState.Fault => VrrpState.Fault,
        _ => instance.Router.WantsMaster ? VrrpState.Master : VrrpState.Backup,
    };

    /// <summary>An address with its options and, when it is in the kernel, <c>set</c>.</summary>
    public static string Describe(ManagedAddress address, InstanceSettings settings) =>
        address.Definition.Describe(settings.Interface) + (address.IsPresent ? " set" : "");

    /// <summary>Name of a state in capitals.</summary>
    public static string NameOf(VrrpState state) => state.ToString().ToUpperInvariant();
}
