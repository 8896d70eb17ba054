using System.Buffers.Binary;

namespace Keepalived.Bench.Kernel;

/// <summary>
/// BFD neighbours that exist only as frames on one interface (RFC 5880, RFC 5881): each answers the state machine, polls, and sends
/// at its interval less 10 to 25 per cent. The link has no ARP and the addresses are on no interface, so that no kernel answers for them.
/// </summary>
internal sealed unsafe class ScriptedNeighbors : IDisposable
{
    private const int FrameLength = 14 + 20 + 8 + 24;
    private const int Ip = 14;
    private const int Bfd = Ip + 20 + 8;
    private const ushort Port = 3784;
    private const uint FirstDiscriminator = 0x0B00_0000;
    private const long Idle = 1_000_000_000;
    private const int Down = 1;
    private const int Init = 2;
    private const int Up = 3;

    private readonly int _socket;
    private readonly PacketRing _ring;
    private readonly Neighbor[] _neighbors;
    private readonly long _interval;
    private readonly Random _random = new(1);
    private readonly Thread _thread;
    private volatile bool _stop;
    private volatile bool _isSilent;
    private List<BfdFrame>? _record;

    private ScriptedNeighbors(int socket, PacketRing ring, int count, TimeSpan interval, byte multiplier, byte[] destination)
    {
        _socket = socket;
        _ring = ring;
        _interval = interval.Ticks * 100;
        _neighbors = [.. Enumerable.Range(0, count).Select(i => new Neighbor(i, Frame(i, interval, multiplier, destination)))];
        _thread = new Thread(Work);
    }

    /// <summary>Neighbours that are up, by their own reckoning.</summary>
    public int CountUp => _neighbors.Count(neighbor => Volatile.Read(ref neighbor.State) == Up);

    /// <summary>CLOCK_REALTIME just before the newest packet.</summary>
    public long LastSent { get; private set; }

    /// <summary>Nothing is sent while it is set; what was under way is, so wait a moment before believing <see cref="LastSent"/>.</summary>
    public bool IsSilent { set => _isSilent = value; }

    /// <summary>Address of a neighbour, all in 10.97.0.0/16.</summary>
    public static string Address(int index) => $"10.97.{index / 250}.{(index % 250) + 1}";

    /// <summary>Starts neighbours on the observer's end <c>o0</c>, and makes the daemon's end <c>d0</c> reach them.</summary>
    public static ScriptedNeighbors Start(Bed bed, int count, TimeSpan interval, byte multiplier)
    {
        bed.DaemonSpace.Ip("link", "set", "d0", "arp", "off");
        bed.DaemonSpace.Ip("route", "add", "10.97.0.0/16", "dev", "d0");
        bed.DaemonSpace.Ip("link", "set", "d0", "address", "02:00:00:00:61:01");
        int socket = bed.ObserverSpace.Inside(() => Open("o0"));
        var neighbors = new ScriptedNeighbors(socket, PacketRing.OpenForBfd(bed.ObserverSpace, "o0", 32768), count, interval, multiplier, [0x02, 0, 0, 0, 0x61, 0x01]);
        neighbors._thread.Start();
        return neighbors;
    }

    public bool WaitForUp(TimeSpan limit)
    {
        long end = RealTime.Monotonic + (limit.Ticks * 100);
        while (CountUp < _neighbors.Length && RealTime.Monotonic < end)
        {
            RealTime.Sleep(TimeSpan.FromMilliseconds(5));
        }

        return CountUp == _neighbors.Length;
    }

    /// <summary>Keeps what arrives within a window.</summary>
    public List<BfdFrame> Record(TimeSpan window, Action begin, Action end)
    {
        var record = new List<BfdFrame>(1 << 18);
        begin();
        Volatile.Write(ref _record, record);
        RealTime.Sleep(window);
        Volatile.Write(ref _record, null);
        end();
        // The thread may be in the middle of a packet.
        RealTime.Sleep(TimeSpan.FromMilliseconds(20));
        return record;
    }

    /// <summary>Waits for a packet that says Down from the time on; gives its receive time.</summary>
    public long? LastDownAfter(long time) => _neighbors[0].DownHeardAt > time ? _neighbors[0].DownHeardAt : null;

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _ring.Dispose();
        LibC.close(_socket);
    }

    private static int Open(string device)
    {
        int made = LibC.Checked(LibC.socket(17, 3, 0), "socket(AF_PACKET)");
        byte* local = stackalloc byte[20];
        new Span<byte>(local, 20).Clear();
        *(ushort*)local = 17;
        *(uint*)(local + 4) = LibC.if_nametoindex(device);
        LibC.Checked(LibC.bind(made, local, 20), $"bind to {device}");
        return made;
    }

    private void Work()
    {
        using var scheduling = new RealTimeScheduling(40);
        while (!_stop)
        {
            while (_ring.TryTakeBfd(out BfdFrame frame))
            {
                Volatile.Read(ref _record)?.Add(frame);
                int index = (int)(((frame.Destination >> 8) & 255) * 250 + (frame.Destination & 255)) - 1;
                if (frame.Destination >> 16 == 0x0A61 && index < _neighbors.Length)
                {
                    Hear(_neighbors[index], frame);
                }
            }

            long now = RealTime.Monotonic;
            foreach (Neighbor neighbor in _neighbors)
            {
                if (neighbor.NextAt <= now && !_isSilent)
                {
                    Send(neighbor, isFinal: false);
                    neighbor.NextAt = now + (long)((neighbor.State == Up ? _interval : Idle) * (0.75 + (0.15 * _random.NextDouble())));
                }
            }

            RealTime.Sleep(TimeSpan.FromMilliseconds(0.5));
        }
    }

    private void Hear(Neighbor neighbor, in BfdFrame frame)
    {
        int before = neighbor.State;
        if (frame.State <= Down)
        {
            neighbor.DownHeardAt = frame.Time;
        }

        neighbor.Remote = frame.MyDiscriminator;
        if (frame.State == Up && before != Up)
        {
            neighbor.NextAt = 0;
        }

        neighbor.State = (before, frame.State) switch
        {
            (Down, Down) => Init,
            (Down, Init) or (Init, Init) or (Init, Up) => Up,
            (Up, <= Down) => Down,
            (_, 0) => Down,
            _ => before,
        };
        if (_isSilent)
        {
            return;
        }

        if (frame.IsPoll)
        {
            Send(neighbor, isFinal: true);
        }
        else if (before != neighbor.State)
        {
            Send(neighbor, isFinal: false);
        }
    }

    private void Send(Neighbor neighbor, bool isFinal)
    {
        byte[] frame = neighbor.Frame;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(Bfd + 12), (uint)((neighbor.State == Up ? _interval : Idle) / 1000));
        frame[Bfd + 1] = (byte)((neighbor.State << 6) | (isFinal ? 0x10 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(Bfd + 8), neighbor.Remote);
        fixed (byte* bytes = frame)
        {
            LastSent = RealTime.Now;
            LibC.send(_socket, bytes, FrameLength, 0);
        }
    }

    private static byte[] Frame(int index, TimeSpan interval, byte multiplier, byte[] destination)
    {
        byte[] frame = new byte[FrameLength];
        destination.CopyTo(frame, 0);
        new byte[] { 0x02, 0, 0x5E, 0, 0, 1, 0x08, 0 }.CopyTo(frame, 6);
        Span<byte> ip = frame.AsSpan(Ip, 20);
        new byte[] { 0x45, 0xC0, 0, 52, 0, 1, 0, 0, 255, 17, 0, 0, 10, 97, (byte)(index / 250), (byte)((index % 250) + 1), 10, 98, 0, 1 }.CopyTo(ip);
        uint sum = 0;
        for (int at = 0; at < ip.Length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(ip[at..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], unchecked((ushort)~((sum & 0xFFFF) + (sum >> 16))));
        Span<byte> udp = frame.AsSpan(Ip + 20, 8);
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)(49152 + index));
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], 32);
        Span<byte> bfd = frame.AsSpan(Bfd);
        bfd[0] = 0x20;
        bfd[2] = multiplier;
        bfd[3] = 24;
        BinaryPrimitives.WriteUInt32BigEndian(bfd[4..], FirstDiscriminator + (uint)index);
        uint microseconds = (uint)interval.TotalMicroseconds;
        BinaryPrimitives.WriteUInt32BigEndian(bfd[16..], microseconds);
        return frame;
    }

    private sealed class Neighbor(int index, byte[] frame)
    {
        public int State = Down;

        public byte[] Frame => frame;

        public uint Remote { get; set; }

        // Spread over the first second, so that they do not all speak at once.
        public long NextAt { get; set; } = RealTime.Monotonic + (index * 2_000_000L);

        public long DownHeardAt { get; set; }
    }
}

/// <summary>A BFD control packet over IPv4 as it arrived.</summary>
/// <param name="Time">CLOCK_REALTIME in nanoseconds.</param>
/// <param name="Destination">Address it was sent to.</param>
/// <param name="State">Sta: 0 AdminDown, 1 Down, 2 Init, 3 Up.</param>
/// <param name="IsPoll">The Poll bit.</param>
/// <param name="IsFinal">The Final bit.</param>
/// <param name="MyDiscriminator">The sender's discriminator.</param>
internal readonly record struct BfdFrame(long Time, uint Destination, int State, bool IsPoll, bool IsFinal, uint MyDiscriminator);
