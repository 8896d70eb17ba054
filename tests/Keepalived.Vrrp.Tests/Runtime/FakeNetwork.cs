using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Scheduling;
using Keepalived.Testing;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>A sent advertisement.</summary>
internal sealed record Sent(TimeSpan At, ChannelKey Channel, InternetAddress Destination, InternetAddress Source, byte Priority, byte[] Packet);

/// <summary>Channels that remember what was sent and give what a test says has come.</summary>
internal sealed class FakeNetwork(VirtualLoop loop, List<string> order) : IAdvertisementNetwork
{
    private int _nextDescriptor = 2000;

    public List<Sent> Sent { get; } = [];

    public Dictionary<ChannelKey, FakeChannel> Channels { get; } = [];

    /// <summary>What channels were opened with.</summary>
    public List<ChannelOptions> Options { get; } = [];

    /// <summary>Calls that sent a batch.</summary>
    public int Flushes { get; set; }

    /// <summary>What sending answers.</summary>
    public Errno SendErrno { get; set; }

    public string? RefusesToOpen { get; set; }

    public IAdvertisementChannel Open(in ChannelKey key, in ChannelOptions options)
    {
        if (RefusesToOpen is { } reason)
        {
            throw new LinuxException(reason, Errno.EPERM);
        }

        Options.Add(options);
        return Channels[key] = new FakeChannel(this, loop, order, key, _nextDescriptor++);
    }
}

internal sealed class FakeChannel(FakeNetwork network, VirtualLoop loop, List<string> order, ChannelKey key, int descriptor) : IAdvertisementChannel
{
    private readonly Queue<byte[]> _arrived = [];
    private int _queued;

    public int Descriptor => descriptor;

    public int SendDescriptor => -1;

    public bool IsClosed { get; private set; }

    public void Queue(ReadOnlySpan<byte> packet, InternetAddress destination, InternetAddress source)
    {
        int offset = key.Family == AddressFamily.InterNetwork ? Ipv4Header.MinimumLength : 0;
        network.Sent.Add(new Sent(loop.Elapsed, key, destination, source, packet[offset + 2], packet.ToArray()));
        _queued++;
    }

    public Errno Flush(out int unsent)
    {
        unsent = network.SendErrno == Errno.None ? 0 : _queued;
        network.Flushes++;
        order.Add($"sent {_queued}");
        _queued = 0;
        return network.SendErrno;
    }

    public void Deliver(byte[] packet)
    {
        _arrived.Enqueue(packet);
        loop.SignalReady(descriptor, Readiness.Read);
    }

    public void Receive(IDatagramReceiver receiver)
    {
        while (_arrived.TryDequeue(out byte[]? packet))
        {
            if (VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram))
            {
                receiver.Receive(datagram);
            }
        }
    }

    public void Dispose() => IsClosed = true;
}

/// <summary>Remembers frames.</summary>
internal sealed class FakeAnnouncements(VirtualLoop loop) : IAnnouncementNetwork
{
    private readonly List<(int Interface, byte[] Buffer)> _pending = [];

    public List<(TimeSpan At, int Interface, byte[] Frame)> Frames { get; } = [];

    public Span<byte> Reserve(int interfaceIndex, int length)
    {
        byte[] buffer = new byte[length];
        _pending.Add((interfaceIndex, buffer));
        return buffer;
    }

    public Errno Flush()
    {
        foreach ((int index, byte[] buffer) in _pending)
        {
            Frames.Add((loop.Elapsed, index, buffer));
        }

        _pending.Clear();
        return Errno.None;
    }

    public void Dispose()
    {
    }
}

internal sealed class NoForwarding : IForwardingState
{
    public bool Forwards(Linux.Netlink.Route.LinkInfo link, MonotonicTime now) => false;
}
