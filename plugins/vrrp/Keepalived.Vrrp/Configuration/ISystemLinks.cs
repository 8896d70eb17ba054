using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The interfaces there are while the configuration is checked.</summary>
internal interface ISystemLinks
{
    /// <summary>All interfaces; empty with <paramref name="isKnown"/> false when the kernel does not tell.</summary>
    IReadOnlyList<LinkInfo> List(out bool isKnown);
}

/// <summary>Asks the kernel.</summary>
internal sealed class KernelLinks : ISystemLinks
{
    public IReadOnlyList<LinkInfo> List(out bool isKnown)
    {
        try
        {
            using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkFamily.Route));
            isKnown = true;
            return new LinkClient(connection).List();
        }
        catch (LinuxException)
        {
            // A sandbox without netlink can still check the syntax; the daemon itself will say what it lacks.
            isKnown = false;
            return [];
        }
    }
}
