namespace Keepalived.Linux.Netlink;

/// <summary>
/// What the kernel may queue for a netlink socket. The default value is <see cref="DefaultOctets"/>, past the system's limit where that is
/// allowed.
/// </summary>
public readonly record struct NetlinkReceiveBuffer
{
    /// <summary>Room for about 1,000 notifications while the loop is busy.</summary>
    public const int DefaultOctets = 1 << 20;

    private readonly int _octets;
    private readonly bool _obeysLimit;

    /// <summary>Asks for a size.</summary>
    /// <param name="octets">1 to 2^31 - 1; the kernel counts twice as many.</param>
    /// <param name="mayExceedLimit">Beyond net.core.rmem_max, which needs CAP_NET_ADMIN; else the kernel gives what the limit allows.</param>
    /// <exception cref="ArgumentOutOfRangeException">No octets.</exception>
    public NetlinkReceiveBuffer(int octets, bool mayExceedLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(octets);
        (_octets, _obeysLimit) = (octets, !mayExceedLimit);
    }

    /// <summary>How many.</summary>
    public int Octets => _octets == 0 ? DefaultOctets : _octets;

    /// <summary>Past the system's limit where the process may.</summary>
    public bool MayExceedLimit => !_obeysLimit;
}
