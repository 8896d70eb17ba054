using Keepalived.Bench.Kernel;

namespace Keepalived.Bench;

/// <summary>
/// The test bed: a namespace for the daemon and one for the observer, joined by veth pairs whose links are up. The daemon's ends
/// are d0, d1, …, the observer's o0, o1, ….
/// </summary>
internal sealed class Bed : IDisposable
{
    private static int s_made;

    private Bed(NetworkNamespace daemon, NetworkNamespace observer)
    {
        DaemonSpace = daemon;
        ObserverSpace = observer;
    }

    public NetworkNamespace DaemonSpace { get; }

    public NetworkNamespace ObserverSpace { get; }

    public static Bed Create(int links = 1)
    {
        int number = ++s_made;
        var bed = new Bed(NetworkNamespace.Create($"{number}d"), NetworkNamespace.Create($"{number}o"));
        for (int link = 0; link < links; link++)
        {
            bed.DaemonSpace.Ip("link", "add", $"d{link}", "type", "veth", "peer", "name", $"o{link}", "netns", bed.ObserverSpace.Name);
            RaiseEnd(bed.DaemonSpace, $"d{link}", $"10.98.{link}.1/24");
            RaiseEnd(bed.ObserverSpace, $"o{link}", $"10.98.{link}.2/24");
        }

        return bed;
    }

    /// <summary>Brings a link up with an address and without IPv6, whose duplicate detection would only add noise.</summary>
    public static void RaiseEnd(NetworkNamespace space, string device, string? address)
    {
        space.Ip("link", "set", device, "addrgenmode", "none");
        if (address is not null)
        {
            space.Ip("addr", "add", address, "dev", device);
        }

        space.Ip("link", "set", device, "up");
    }

    public void Dispose()
    {
        DaemonSpace.Dispose();
        ObserverSpace.Dispose();
    }
}
