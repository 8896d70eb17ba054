using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs;

/// <summary>
/// The kernel's counters of one virtual server for the dump: the sum over its services, each of one moment. Read when an operator asks, two requests
/// for each service, since the kernel tells of the real servers of one service at a time.
/// </summary>
internal sealed class IpvsCounterText
{
    private readonly Dictionary<IpvsServiceKey, IpvsCounters> _services = [];
    private readonly Dictionary<(IpvsServiceKey Service, InetAddress Address, ushort Port), IpvsDestinationStatus> _destinations = [];

    /// <summary>Reads those of a service, if it is there.</summary>
    /// <returns>False when the kernel refuses altogether.</returns>
    public bool Read(IKernelTable kernel, in IpvsServiceKey key)
    {
        try
        {
            if (kernel.ReadService(key) is not { } service)
            {
                return true;
            }

            _services[key] = service.Counters;
            foreach (IpvsDestinationStatus destination in kernel.ReadDestinations(key))
            {
                _destinations[(key, destination.Destination.Address, destination.Destination.Port)] = destination;
            }

            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    /// <summary>Writes those of a virtual server.</summary>
    public void Write(TextWriter writer, VirtualServer server)
    {
        IpvsCounters sum = default;
        foreach (IpvsService service in server.Definition.Services)
        {
            sum = Add(sum, _services.GetValueOrDefault(service.Key));
        }

        Write(writer, in sum);
    }

    /// <summary>Writes those of a real server.</summary>
    public void Write(TextWriter writer, RealServer server)
    {
        IpvsCounters sum = default;
        (uint active, uint inactive, uint persistent) = (0, 0, 0);
        foreach (IpvsService service in server.Owner.Definition.Services)
        {
            IpvsDestination place = server.Owner.InService(service.Key, server.Definition);
            if (_destinations.TryGetValue((service.Key, place.Address, place.Port), out IpvsDestinationStatus status))
            {
                sum = Add(sum, status.Counters);
                unchecked
                {
                    active += status.ActiveConnections;
                    inactive += status.InactiveConnections;
                    persistent += status.PersistentConnections;
                }
            }
        }

        writer.WriteLine($"   active connections = {active}, inactive = {inactive}, persistent = {persistent}");
        Write(writer, in sum);
    }

    private static void Write(TextWriter writer, in IpvsCounters counters)
    {
        writer.WriteLine($"   connections = {counters.Connections}");
        writer.WriteLine($"   packets in = {counters.IncomingPackets}, out = {counters.OutgoingPackets}");
        writer.WriteLine($"   bytes in = {counters.IncomingBytes}, out = {counters.OutgoingBytes}");
    }

    private static IpvsCounters Add(in IpvsCounters a, in IpvsCounters b) => unchecked(new(
        a.Connections + b.Connections, a.IncomingPackets + b.IncomingPackets, a.OutgoingPackets + b.OutgoingPackets,
        a.IncomingBytes + b.IncomingBytes, a.OutgoingBytes + b.OutgoingBytes));
}
