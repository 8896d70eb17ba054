using System.Buffers.Binary;

namespace Keepalived.Bench.Kernel;

/// <summary>
/// Sees addresses arrive in a namespace through rtnetlink notifications (linux/rtnetlink.h). It polls every 100 µs rather than
/// blocking, so that no wake-up of it is paid by whoever adds the addresses.
/// </summary>
internal sealed unsafe class AddressObserver : IDisposable
{
    private const int DontWait = 0x40;
    private const ushort NewAddress = 20;
    private static readonly TimeSpan s_poll = TimeSpan.FromMicroseconds(100);

    private readonly int _socket;
    private readonly byte[] _buffer = new byte[1 << 18];

    private AddressObserver(int socket) => _socket = socket;

    public int Seen { get; private set; }

    /// <summary>CLOCK_REALTIME when the newest address had been seen.</summary>
    public long LastSeen { get; private set; }

    public static AddressObserver Open(NetworkNamespace space) => space.Inside(() =>
    {
        int socket = LibC.Checked(LibC.socket(16, 3, 0), "socket(AF_NETLINK)");
        int size = 64 << 20;
        LibC.Checked(LibC.setsockopt(socket, 1, 33, &size, sizeof(int)), "SO_RCVBUFFORCE");
        uint* address = stackalloc uint[3] { 16, 0, 0x10 }; // AF_NETLINK, any port, RTMGRP_IPV4_IFADDR
        LibC.Checked(LibC.bind(socket, address, 12), "bind(AF_NETLINK)");
        return new AddressObserver(socket);
    });

    /// <summary>Counts notifications until <paramref name="count"/> addresses of the many were seen.</summary>
    public bool WaitFor(int count, TimeSpan limit)
    {
        using var scheduling = new RealTimeScheduling(40);
        long end = RealTime.Monotonic + (limit.Ticks * 100);
        while (Seen < count && RealTime.Monotonic < end)
        {
            Drain();
            if (Seen < count)
            {
                RealTime.Sleep(s_poll);
            }
        }

        return Seen >= count;
    }

    public void Dispose() => LibC.close(_socket);

    private void Drain()
    {
        fixed (byte* buffer = _buffer)
        {
            nint length;
            while ((length = LibC.recv(_socket, buffer, (nuint)_buffer.Length, DontWait)) > 0)
            {
                int before = Seen;
                Count(new ReadOnlySpan<byte>(buffer, (int)length));
                LastSeen = Seen > before ? RealTime.Now : LastSeen;
            }
        }
    }

    private void Count(ReadOnlySpan<byte> messages)
    {
        while (messages.Length >= 16)
        {
            int length = (BinaryPrimitives.ReadInt32LittleEndian(messages) + 3) & ~3;
            if (BinaryPrimitives.ReadUInt16LittleEndian(messages[4..]) == NewAddress && IsOneOfTheMany(messages[..Math.Min(length, messages.Length)]))
            {
                Seen++;
            }

            messages = messages[Math.Min(length, messages.Length)..];
        }
    }

    /// <summary>Prefix length 32 and an IFA_LOCAL (type 2) inside 10.128/9.</summary>
    private static bool IsOneOfTheMany(ReadOnlySpan<byte> message)
    {
        for (int at = 24; message[17] == 32 && at + 8 <= message.Length; at += (BinaryPrimitives.ReadUInt16LittleEndian(message[at..]) + 3) & ~3)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(message[(at + 2)..]) == 2)
            {
                return message[at + 4] == 10 && message[at + 5] >= 128;
            }
        }

        return false;
    }
}
