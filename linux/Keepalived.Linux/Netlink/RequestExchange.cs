using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink;

/// <summary>
/// Requests queued and under way: forms the chunk to send next, numbers it, and gives each answer to the request it belongs to.
/// One chunk is under way at a time. Only the last request of a chunk asks for an acknowledgement: the kernel works through a datagram in
/// order and reports failures unasked (netlink_rcv_skb), so an answer to a request says that those before it which were not
/// answered have succeeded; a receive per request is spared.
/// </summary>
internal sealed class RequestExchange(int chunkSize) : IDisposable
{
    private const int LargestChunkBytes = 64 * 1024;

    private readonly RequestQueue _queue = new();
    private uint _sequence = 1;
    private int _sent;
    private int _unanswered;
    private int _firstUnanswered;
    private int _chunkBytes;
    private bool _interrupted;

    /// <summary>Requests that have not ended.</summary>
    internal int Pending => _queue.Count - (_sent - _unanswered);

    /// <summary>Whether a sent request has not ended.</summary>
    internal bool IsUnderWay => _unanswered > 0;

    /// <summary>Whether there is a chunk to send and nothing under way.</summary>
    internal bool CanSend => _unanswered == 0 && _queue.Count > 0;

    internal Span<byte> Reserve(int size) => _queue.Reserve(size);

    internal void Commit(INetlinkReplyHandler handler, long token, int length, bool isDump) =>
        _queue.Commit(new RequestQueue.Entry { Handler = handler, Token = token, Length = length, IsDump = isDump });

    /// <summary>Forms and numbers the next chunk; from now on it is under way. A dump is a chunk of its own: a socket runs one at a time.</summary>
    internal ReadOnlySpan<byte> TakeChunk()
    {
        int count = 0;
        int limit = Math.Min(chunkSize, _queue.Count);
        _chunkBytes = 0;
        while (count < limit)
        {
            ref RequestQueue.Entry entry = ref _queue[count];
            if (count > 0 && (entry.IsDump || _chunkBytes + entry.Length > LargestChunkBytes))
            {
                break;
            }

            _chunkBytes += entry.Length;
            count++;
            if (entry.IsDump)
            {
                break;
            }
        }

        Span<byte> chunk = _queue.Unsent(_chunkBytes);
        Number(chunk, count);
        _sent = _unanswered = count;
        _firstUnanswered = 0;
        _interrupted = false;
        return chunk;
    }

    /// <summary>Forgets the octets of the chunk taken last.</summary>
    internal void ChunkSent() => _queue.Sent(_chunkBytes);

    /// <summary>Gives a message to the request it answers; one that answers none is dropped.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isComplete">No message has been lost, so requests before it that have no answer have succeeded.</param>
    internal void Answer(in NetlinkMessage message, bool isComplete)
    {
        uint place = unchecked(message.Sequence - _sequence);
        if (place >= (uint)_sent || _unanswered == 0 || _queue[(int)place].Answered)
        {
            return;
        }

        if (isComplete)
        {
            SucceedBefore((int)place);
        }

        _interrupted |= (message.Flags & NetlinkAbi.DumpInterrupted) != 0;
        switch (message.Type)
        {
            case NetlinkAbi.Error or NetlinkAbi.Done:
                End((int)place, NetlinkResult.Read(in message, _interrupted));
                break;
            case NetlinkAbi.Noop or NetlinkAbi.Overrun:
                break;
            default:
                _queue[(int)place].Handler.Reply(_queue[(int)place].Token, in message);
                break;
        }
    }

    /// <summary>Ends every request under way that has no answer.</summary>
    internal void FailUnanswered(Errno errno)
    {
        int sent = _sent;
        for (int i = 0; i < sent && _unanswered > 0; i++)
        {
            if (!_queue[i].Answered)
            {
                End(i, new NetlinkResult(errno));
            }
        }
    }

    public void Dispose() => _queue.Dispose();

    private void Number(Span<byte> chunk, int count)
    {
        // Sequence 0 is what notifications without a cause carry, so a chunk never reaches it.
        if (_sequence == 0 || _sequence > uint.MaxValue - (uint)count)
        {
            _sequence = 1;
        }

        for (int i = 0; i < count; i++)
        {
            MemoryMarshal.Write(chunk[NetlinkAbi.SequenceOffset..], _sequence + (uint)i);
            if (i < count - 1)
            {
                Span<byte> flags = chunk[NetlinkAbi.FlagsOffset..];
                MemoryMarshal.Write(flags, (ushort)(MemoryMarshal.Read<ushort>(flags) & ~NetlinkAbi.Ack));
            }

            chunk = chunk[_queue[i].Length..];
        }
    }

    private void SucceedBefore(int place)
    {
        for (int i = _firstUnanswered; i < place; i++)
        {
            if (!_queue[i].Answered)
            {
                End(i, new NetlinkResult(Errno.None));
            }
        }

        _firstUnanswered = place;
    }

    private void End(int place, in NetlinkResult result)
    {
        ref RequestQueue.Entry entry = ref _queue[place];
        (INetlinkReplyHandler handler, long token) = (entry.Handler, entry.Token);
        entry.Answered = true;
        _unanswered--;
        if (_unanswered == 0)
        {
            _queue.Remove(_sent);
            _sequence = unchecked(_sequence + (uint)_sent);
            _sent = 0;
        }

        handler.Completed(token, in result);
    }
}
