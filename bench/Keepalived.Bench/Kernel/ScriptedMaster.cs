using System.Buffers.Binary;

namespace Keepalived.Bench.Kernel;

/// <summary>A master that exists only as advertisements: VRRPv3 frames of VRID 1, priority 254, sent on a packet socket until told to stop.</summary>
internal sealed unsafe class ScriptedMaster : IDisposable
{
    private readonly int _socket;
    private readonly Thread _thread;
    private volatile bool _stop;

    private ScriptedMaster(int socket, uint address, double interval)
    {
        _socket = socket;
        byte[] frame = Frame(address, interval);
        _thread = new Thread(() =>
        {
            using var scheduling = new RealTimeScheduling(40);
            long next = RealTime.Monotonic;
            while (!_stop)
            {
                fixed (byte* bytes = frame)
                {
                    LastSent = RealTime.Now;
                    LibC.send(_socket, bytes, (nuint)frame.Length, 0);
                }

                next += (long)(interval * 1e9);
                RealTime.SleepUntilMonotonic(next);
            }
        });
    }

    /// <summary>CLOCK_REALTIME just before the newest advertisement.</summary>
    public long LastSent { get; private set; }

    public static ScriptedMaster Start(NetworkNamespace space, string device, uint address, double interval)
    {
        int socket = space.Inside(() =>
        {
            int made = LibC.Checked(LibC.socket(17, 3, 0), "socket(AF_PACKET)");
            byte* local = stackalloc byte[20];
            new Span<byte>(local, 20).Clear();
            *(ushort*)local = 17;
            *(uint*)(local + 4) = LibC.if_nametoindex(device);
            LibC.Checked(LibC.bind(made, local, 20), $"bind to {device}");
            return made;
        });
        var master = new ScriptedMaster(socket, address, interval);
        master._thread.Start();
        return master;
    }

    /// <summary>Dies without a word.</summary>
    public void Stop()
    {
        _stop = true;
        _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        LibC.close(_socket);
    }

    private static byte[] Frame(uint address, double interval)
    {
        byte[] frame = new byte[14 + 20 + 12];
        new byte[] { 0x01, 0x00, 0x5E, 0, 0, 0x12, 0x02, 0, 0x5E, 0, 0, 1, 0x08, 0 }.CopyTo(frame, 0);
        Span<byte> ip = frame.AsSpan(14, 20);
        new byte[] { 0x45, 0xC0, 0, 32, 0, 1, 0, 0, 255, 112, 0, 0, 10, 98, 0, 2, 224, 0, 0, 18 }.CopyTo(ip);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip, 0));
        Span<byte> vrrp = frame.AsSpan(34, 12);
        new byte[] { 0x31, 1, 254, 1, 0, (byte)Math.Round(interval * 100) }.CopyTo(vrrp);
        BinaryPrimitives.WriteUInt32BigEndian(vrrp[8..], address);
        // The pseudo header: both addresses, the protocol, the length (RFC 9568, 5.2.8).
        BinaryPrimitives.WriteUInt16BigEndian(vrrp[6..], Checksum(vrrp, Sum(ip[12..20]) + 112 + 12));
        return frame;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int at = 0; at < bytes.Length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        }

        return sum;
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes, uint start)
    {
        uint sum = start + Sum(bytes);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return unchecked((ushort)~sum);
    }
}
