namespace Keepalived.Bfd.Protocol;

/// <summary>Counts dropped packets by reason.</summary>
public sealed class BfdDropCounters
{
    private readonly ulong[] _counts = new ulong[(int)BfdDropReason.EchoStale + 1];

    /// <summary>Packets dropped for this reason.</summary>
    public ulong this[BfdDropReason reason] => _counts[(int)reason];

    /// <summary>Packets dropped for any reason.</summary>
    public ulong Total { get; private set; }

    /// <summary>Sets all to zero.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Total = 0;
    }

    internal void Add(BfdDropReason reason)
    {
        _counts[(int)reason]++;
        Total++;
    }
}
