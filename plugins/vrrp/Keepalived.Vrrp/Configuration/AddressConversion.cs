using Keepalived.Linux;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp;

/// <summary>Between the protocol's address and the kernel room's: both are values, neither room knows the other.</summary>
internal static class AddressConversion
{
    public static InetAddress ToInetAddress(this InternetAddress address)
    {
        Span<byte> octets = stackalloc byte[InternetAddress.IPv6Length];
        address.Write(octets);
        return InetAddress.FromBytes(octets[..address.Length]);
    }

    public static InternetAddress ToInternetAddress(this InetAddress address)
    {
        Span<byte> octets = stackalloc byte[InternetAddress.IPv6Length];
        return InternetAddress.Read(octets[..address.Write(octets)]);
    }

    /// <summary>fe80::/10 or 169.254.0.0/16.</summary>
    public static bool IsLinkLocal(this InternetAddress address) => address.ToInetAddress().IsLinkLocal;
}
