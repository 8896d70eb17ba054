// unix(7): descriptors passed over a unix socket (SCM_RIGHTS).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

public sealed unsafe partial class LinuxSocket
{
    private const int MostDescriptors = 8;
    private const int ReceiveCloseOnExec = 0x40000000; // MSG_CMSG_CLOEXEC

    /// <summary>Sends a message with descriptors; the receiver gets duplicates.</summary>
    /// <param name="bytes">The message, at least one byte.</param>
    /// <param name="descriptors">At most 8.</param>
    public Errno SendWithDescriptors(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MostDescriptors, nameof(descriptors));
        byte* control = stackalloc byte[ControlMessages.Space(MostDescriptors * sizeof(int))];
        fixed (byte* start = bytes)
        {
            var vector = new BufferVector { Start = start, Length = (nuint)bytes.Length };
            var message = new MessageHeader { Buffers = &vector, BufferCount = 1 };
            if (!descriptors.IsEmpty)
            {
                var header = (ControlHeader*)control;
                header->Level = ControlMessages.LevelSocket;
                header->Type = ControlMessages.Rights;
                header->Length = (nuint)(sizeof(ControlHeader) + (descriptors.Length * sizeof(int)));
                descriptors.CopyTo(new Span<int>(ControlMessages.Data(header), descriptors.Length));
                message.Control = control;
                message.ControlLength = (nuint)ControlMessages.Space(descriptors.Length * sizeof(int));
            }

            return Result(SendMessage(Descriptor, &message, NoSignal), out _);
        }
    }

    /// <summary>Receives a message with descriptors, close-on-exec, which the caller owns. Those that find no room are closed.</summary>
    /// <param name="buffer">Receives the message.</param>
    /// <param name="descriptors">Receives the descriptors.</param>
    /// <param name="count">Bytes received; 0 without an error: the peer closed.</param>
    /// <param name="descriptorCount">Descriptors received.</param>
    public Errno ReceiveWithDescriptors(Span<byte> buffer, Span<int> descriptors, out int count, out int descriptorCount)
    {
        int space = ControlMessages.Space(MostDescriptors * sizeof(int));
        byte* control = stackalloc byte[space];
        descriptorCount = 0;
        fixed (byte* start = buffer)
        {
            var vector = new BufferVector { Start = start, Length = (nuint)buffer.Length };
            var message = new MessageHeader { Buffers = &vector, BufferCount = 1, Control = control, ControlLength = (nuint)space };
            Errno error = Result(ReceiveMessage(Descriptor, &message, ReceiveCloseOnExec), out count);
            if (error != Errno.None)
            {
                return error;
            }

            ControlHeader* header = ControlMessages.First(message);
            for (; header is not null; header = ControlMessages.Next(message, header))
            {
                if (header->Level == ControlMessages.LevelSocket && header->Type == ControlMessages.Rights)
                {
                    TakeDescriptors(header, descriptors, ref descriptorCount);
                }
            }

            return Errno.None;
        }
    }

    private static void TakeDescriptors(ControlHeader* header, Span<int> descriptors, ref int count)
    {
        foreach (int descriptor in new ReadOnlySpan<int>(ControlMessages.Data(header), ControlMessages.DataLength(header) / sizeof(int)))
        {
            if (count < descriptors.Length)
            {
                descriptors[count++] = descriptor;
            }
            else
            {
                FileDescriptors.Close(descriptor);
            }
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int socket, MessageHeader* message, int flags);
}
