using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;

namespace Keepalived.Lab;

/// <summary>A frame with the kernel's receive time stamp (CLOCK_REALTIME, nanoseconds).</summary>
internal readonly record struct Frame(long Time, byte[] Bytes)
{
    /// <summary>The packet socket's protocol: of Ethernet, or on a netlink monitor the netlink family.</summary>
    public int Protocol { get; init; }

    private int EtherType => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(12));

    /// <summary>
    /// Where the VRRP message starts, 0 when this is none. IPv4 (RFC 791) with any header length, alone or behind an authentication
    /// header (RFC 2402), IPv6 without extension headers.
    /// </summary>
    public int VrrpOffset => EtherType switch
    {
        0x0800 when Bytes.Length > 34 && Bytes[23] == 112 => 14 + ((Bytes[14] & 15) * 4),
        0x0800 when Bytes.Length > 58 && Bytes[23] == 51 => 14 + ((Bytes[14] & 15) * 4) + 24,
        0x86DD when Bytes.Length > 54 && Bytes[20] == 112 => 54,
        _ => 0,
    };

    public IPAddress Source => EtherType == 0x0800 ? new IPAddress(Bytes.AsSpan(26, 4)) : new IPAddress(Bytes.AsSpan(22, 16));

    /// <summary>The VRRP message as an advertisement; null when the frame holds none.</summary>
    public Advertisement? Advertisement => VrrpOffset is var at and > 0 && Bytes.Length >= at + 8
        ? new Advertisement(Time, Source, Bytes[at] >> 4, Bytes[at + 1], Bytes[at + 2])
        : null;
}

/// <summary>What a test wants to know of an advertisement seen on the wire.</summary>
internal sealed record Advertisement(long Time, IPAddress Source, int Version, int VirtualRouter, int Priority);

/// <summary>
/// Records every frame that passes the bridge, or another interface, with kernel time stamps, and can write them as a pcap file.
/// </summary>
internal sealed unsafe class Capture : IAsyncDisposable
{
    private const int AfPacket = 17;
    private const int SockRaw = 3;
    private const int SolSocket = 1;
    private const int SoReceiveTimeout = 20;
    private const int SoTimestampNs = 35;
    private const int SoReceiveBufferForce = 33;

    // A netlink monitor shows whole sends, which hold many messages.
    private const int LongestFrame = 1 << 17;

    // struct sockaddr_ll: the protocol follows the family.
    private const int AddressLength = 20;
    private readonly ConcurrentQueue<Frame> _frames = new();
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _ready = new();
    private volatile bool _stopping;

    private Capture(string ns, string device)
    {
        _thread = new Thread(() => Record(ns, device)) { IsBackground = true, Name = "capture" };
        _thread.Start();
        if (!_ready.Wait(5000))
        {
            throw new TimeoutException("The capture did not start");
        }
    }

    public IEnumerable<Frame> Frames => _frames;

    /// <summary>The advertisements seen so far, oldest first.</summary>
    public IEnumerable<Advertisement> Advertisements => _frames.Select(frame => frame.Advertisement).OfType<Advertisement>();

    /// <summary>Starts recording; returns when frames are being recorded.</summary>
    public static Capture Start(Lan lan) => lan.Own(new Capture(lan.BridgeNamespace, "br0"));

    /// <summary>Starts recording what passes an interface of a host.</summary>
    public static Capture Start(Host host, string device) => host.Lan.Own(new Capture(host.Namespace, device));

    /// <summary>Writes what was recorded as a pcap file (nanosecond format, Ethernet).</summary>
    public void Save(string path, Func<Frame, bool>? filter = null)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write(0xa1b23c4du);
        file.Write((ushort)2);
        file.Write((ushort)4);
        file.Write(0L);
        file.Write(262144u);
        file.Write(1u);
        foreach (var frame in _frames.Where(frame => filter?.Invoke(frame) ?? true))
        {
            file.Write((uint)(frame.Time / 1_000_000_000));
            file.Write((uint)(frame.Time % 1_000_000_000));
            file.Write(frame.Bytes.Length);
            file.Write(frame.Bytes.Length);
            file.Write(frame.Bytes);
        }
    }

    public ValueTask DisposeAsync()
    {
        _stopping = true;
        _thread.Join(2000);
        return ValueTask.CompletedTask;
    }

    private static int Open(string device)
    {
        var descriptor = Native.Socket(AfPacket, SockRaw, 0x0300);
        if (descriptor < 0)
        {
            throw new InvalidOperationException("A packet socket needs root");
        }

        var one = 1;
        _ = Native.SetOption(descriptor, SolSocket, SoTimestampNs, &one, sizeof(int));
        var room = 32 << 20;
        _ = Native.SetOption(descriptor, SolSocket, SoReceiveBufferForce, &room, sizeof(int));
        var wait = stackalloc long[2] { 0, 100_000 };
        _ = Native.SetOption(descriptor, SolSocket, SoReceiveTimeout, wait, 16);
        var address = stackalloc byte[AddressLength];
        new Span<byte>(address, AddressLength).Clear();
        *(ushort*)address = AfPacket;
        *(ushort*)(address + 2) = 0x0300;
        *(int*)(address + 4) = (int)Native.InterfaceIndex(device);
        _ = Native.Bind(descriptor, address, AddressLength);
        return descriptor;
    }

    private void Record(string ns, string device)
    {
        NetworkNamespace.Join(ns);
        var descriptor = Open(device);
        _ready.Set();
        var buffer = stackalloc byte[LongestFrame];
        var control = stackalloc byte[256];
        var address = stackalloc byte[AddressLength];
        while (!_stopping)
        {
            var vector = new Native.Vector { Base = buffer, Length = LongestFrame };
            var message = new Native.MessageHeader { Name = address, NameLength = AddressLength, Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 256 };
            var length = Native.ReceiveMessage(descriptor, &message, 0);
            if (length > 14)
            {
                _frames.Enqueue(new Frame(TimeOf(control, (int)message.ControlLength), new Span<byte>(buffer, (int)length).ToArray())
                {
                    Protocol = BinaryPrimitives.ReadUInt16BigEndian(new Span<byte>(address + 2, sizeof(ushort))),
                });
            }
        }

        _ = Native.Close(descriptor);
    }

    /// <summary>SCM_TIMESTAMPNS: cmsghdr {length 8, level 4, type 4} and a timespec.</summary>
    private static long TimeOf(byte* control, int length) =>
        length >= 32 && *(int*)(control + 12) == SoTimestampNs ? (*(long*)(control + 16) * 1_000_000_000) + *(long*)(control + 24) : Native.RealTime();
}
