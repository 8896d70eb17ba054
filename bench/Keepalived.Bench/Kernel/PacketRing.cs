using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Keepalived.Bench.Kernel;

/// <summary>
/// An AF_PACKET receive ring (linux/if_packet.h, TPACKET_V2) on one interface that keeps VRRP over IPv4 and ARP, with the kernel's
/// receive timestamps. The kernel fills the ring without any wake-up of the bench, so that measuring costs the daemons nothing.
/// </summary>
internal sealed unsafe class PacketRing : IDisposable
{
    private const int SolPacket = 263;
    private const int FrameSize = 128;
    private const int BlockSize = 1 << 20;
    private const uint StatusUser = 1;

    private readonly int _socket;
    private readonly byte* _ring;
    private readonly nuint _length;
    private readonly int _frames;
    private int _next;

    private PacketRing(int socket, byte* ring, nuint length)
    {
        _socket = socket;
        _ring = ring;
        _length = length;
        _frames = (int)(length / FrameSize);
    }

    /// <param name="space">The namespace of the interface.</param>
    /// <param name="device">The interface.</param>
    /// <param name="frames">Frames that the ring must hold; rounded up to 8,192.</param>
    public static PacketRing Open(NetworkNamespace space, string device, int frames) => space.Inside(() => Open(device, frames, AttachFilter));

    /// <summary>The same for BFD control packets over IPv4 to the single hop port.</summary>
    public static PacketRing OpenForBfd(NetworkNamespace space, string device, int frames) => space.Inside(() => Open(device, frames, AttachBfdFilter));

    /// <summary>The same for the first packets of TCP connections over IPv4, which is what a probe begins with.</summary>
    public static PacketRing OpenForConnections(NetworkNamespace space, string device, int frames) =>
        space.Inside(() => Open(device, frames, AttachConnectionFilter));

    /// <summary>Takes the oldest control packet of a ring that was opened for them.</summary>
    public bool TryTakeBfd(out BfdFrame frame)
    {
        byte* header = _ring + ((nint)_next * FrameSize);
        if ((Volatile.Read(ref *(uint*)header) & StatusUser) == 0)
        {
            frame = default;
            return false;
        }

        byte* network = header + *(ushort*)(header + 14);
        long time = (*(uint*)(header + 16) * 1_000_000_000L) + *(uint*)(header + 20);
        byte* bfd = network + ((network[0] & 15) * 4) + 8;
        frame = new BfdFrame(
            time,
            BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(network + 16, 4)),
            bfd[1] >> 6,
            (bfd[1] & 0x20) != 0,
            (bfd[1] & 0x10) != 0,
            BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(bfd + 4, 4)));
        Volatile.Write(ref *(uint*)header, 0);
        _next = (_next + 1) % _frames;
        return true;
    }

    /// <summary>Takes the oldest connection of a ring that was opened for them: when it came (CLOCK_REALTIME, ns) and where it goes.</summary>
    public bool TryTakeConnection(out (long Time, uint Destination) connection)
    {
        byte* header = _ring + ((nint)_next * FrameSize);
        if ((Volatile.Read(ref *(uint*)header) & StatusUser) == 0)
        {
            connection = default;
            return false;
        }

        byte* network = header + *(ushort*)(header + 14);
        long time = (*(uint*)(header + 16) * 1_000_000_000L) + *(uint*)(header + 20);
        connection = (time, BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(network + 16, 4)));
        Volatile.Write(ref *(uint*)header, 0);
        _next = (_next + 1) % _frames;
        return true;
    }

    /// <summary>Takes the oldest frame and gives its place back to the kernel.</summary>
    public bool TryTake(out CapturedFrame frame)
    {
        byte* header = _ring + ((nint)_next * FrameSize);
        uint status = Volatile.Read(ref *(uint*)header);
        if ((status & StatusUser) == 0)
        {
            frame = default;
            return false;
        }

        byte* ethernet = header + *(ushort*)(header + 12);
        byte* network = header + *(ushort*)(header + 14);
        long time = (*(uint*)(header + 16) * 1_000_000_000L) + *(uint*)(header + 20);
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(ethernet + 12, 2));
        bool arp = type == 0x0806;
        frame = new CapturedFrame(
            time,
            arp,
            BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(network + (arp ? 24 : 12), 4)),
            arp ? (byte)0 : network[((network[0] & 15) * 4) + 1],
            arp ? (byte)0 : network[((network[0] & 15) * 4) + 2]);
        Volatile.Write(ref *(uint*)header, 0);
        _next = (_next + 1) % _frames;
        return true;
    }

    /// <summary>Takes frames until one satisfies <paramref name="wanted"/> or the time is up.</summary>
    public bool WaitFor(Func<CapturedFrame, bool> wanted, TimeSpan limit, out CapturedFrame frame)
    {
        long end = RealTime.Monotonic + (limit.Ticks * 100);
        while (true)
        {
            while (TryTake(out frame))
            {
                if (wanted(frame))
                {
                    return true;
                }
            }

            if (RealTime.Monotonic > end)
            {
                return false;
            }

            RealTime.Sleep(TimeSpan.FromMilliseconds(2));
        }
    }

    public List<CapturedFrame> TakeAll()
    {
        var all = new List<CapturedFrame>();
        while (TryTake(out CapturedFrame frame))
        {
            all.Add(frame);
        }

        MustBeWhole();
        return all;
    }

    /// <summary>Throws when the ring has lost a packet.</summary>
    public void MustBeWhole()
    {
        uint* statistics = stackalloc uint[2];
        uint length = 8;
        LibC.Checked(LibC.getsockopt(_socket, SolPacket, 6, statistics, &length), "PACKET_STATISTICS");
        if (statistics[1] != 0)
        {
            throw new BenchException($"The capture lost {statistics[1]} packets: the ring is too small");
        }
    }

    public void Dispose()
    {
        LibC.munmap(_ring, _length);
        LibC.close(_socket);
    }

    private static PacketRing Open(string device, int frames, Action<int> attachFilter)
    {
        uint index = LibC.if_nametoindex(device);
        int socket = LibC.Checked(LibC.socket(17, 3, 0), "socket(AF_PACKET)");
        Set(socket, SolPacket, 10, 1); // PACKET_VERSION: TPACKET_V2
        Set(socket, SolPacket, 17, 16); // PACKET_TIMESTAMP: SOF_TIMESTAMPING_SOFTWARE
        Set(socket, SolPacket, 23, 1); // PACKET_IGNORE_OUTGOING
        Set(socket, 1, 35, 1); // SO_TIMESTAMPNS: has the stack stamp what it receives
        attachFilter(socket);
        uint blocks = (uint)((frames + 8191) / 8192);
        uint* request = stackalloc uint[4] { BlockSize, blocks, FrameSize, blocks * (BlockSize / FrameSize) };
        LibC.Checked(LibC.setsockopt(socket, SolPacket, 5, request, 16), "PACKET_RX_RING");
        nuint length = (nuint)blocks * BlockSize;
        void* ring = LibC.mmap(null, length, 3, 1, socket, 0);
        if ((nint)ring == -1)
        {
            throw new BenchException("mmap of the capture ring failed");
        }

        byte* address = stackalloc byte[20];
        new Span<byte>(address, 20).Clear();
        *(ushort*)address = 17;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), 3); // ETH_P_ALL
        *(uint*)(address + 4) = index;
        LibC.Checked(LibC.bind(socket, address, 20), $"bind to {device}");
        return new PacketRing(socket, (byte*)ring, length);
    }

    private static void Set(int socket, int level, int option, int value) =>
        LibC.Checked(LibC.setsockopt(socket, level, option, &value, sizeof(int)), $"socket option {option}");

    /// <summary>Keeps ARP, and IPv4 with protocol 112.</summary>
    private static void AttachFilter(int socket)
    {
        FilterInstruction* code = stackalloc FilterInstruction[7]
        {
            new(0x28, 0, 0, 12), // ldh [12]
            new(0x15, 3, 0, 0x0806), // jeq arp, keep
            new(0x15, 0, 3, 0x0800), // jeq ipv4, else drop
            new(0x30, 0, 0, 23), // ldb [23]
            new(0x15, 0, 1, 112), // jeq vrrp, else drop
            new(0x06, 0, 0, 0x40000),
            new(0x06, 0, 0, 0),
        };
        var program = new FilterProgram { Length = 7, Code = code };
        LibC.Checked(LibC.setsockopt(socket, 1, 26, &program, (uint)sizeof(FilterProgram)), "SO_ATTACH_FILTER");
    }

    /// <summary>Keeps UDP over IPv4 to port 3784, without IP options.</summary>
    private static void AttachBfdFilter(int socket)
    {
        FilterInstruction* code = stackalloc FilterInstruction[8]
        {
            new(0x28, 0, 0, 12), // ldh [12]
            new(0x15, 0, 5, 0x0800), // jeq ipv4, else drop
            new(0x30, 0, 0, 23), // ldb [23]
            new(0x15, 0, 3, 17), // jeq udp, else drop
            new(0x28, 0, 0, 36), // ldh [36]
            new(0x15, 0, 1, 3784), // jeq port, else drop
            new(0x06, 0, 0, 0x40000),
            new(0x06, 0, 0, 0),
        };
        var program = new FilterProgram { Length = 8, Code = code };
        LibC.Checked(LibC.setsockopt(socket, 1, 26, &program, (uint)sizeof(FilterProgram)), "SO_ATTACH_FILTER");
    }

    /// <summary>Keeps TCP over IPv4 with SYN and without ACK, without IP options.</summary>
    private static void AttachConnectionFilter(int socket)
    {
        FilterInstruction* code = stackalloc FilterInstruction[9]
        {
            new(0x28, 0, 0, 12), // ldh [12]
            new(0x15, 0, 6, 0x0800), // jeq ipv4, else drop
            new(0x30, 0, 0, 23), // ldb [23]
            new(0x15, 0, 4, 6), // jeq tcp, else drop
            new(0x30, 0, 0, 47), // ldb [47]
            new(0x54, 0, 0, 0x12), // and SYN | ACK
            new(0x15, 0, 1, 0x02), // jeq SYN, else drop
            new(0x06, 0, 0, 0x40000),
            new(0x06, 0, 0, 0),
        };
        var program = new FilterProgram { Length = 9, Code = code };
        LibC.Checked(LibC.setsockopt(socket, 1, 26, &program, (uint)sizeof(FilterProgram)), "SO_ATTACH_FILTER");
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FilterInstruction(ushort code, byte ifTrue, byte ifFalse, uint value)
    {
        public readonly ushort Code = code;
        public readonly byte IfTrue = ifTrue;
        public readonly byte IfFalse = ifFalse;
        public readonly uint Value = value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public FilterInstruction* Code;
    }
}

/// <summary>A VRRP advertisement or an ARP packet as it arrived.</summary>
/// <param name="Time">CLOCK_REALTIME in nanoseconds.</param>
/// <param name="IsArp">ARP; else VRRP.</param>
/// <param name="Address">Source of the advertisement; target protocol address of the ARP packet.</param>
/// <param name="RouterId">Virtual router identifier.</param>
/// <param name="Priority">Priority of the advertisement.</param>
internal readonly record struct CapturedFrame(long Time, bool IsArp, uint Address, byte RouterId, byte Priority);
