using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Network;

/// <summary>Channels over raw sockets. All channels of the process share the memory for batches: they run on one thread.</summary>
internal sealed class KernelAdvertisementNetwork : IAdvertisementNetwork, IDisposable
{
    private const int BatchSize = 64;

    /// <summary>Longest advertisement: 255 IPv6 addresses are 4,088 bytes; an IPv4 header may have 60.</summary>
    public const int LongestPacket = 4608;

    private readonly DatagramReceiver _received = new(BatchSize, LongestPacket);

    public IAdvertisementChannel Open(in ChannelKey key, in ChannelOptions options) => new KernelAdvertisementChannel(key, options, _received);

    public void Dispose() => _received.Dispose();
}

/// <summary>One socket to send and one to receive (RFC 9568 sections 5.1.1 and 5.1.2 for the IP fields).</summary>
internal sealed class KernelAdvertisementChannel : IAdvertisementChannel
{
    /// <summary>More in one call gains nothing (measured); what is due beyond leaves with the next call of the same turn.</summary>
    private const int SendCapacity = 64;

    /// <summary>Internetwork control (RFC 791), what keepalived marks its packets with.</summary>
    private const byte TrafficClass = 0xC0;

    /// <summary>Where the checksum is in a message (RFC 9568 section 5.1).</summary>
    private const int ChecksumOffset = 6;

    private readonly ChannelKey _key;
    private readonly SocketFamily _family;
    private readonly LinuxSocket _sender;
    private readonly LinuxSocket _receiver;
    private readonly DatagramSender _batch = new(SendCapacity, KernelAdvertisementNetwork.LongestPacket);
    private readonly DatagramReceiver _received;
    private Errno _errno;
    private int _unsent;

    /// <exception cref="LinuxException">The kernel refuses a socket or an option of it.</exception>
    public KernelAdvertisementChannel(ChannelKey key, in ChannelOptions options, DatagramReceiver received)
    {
        _key = key;
        _received = received;
        _family = key.Family == AddressFamily.InterNetworkV6 ? SocketFamily.Internet6 : SocketFamily.Internet;
        _receiver = LinuxSocket.Open(_family, SocketKind.Raw, key.Protocol);
        _sender = LinuxSocket.Open(_family, SocketKind.Raw, key.Protocol);
        try
        {
            SetUpReceiver(options);
            SetUpSender(options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Over sockets that are set up already; disposed with the channel.</summary>
    public KernelAdvertisementChannel(ChannelKey key, LinuxSocket sender, LinuxSocket receiver, DatagramReceiver received)
    {
        _key = key;
        _received = received;
        _family = key.Family == AddressFamily.InterNetworkV6 ? SocketFamily.Internet6 : SocketFamily.Internet;
        _receiver = receiver;
        _sender = sender;
    }

    public int Descriptor => _receiver.Descriptor;

    public int SendDescriptor => _sender.Descriptor;

    private bool IsIPv6 => _family == SocketFamily.Internet6;

    public void Queue(ReadOnlySpan<byte> packet, InternetAddress destination, InternetAddress source)
    {
        if (_batch.IsFull)
        {
            Send();
        }

        Span<byte> octets = stackalloc byte[InternetAddress.IPv6Length];
        SocketName name = NameOf(destination, octets);
        if (IsIPv6)
        {
            source.Write(octets);
            packet.CopyTo(_batch.Add(name, packet.Length, octets, _key.InterfaceIndex));
        }
        else
        {
            packet.CopyTo(_batch.Add(name, packet.Length));
        }
    }

    public Errno Flush(out int unsent)
    {
        Send();
        (Errno errno, unsent) = (_errno, _unsent);
        (_errno, _unsent) = (Errno.None, 0);
        return errno;
    }

    public void Receive(IDatagramReceiver receiver)
    {
        if (_received.Receive(_receiver) != Errno.None)
        {
            // Nothing there, or the interface is gone: the kernel's news tell the latter.
            return;
        }

        for (int i = 0; i < _received.Count; i++)
        {
            if (IsIPv6 ? TryOpenIPv6(i, out VrrpDatagram datagram) : VrrpDatagram.TryOpenIPv4(_received.Payload(i), out datagram))
            {
                receiver.Receive(datagram);
            }
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _batch.Dispose();
    }

    private void Send()
    {
        // One destination that cannot be reached keeps nothing from the others.
        while (_batch.Send(_sender, out _) is var errno && errno != Errno.None)
        {
            _errno = _errno == Errno.None ? errno : _errno;
            _unsent++;
            _batch.Skip();
        }
    }

    private bool TryOpenIPv6(int index, out VrrpDatagram datagram)
    {
        datagram = default;
        ReadOnlySpan<byte> destination = _received.Destination(index);
        return destination.Length == InternetAddress.IPv6Length && VrrpDatagram.TryOpenIPv6(
            _received.Payload(index),
            InternetAddress.Read(_received.SourceAddress(index)),
            InternetAddress.Read(destination),
            (byte)Math.Clamp(_received.HopLimit(index), 0, byte.MaxValue),
            isChecksumVerified: true,
            out datagram);
    }

    private SocketName NameOf(InternetAddress address, Span<byte> octets)
    {
        address.Write(octets);
        bool hasZone = IsIPv6 && (address.IsMulticast || address.IsLinkLocal());
        return SocketName.FromBytes(octets[..address.Length], port: 0, hasZone ? _key.InterfaceIndex : 0);
    }

    private void SetUpReceiver(in ChannelOptions options)
    {
        if (options.InterfaceName is { } name)
        {
            _receiver.BindToInterface(name);
        }

        if (IsIPv6)
        {
            _receiver.SetReceivePacketInformation(_family, true);
            _receiver.SetReceiveHopLimit(_family, true);
            _receiver.SetChecksumOffset(ChecksumOffset);
        }

        if (options.ReceiveBuffer > 0)
        {
            _receiver.SetReceiveBuffer(options.ReceiveBuffer);
        }

        _receiver.SetMulticastAll(_family, false);
        if (_key.IsUnicast)
        {
            _receiver.SetFreeBind(_family, true);
            _receiver.Bind(NameOf(_key.Address, stackalloc byte[InternetAddress.IPv6Length]));
        }
        else
        {
            _receiver.JoinGroup(_key.Address.ToIPAddress(), _key.InterfaceIndex);
        }
    }

    private void SetUpSender(in ChannelOptions options)
    {
        _sender.DropAllReceived();
        _sender.SetReceiveBuffer(0);
        if (options.InterfaceName is { } name)
        {
            _sender.BindToInterface(name);
        }

        _sender.SetTrafficClass(_family, TrafficClass);
        if (IsIPv6)
        {
            _sender.SetChecksumOffset(ChecksumOffset);
            if (options.HopLimit >= 0)
            {
                _sender.SetHopLimit(_family, options.HopLimit);
                _sender.SetMulticastHopLimit(_family, options.HopLimit);
            }
        }
        else
        {
            _sender.SetHeaderIncluded(true);
        }

        if (!_key.IsUnicast)
        {
            _sender.SetMulticastInterface(_family, _key.InterfaceIndex);
            _sender.SetMulticastLoop(_family, false);
            _sender.SetDontRoute(true);
        }
    }
}
