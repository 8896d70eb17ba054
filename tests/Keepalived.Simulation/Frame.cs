using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>What a frame carries.</summary>
internal enum FrameKind
{
    /// <summary>An IPv4 packet of protocol 112 with its header.</summary>
    AdvertisementIPv4,

    /// <summary>A VRRP message; addresses and hop limit beside it, as an IPv6 socket tells them.</summary>
    AdvertisementIPv6,

    /// <summary>A whole Ethernet frame of ARP or of neighbour discovery.</summary>
    Announcement,
}

/// <summary>A frame on a link. Taken from a pool and given back when the last receiver has seen it.</summary>
internal sealed class Frame
{
    private const int Size = 256;

    private readonly byte[] _buffer = new byte[Size];
    private int _length;

    public FrameKind Kind { get; private set; }

    /// <summary>Source address in the Ethernet header: what switches learn from.</summary>
    public ulong SourceHardware { get; private set; }

    public InternetAddress Source { get; private set; }

    public InternetAddress Destination { get; private set; }

    /// <summary>Receivers that have not seen it yet, and the sender while it sends.</summary>
    public int References { get; set; }

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public void Fill(FrameKind kind, ReadOnlySpan<byte> bytes, ulong sourceHardware, InternetAddress source, InternetAddress destination)
    {
        Kind = kind;
        bytes.CopyTo(_buffer);
        _length = bytes.Length;
        SourceHardware = sourceHardware;
        Source = source;
        Destination = destination;
    }
}

/// <summary>Frames that are not under way.</summary>
internal sealed class FramePool
{
    private readonly Stack<Frame> _free = new();

    public Frame Take()
    {
        if (!_free.TryPop(out Frame? frame))
        {
            frame = new Frame();
        }

        frame.References = 1;
        return frame;
    }

    public void Release(Frame frame)
    {
        if (--frame.References == 0)
        {
            _free.Push(frame);
        }
    }
}
