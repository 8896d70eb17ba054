using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Network;

/// <summary>Whether an interface forwards IPv6: the router flag of its neighbour advertisements.</summary>
internal interface IForwardingState
{
    bool Forwards(LinkInfo link, MonotonicTime now);
}

/// <summary>Reads net.ipv6.conf.IFNAME.forwarding, at most every five seconds per interface.</summary>
internal sealed class KernelForwardingState : IForwardingState
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, (bool Forwards, MonotonicTime ReadAt)> _known = [];

    public bool Forwards(LinkInfo link, MonotonicTime now)
    {
        if (_known.TryGetValue(link.Index, out (bool Forwards, MonotonicTime ReadAt) known) && now - known.ReadAt < _lifetime)
        {
            return known.Forwards;
        }

        bool forwards = Read(link.Name.ToString());
        _known[link.Index] = (forwards, now);
        return forwards;
    }

    private static bool Read(string name)
    {
        try
        {
            return File.ReadAllText($"/proc/sys/net/ipv6/conf/{name}/forwarding").AsSpan().Trim() is not "0";
        }
        catch (IOException)
        {
            // The interface has just gone, or there is no IPv6.
            return false;
        }
    }
}
