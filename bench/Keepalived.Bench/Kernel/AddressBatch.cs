using System.Buffers.Binary;

namespace Keepalived.Bench.Kernel;

/// <summary>
/// The kernel's own time for adding addresses: RTM_NEWADDR requests prepared beforehand and sent 100 at a time with one
/// acknowledgement per send, which nobody can do faster from one socket.
/// </summary>
internal static unsafe class AddressBatch
{
    private const int PerSend = 100;
    private const int MessageSize = 16 + 8 + 8 + 8;

    /// <summary>Adds the addresses and returns CLOCK_REALTIME before the first request.</summary>
    public static long Add(NetworkNamespace space, string device, uint first, int count) => space.Inside(() =>
    {
        byte[] requests = Requests(LibC.if_nametoindex(device), first, count);
        int socket = LibC.Checked(LibC.socket(16, 3, 0), "socket(AF_NETLINK)");
        uint* address = stackalloc uint[3] { 16, 0, 0 };
        LibC.Checked(LibC.bind(socket, address, 12), "bind(AF_NETLINK)");
        byte* reply = stackalloc byte[8192];
        using var scheduling = new RealTimeScheduling(50);
        long start = RealTime.Now;
        fixed (byte* request = requests)
        {
            for (int index = 0; index < count; index += PerSend)
            {
                int length = Math.Min(PerSend, count - index) * MessageSize;
                LibC.Checked(LibC.send(socket, request + (index * MessageSize), (nuint)length, 0), "send(AF_NETLINK)");
                LibC.Checked(LibC.recv(socket, reply, 8192, 0), "recv(AF_NETLINK)");
                int error = *(int*)(reply + 16);
                if (error != 0)
                {
                    throw new BenchException($"The kernel refused an address: errno {-error}");
                }
            }
        }

        LibC.close(socket);
        return start;
    });

    private static byte[] Requests(uint index, uint first, int count)
    {
        byte[] all = new byte[count * MessageSize];
        for (int number = 0; number < count; number++)
        {
            Span<byte> message = all.AsSpan(number * MessageSize, MessageSize);
            bool last = number % PerSend == PerSend - 1 || number == count - 1;
            BinaryPrimitives.WriteInt32LittleEndian(message, MessageSize);
            BinaryPrimitives.WriteUInt16LittleEndian(message[4..], 20); // RTM_NEWADDR
            BinaryPrimitives.WriteUInt16LittleEndian(message[6..], (ushort)(0x601 | (last ? 4 : 0))); // REQUEST | CREATE | EXCL (| ACK)
            BinaryPrimitives.WriteInt32LittleEndian(message[8..], number + 1);
            message[16] = 2; // AF_INET
            message[17] = 32;
            BinaryPrimitives.WriteUInt32LittleEndian(message[20..], index);
            for (int attribute = 0; attribute < 2; attribute++)
            {
                Span<byte> value = message[(24 + (attribute * 8))..];
                BinaryPrimitives.WriteUInt16LittleEndian(value, 8);
                BinaryPrimitives.WriteUInt16LittleEndian(value[2..], (ushort)(2 - attribute)); // IFA_LOCAL, IFA_ADDRESS
                BinaryPrimitives.WriteUInt32BigEndian(value[4..], first + (uint)number);
            }
        }

        return all;
    }
}
