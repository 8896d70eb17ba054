using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>How many addresses one advertisement can carry: what the link's MTU leaves, at most 255.</summary>
public static class AdvertisementCapacity
{
    private const int Ipv6HeaderLength = 40;

    /// <summary>The largest address count for a link of <paramref name="mtu"/> bytes; 0 when not even the header fits.</summary>
    /// <param name="version">Protocol version.</param>
    /// <param name="family">Address family.</param>
    /// <param name="mtu">Of the link.</param>
    /// <param name="authentication">Bytes of an authentication header or a trailer; 0 without.</param>
    public static int MaximumAddresses(VrrpVersion version, AddressFamily family, int mtu, int authentication = 0)
    {
        int ipHeader = family == AddressFamily.InterNetworkV6 ? Ipv6HeaderLength : Ipv4Header.MinimumLength;
        int room = mtu - ipHeader - authentication - VrrpAdvertisement.LengthOf(version, family, addressCount: 0);
        return Math.Clamp(room / VrrpAdvertisement.AddressLengthOf(family), 0, VrrpAdvertisement.MaximumAddresses);
    }
}
