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
    private const int LongestPacket = 4608;

    private readonly ReceiveBatch _receiveBatch = new(BatchSize, LongestPacket);

    public IAdvertisementChannel Open(in ChannelKey key, in ChannelOptions options) => new KernelAdvertisementChannel(key, options, _receiveBatch);

    public void Dispose() => _receiveBatch.Dispose();
}

/// <summary>One socket to send and one to receive (RFC 9568 sections 5.1.1 and 5.1.2 for the IP fields).</summary>
internal sealed class KernelAdvertisementChannel : IAdvertisementChannel
{
    /// <summary>Routers that can be due at once; more are sent in several calls.</summary>
    private const int SendCapacity = 256;

    /// <summary>Internetwork control (RFC 791), what keepalived marks its packets with.</summary>
    private const byte TrafficClass = 0xC0;

    /// <summary>Where the checksum is in a message (RFC 9568 section 5.1).</summary>
    private const int ChecksumOffset = 6;

    private readonly ChannelKey _key;
    private readonly RawSocket _sender;
    private readonly RawSocket _receiver;
    private readonly SendBatch _sendBatch = new(SendCapacity);
    private readonly ReceiveBatch _receiveBatch;
    private Errno _overflowErrno;
    private int _overflowUnsent;

    /// <exception cref="LinuxException">The kernel refuses a socket or an option of it.</exception>
    public KernelAdvertisementChannel(ChannelKey key, in ChannelOptions options, ReceiveBatch receiveBatch)
    {
        _key = key;
        _receiveBatch = receiveBatch;
        _receiver = RawSocket.OpenInternet(key.Family, VrrpAdvertisement.Protocol);
        _sender = RawSocket.OpenInternet(key.Family, VrrpAdvertisement.Protocol);
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

    public int Descriptor => _receiver.Descriptor;

    private bool IsIPv6 => _key.Family == AddressFamily.InterNetworkV6;

    public void Queue(AdvertisementImage image, InternetAddress source)
    {
        if (_sendBatch.IsFull)
        {
            Errno errno = _sender.Send(_sendBatch, out int failed);
            _overflowErrno = _overflowErrno == Errno.None ? errno : _overflowErrno;
            _overflowUnsent += failed;
        }

        _sendBatch.Add(image.Packet.Span, image.Destination.ToInetAddress(), IsIPv6 ? source.ToInetAddress() : InetAddress.None, _key.InterfaceIndex);
    }

    public Errno Flush(out int unsent)
    {
        Errno errno = _sender.Send(_sendBatch, out unsent);
        errno = _overflowErrno == Errno.None ? errno : _overflowErrno;
        unsent += _overflowUnsent;
        (_overflowErrno, _overflowUnsent) = (Errno.None, 0);
        return errno;
    }

    public void Receive(IDatagramReceiver receiver)
    {
        if (_receiver.Receive(_receiveBatch) != Errno.None)
        {
            // Nothing there, or the interface is gone: the kernel's news tell the latter.
            return;
        }

        for (int i = 0; i < _receiveBatch.Count; i++)
        {
            if (IsIPv6 ? TryOpenIPv6(i, out VrrpDatagram datagram) : VrrpDatagram.TryOpenIPv4(_receiveBatch.Packet(i), out datagram))
            {
                receiver.Receive(datagram);
            }
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _sendBatch.Dispose();
    }

    private bool TryOpenIPv6(int index, out VrrpDatagram datagram)
    {
        InetAddress destination = _receiveBatch.Destination(index);
        datagram = default;
        return !destination.IsNone && VrrpDatagram.TryOpenIPv6(
            _receiveBatch.Packet(index),
            _receiveBatch.Source(index).ToInternetAddress(),
            destination.ToInternetAddress(),
            (byte)Math.Clamp(_receiveBatch.HopLimit(index), 0, byte.MaxValue),
            isChecksumVerified: true,
            out datagram);
    }

    private void SetUpReceiver(in ChannelOptions options)
    {
        if (options.InterfaceName is { } name)
        {
            _receiver.BindToDevice(name);
        }

        if (IsIPv6)
        {
            _receiver.TellDestinationAndHopLimit();
            _receiver.LetKernelChecksum(ChecksumOffset);
        }

        if (options.ReceiveBuffer > 0)
        {
            _receiver.SetReceiveBuffer(options.ReceiveBuffer);
        }

        _receiver.HearOnlyJoinedGroups();
        if (_key.IsUnicast)
        {
            _receiver.Bind(_key.Address.ToInetAddress(), _key.InterfaceIndex, evenIfAbsent: true);
        }
        else
        {
            _receiver.JoinGroup(_key.Address.ToInetAddress(), _key.InterfaceIndex);
        }
    }

    private void SetUpSender(in ChannelOptions options)
    {
        _sender.DropReceived();
        _sender.SetReceiveBuffer(0);
        if (options.InterfaceName is { } name)
        {
            _sender.BindToDevice(name);
        }

        _sender.SetTrafficClass(TrafficClass);
        if (IsIPv6)
        {
            _sender.LetKernelChecksum(ChecksumOffset);
            if (options.HopLimit >= 0)
            {
                _sender.SetHopLimit((byte)options.HopLimit);
            }
        }
        else
        {
            _sender.IncludeHeader();
        }

        if (!_key.IsUnicast)
        {
            _sender.SetMulticastInterface(_key.InterfaceIndex);
            _sender.DisableMulticastLoop();
            _sender.DoNotRoute();
        }
    }
}
