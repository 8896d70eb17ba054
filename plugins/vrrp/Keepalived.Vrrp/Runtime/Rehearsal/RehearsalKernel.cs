using System.Buffers.Binary;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;

namespace Keepalived.Vrrp.Runtime.Rehearsal;

/// <summary>
/// A kernel in memory: acknowledges every change of an address and gives the change as news to whoever listens; has no
/// tables to tell. Numbers are those of linux/netlink.h and linux/rtnetlink.h.
/// </summary>
internal sealed class RehearsalKernel : INetlinkTransport
{
    private const int HeaderLength = 16;
    private const ushort Error = 2;
    private const ushort Done = 3;
    private const ushort NewAddress = 20;
    private const ushort DeleteAddress = 21;

    private readonly Queue<(byte[] Bytes, bool IsNews)> _waiting = new();

    /// <summary>Who gets the news; null for nobody.</summary>
    public RehearsalKernel? Listener { get; init; }

    public int Descriptor => -1;

    public Errno Send(ReadOnlySpan<byte> messages)
    {
        while (messages.Length >= HeaderLength)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(messages);
            Answer(messages[..length]);
            messages = messages[Math.Min(messages.Length, (length + 3) & ~3)..];
        }

        return Errno.None;
    }

    public Errno Receive(Span<byte> buffer, out NetlinkDatagram datagram)
    {
        if (!_waiting.TryDequeue(out (byte[] Bytes, bool IsNews) next))
        {
            datagram = default;
            return Errno.EAGAIN;
        }

        next.Bytes.CopyTo(buffer);
        datagram = new NetlinkDatagram(next.Bytes.Length, next.IsNews);
        return Errno.None;
    }

    public bool WaitReadable(TimeSpan timeout) => _waiting.Count > 0;

    public Errno Join(uint group) => Errno.None;

    public void Dispose() => _waiting.Clear();

    private void Answer(ReadOnlySpan<byte> request)
    {
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(request[4..]);
        bool isChange = type is NewAddress or DeleteAddress;
        byte[] answer = new byte[HeaderLength + sizeof(int) + (isChange ? HeaderLength : 0)];
        BinaryPrimitives.WriteInt32LittleEndian(answer, answer.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(answer.AsSpan(4), isChange ? Error : Done);
        request.Slice(8, 4).CopyTo(answer.AsSpan(8));
        if (isChange)
        {
            // The error number in between stays 0: done.
            request[..HeaderLength].CopyTo(answer.AsSpan(HeaderLength + sizeof(int)));
            Listener?._waiting.Enqueue((request.ToArray(), true));
        }

        _waiting.Enqueue((answer, false));
    }
}
