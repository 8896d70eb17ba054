namespace Keepalived;

/// <summary>
/// The last things that happened to something, oldest first. Bounded: the oldest entry gives way. Room grows with use, because most objects of a
/// large set live through very few events; at full length nothing is allocated any more. For one thread.
/// </summary>
/// <typeparam name="T">One entry; a value, so that adding one allocates nothing.</typeparam>
public sealed class RecentEntries<T>
    where T : struct
{
    private const int FirstSize = 2;
    private T[] _entries = [];
    private int _oldest;

    /// <summary>Creates an empty history.</summary>
    /// <param name="capacity">The most entries kept, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is less than 1.</exception>
    public RecentEntries(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    /// <summary>The most entries kept.</summary>
    public int Capacity { get; }

    /// <summary>Entries kept now, at most <see cref="Capacity"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Entries that gave way.</summary>
    public long Forgotten { get; private set; }

    /// <summary>An entry; 0 is the oldest one kept.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entry.</exception>
    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _entries[(_oldest + index) % _entries.Length];
        }
    }

    /// <summary>Adds the newest entry; at full length the oldest one gives way.</summary>
    public void Add(in T entry)
    {
        if (Count == Capacity)
        {
            _entries[_oldest] = entry;
            _oldest = (_oldest + 1) % Capacity;
            Forgotten++;
            return;
        }

        if (Count == _entries.Length)
        {
            // Not wrapped yet: that happens only at full capacity.
            Array.Resize(ref _entries, Math.Min(Capacity, Math.Max(FirstSize, Count * 2)));
        }

        _entries[Count++] = entry;
    }
}
