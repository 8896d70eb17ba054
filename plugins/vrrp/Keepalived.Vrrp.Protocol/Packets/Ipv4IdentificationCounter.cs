namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The identification field of our IPv4 packets: counts 1..65535 and round again, never 0, because the kernel
/// replaces 0 in a header that it is handed complete.
/// </summary>
public struct Ipv4IdentificationCounter
{
    private ushort _last;

    /// <summary>The next value, 1..65535.</summary>
    public ushort Next()
    {
        _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        return _last;
    }
}
