using System.Runtime.InteropServices;
using Keepalived.Linux.Netlink;

namespace Keepalived.Linux.Tests.Netlink;

/// <summary>A kernel that is a function: each request message is answered by datagrams, which wait to be received.</summary>
internal sealed class FakeKernel(Action<FakeKernel, FakeRequest> answer) : INetlinkTransport
{
    private readonly Queue<(byte[] Bytes, bool Multicast, Errno Errno)> _waiting = new();

    internal List<FakeRequest> Requests { get; } = [];

    /// <summary>How many requests each send held.</summary>
    internal List<int> Chunks { get; } = [];

    internal List<uint> Groups { get; } = [];

    internal Errno SendError { get; set; }

    internal int Waiting => _waiting.Count;

    public int Descriptor => -1;

    /// <summary>A kernel that acknowledges everything.</summary>
    internal static FakeKernel Agreeing() => new((kernel, request) => kernel.Acknowledge(request));

    public Errno Send(ReadOnlySpan<byte> messages)
    {
        if (SendError != Errno.None)
        {
            return SendError;
        }

        int count = 0;
        var reader = new NetlinkMessageReader(messages);
        while (reader.MoveNext())
        {
            NetlinkMessage message = reader.Current;
            var request = new FakeRequest(message.Type, message.Flags, message.Sequence, message.Payload.ToArray());
            Requests.Add(request);
            count++;
            answer(this, request);
        }

        Assert.False(reader.Malformed);
        Chunks.Add(count);
        return Errno.None;
    }

    public Errno Receive(Span<byte> buffer, out NetlinkDatagram datagram)
    {
        datagram = default;
        if (!_waiting.TryDequeue(out (byte[] Bytes, bool Multicast, Errno Errno) next))
        {
            return Errno.EAGAIN;
        }

        datagram = new NetlinkDatagram(next.Bytes.Length, next.Multicast);
        if (next.Bytes.Length > buffer.Length)
        {
            return Errno.EMSGSIZE;
        }

        next.Bytes.CopyTo(buffer);
        return next.Errno;
    }

    public bool WaitReadable(TimeSpan timeout) => _waiting.Count > 0;

    public Errno Join(uint group)
    {
        Groups.Add(group);
        return Errno.None;
    }

    public void Dispose() => _waiting.Clear();

    internal void Deliver(byte[] datagram, bool multicast = false) => _waiting.Enqueue((datagram, multicast, Errno.None));

    internal void Fail(Errno errno) => _waiting.Enqueue(([], false, errno));

    /// <summary>As netlink_rcv_skb does: a success is told when that was asked for, a failure always.</summary>
    internal void Acknowledge(FakeRequest request, Errno errno = Errno.None, string? text = null, uint offset = 0)
    {
        if (errno != Errno.None || (request.Flags & NetlinkAbi.Ack) != 0)
        {
            Deliver(Acknowledgement(request, errno, text, offset));
        }
    }

    /// <summary>NLMSG_ERROR as a kernel with capped and extended acknowledgements writes it.</summary>
    internal static byte[] Acknowledgement(FakeRequest request, Errno errno, string? text = null, uint offset = 0, bool capped = true)
    {
        ushort flags = (ushort)((capped ? NetlinkAbi.Capped : 0) | (text is null ? 0 : NetlinkAbi.AckTlvs));
        var writer = new NetlinkWriter(new byte[4096], NetlinkAbi.Error, flags);
        writer.PutStructure(-(int)errno);
        writer.PutStructure(new MessageHeader
        {
            Length = (uint)(16 + request.Payload.Length), Type = request.Type, Flags = request.Flags, Sequence = request.Sequence,
        });
        if (!capped)
        {
            foreach (int word in MemoryMarshal.Cast<byte, int>(request.Payload))
            {
                writer.PutStructure(in word);
            }
        }

        if (text is not null)
        {
            writer.Put(NetlinkAbi.ErrorMessage, [.. System.Text.Encoding.UTF8.GetBytes(text), 0]);
            writer.PutUInt32(NetlinkAbi.ErrorOffset, offset);
        }

        return writer.Finish(request.Sequence).ToArray();
    }

    /// <summary>A message that answers a request.</summary>
    internal static byte[] Message(FakeRequest request, ushort type, ushort flags, byte[] payload)
    {
        byte[] message = new byte[16 + payload.Length];
        new NetlinkWriter(message, type, flags).Finish(request.Sequence);
        MemoryMarshal.Write(message, message.Length);
        payload.CopyTo(message, 16);
        return message;
    }

    internal static byte[] Done(FakeRequest request, Errno errno = Errno.None, ushort flags = NetlinkAbi.Multi) =>
        Message(request, NetlinkAbi.Done, flags, BitConverter.GetBytes(-(int)errno));

    private struct MessageHeader
    {
        internal uint Length;
        internal ushort Type;
        internal ushort Flags;
        internal uint Sequence;
        internal uint Port { get; init; }
    }
}

/// <summary>One request as the fake kernel got it.</summary>
internal sealed record FakeRequest(ushort Type, ushort Flags, uint Sequence, byte[] Payload);

/// <summary>Keeps what a connection told it.</summary>
internal sealed class RecordingReplies : INetlinkReplyHandler
{
    internal List<(long Token, ushort Type, byte[] Payload)> Replies { get; } = [];

    internal List<(long Token, Errno Errno, string? Text, uint Offset, bool Interrupted)> Ends { get; } = [];

    internal Action<long>? OnEnd { get; set; }

    public void Reply(long token, in NetlinkMessage message) => Replies.Add((token, message.Type, message.Payload.ToArray()));

    public void Completed(long token, in NetlinkResult result)
    {
        Ends.Add((token, result.Errno, result.KernelText, result.Offset, result.Interrupted));
        OnEnd?.Invoke(token);
    }
}
