using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// Which bytes the checksum of an advertisement covers (RFC 3768 section 5.3.8, RFC 9568 section 5.2.8), with the two
/// deviations that peers in the field need.
/// </summary>
internal static class AdvertisementChecksum
{
    /// <summary>The sum a message's checksum starts from: that of its pseudo header, or 0 where there is none.</summary>
    public static ulong PseudoHeaderSum(
        VrrpVersion version, InternetAddress source, InternetAddress destination, int messageLength, ChecksumCoverage coverage)
    {
        bool isIPv6 = source.Family == AddressFamily.InterNetworkV6;
        if (!isIPv6 && (version == VrrpVersion.Version2 || coverage == ChecksumCoverage.WithoutPseudoHeader))
        {
            return 0;
        }

        InternetAddress covered = !isIPv6 && coverage == ChecksumCoverage.MulticastPseudoHeader
            ? InternetAddress.VrrpGroupIPv4
            : destination;
        return InternetChecksum.AddPseudoHeader(0, source, covered, VrrpAdvertisement.Protocol, messageLength);
    }

    /// <summary>Does the message carry the right checksum under this coverage?</summary>
    public static bool Verify(
        ReadOnlySpan<byte> message, VrrpVersion version, InternetAddress source, InternetAddress destination, ChecksumCoverage coverage) =>
        InternetChecksum.Finish(
            InternetChecksum.Add(PseudoHeaderSum(version, source, destination, message.Length, coverage), message)) == 0;
}
