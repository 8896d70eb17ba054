using System.Buffers;

namespace Keepalived.Linux.Netlink;

/// <summary>
/// Requests in the order they will be sent: their octets lie one after another, so a chunk of them is one span, and who
/// waits for each answer lies beside. Both stores grow by doubling and are reused: queueing allocates nothing once warm.
/// </summary>
internal sealed class RequestQueue : IDisposable
{
    private const int RestingBytes = 16 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(RestingBytes);
    private int _head;
    private int _tail;
    private Entry[] _entries = new Entry[64];
    private int _first;

    /// <summary>One request: who waits for it and how long its message is.</summary>
    internal struct Entry
    {
        internal INetlinkReplyHandler Handler;
        internal long Token;
        internal int Length;
        internal bool IsDump;
        internal bool Answered;
    }

    /// <summary>How many requests are queued, those already sent but not removed included.</summary>
    internal int Count { get; private set; }

    /// <summary>The request at a place, counted from the oldest.</summary>
    internal ref Entry this[int index] => ref _entries[(_first + index) & (_entries.Length - 1)];

    /// <summary>Room for the next request's octets.</summary>
    internal Span<byte> Reserve(int size)
    {
        if (_bytes.Length - _tail < size)
        {
            MakeRoom(size);
        }

        return _bytes.AsSpan(_tail, size);
    }

    /// <summary>Queues what was written into the reserved room.</summary>
    internal void Commit(in Entry entry)
    {
        if (Count == _entries.Length)
        {
            GrowEntries();
        }

        _tail += entry.Length;
        this[Count] = entry;
        Count++;
    }

    /// <summary>The oldest octets not yet sent.</summary>
    internal Span<byte> Unsent(int length) => _bytes.AsSpan(_head, length);

    /// <summary>Forgets octets that were sent.</summary>
    internal void Sent(int length)
    {
        _head += length;
        if (_head == _tail)
        {
            _head = _tail = 0;
            if (_bytes.Length > RestingBytes * 4)
            {
                ReplaceBytes(RestingBytes);
            }
        }
    }

    /// <summary>Removes the oldest requests.</summary>
    internal void Remove(int count)
    {
        for (int i = 0; i < count; i++)
        {
            this[i] = default;
        }

        _first = (_first + count) & (_entries.Length - 1);
        Count -= count;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _head = _tail = 0;
    }

    private void MakeRoom(int size)
    {
        // Moving down is worth it only when it frees half the store: each octet is then moved a bounded number of times.
        if (_head >= _bytes.Length / 2 && _bytes.Length - (_tail - _head) >= size)
        {
            _bytes.AsSpan(_head, _tail - _head).CopyTo(_bytes);
            _tail -= _head;
            _head = 0;
        }
        else
        {
            ReplaceBytes(Math.Max(_bytes.Length * 2, _tail - _head + size));
        }
    }

    private void ReplaceBytes(int size)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(_head, _tail - _head).CopyTo(bytes);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = bytes;
        _tail -= _head;
        _head = 0;
    }

    private void GrowEntries()
    {
        var entries = new Entry[_entries.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            entries[i] = this[i];
        }

        _entries = entries;
        _first = 0;
    }
}
