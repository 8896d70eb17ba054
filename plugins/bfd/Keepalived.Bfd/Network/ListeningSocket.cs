using System.Net;
using Keepalived.Bfd.Protocol;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling;

namespace Keepalived.Bfd.Network;

/// <summary>Hears control packets of one family on one port, several with one system call. Allocates nothing per packet.</summary>
internal sealed class ListeningSocket : IDisposable
{
    private const int Batch = 32;

    // More than the receive buffer holds, in the two turns that a session waits before it believes in silence: after a sleep of this process
    // what waits for any of a thousand sessions is read in time.
    private const int MostBatches = 64;
    private const int LongestPacket = 256; // the Length field is one byte
    private const int ReceiveBuffer = 1 << 20;

    private readonly DatagramReceiver _receiver = new(Batch, LongestPacket);
    private readonly LinuxSocket _socket;
    private readonly IDescriptorWatch _watch;
    private readonly IBfdDatagramHandler _handler;
    private readonly bool _isMultihop;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="LinuxException">Another program has the port, or the kernel does not have the family.</exception>
    public ListeningSocket(IScheduler scheduler, SocketFamily family, bool isMultihop, IBfdDatagramHandler handler)
    {
        _handler = handler;
        _isMultihop = isMultihop;
        _socket = LinuxSocket.Open(family, SocketKind.Datagram);
        try
        {
            bool isIPv6 = family == SocketFamily.Internet6;
            if (isIPv6)
            {
                _socket.SetIPv6Only(true);
            }

            _socket.SetReceiveHopLimit(family, true);
            _socket.SetReceiveBuffer(ReceiveBuffer);
            int port = isMultihop ? KernelBfdNetwork.MultihopPort : KernelBfdNetwork.SingleHopPort;
            _socket.Bind(SocketName.FromAddress(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            _watch = scheduler.Watch(_socket.Descriptor, Readiness.Read, _ => OnReadable());
        }
        catch (LinuxException)
        {
            _socket.Dispose();
            _receiver.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _socket.Dispose();
        _receiver.Dispose();
    }

    // Everything that waits, up to a bound that leaves the timers their turn: the kernel reports the rest again.
    private void OnReadable()
    {
        for (int batch = 0; batch < MostBatches; batch++)
        {
            if (_receiver.Receive(_socket) != Errno.None)
            {
                return;
            }

            for (int i = 0; i < _receiver.Count; i++)
            {
                int hops = _receiver.HopLimit(i);
                if (!_receiver.IsTruncated(i) && hops >= 0)
                {
                    _handler.Received(_receiver.Payload(i), NeighborPath.Of(_receiver.SourceAddress(i)), new BfdArrival((byte)hops, _isMultihop));
                }
            }

            if (_receiver.Count < Batch)
            {
                return;
            }
        }
    }
}
