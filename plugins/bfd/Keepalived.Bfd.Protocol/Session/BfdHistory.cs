namespace Keepalived.Bfd.Protocol;

/// <summary>A change of state.</summary>
/// <param name="At">When.</param>
/// <param name="Before">The state before.</param>
/// <param name="After">The state after.</param>
/// <param name="Cause">Why.</param>
public readonly record struct BfdHistoryEntry(MonotonicTime At, BfdState Before, BfdState After, BfdCause Cause)
{
    /// <summary>One line for people, without the time. Allocates.</summary>
    public override string ToString() => $"{Before} to {After}: {Cause}";
}

/// <summary>The last changes of a session's state, oldest first. Bounded: the oldest gives way. It grows with use.</summary>
public sealed class BfdHistory
{
    /// <summary>The most entries kept.</summary>
    public const int Capacity = 16;

    private const int FirstSize = 2;
    private BfdHistoryEntry[] _entries = [];
    private int _oldest;

    /// <summary>Entries kept now, at most <see cref="Capacity"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Entries that gave way.</summary>
    public long Forgotten { get; private set; }

    /// <summary>An entry; 0 is the oldest one kept.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entry.</exception>
    public BfdHistoryEntry this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _entries[(_oldest + index) % _entries.Length];
        }
    }

    internal void Add(in BfdHistoryEntry entry)
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
            Array.Resize(ref _entries, Math.Max(FirstSize, Count * 2));
        }

        _entries[Count++] = entry;
    }
}
