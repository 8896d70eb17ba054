using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The IP Authentication Header between an IPv4 header and a version 2 advertisement (RFC 2338 section 5.3.6.3, RFC 2402
/// section 2), with HMAC-MD5-96 (RFC 2403). Version 3 and IPv6 have none.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | Next Header   |  Payload Len  |          RESERVED             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 Security Parameters Index (SPI)               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Sequence Number Field                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                Authentication Data (12 bytes)                 |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
/// <remarks>
/// No association is ever negotiated: keepalived's index is the sender's address. The digest covers the whole packet with the
/// mutable fields of the IP header zeroed (RFC 2402 section 3.3.3.1.1): type of service, fragment and checksum, and the TTL of
/// unicast only, because that of multicast cannot change on the way.
/// </remarks>
public static class AuthenticationHeader
{
    /// <summary>IP protocol number of the header.</summary>
    public const byte Protocol = 51;

    /// <summary>Bytes of the header with its digest of 96 bits.</summary>
    public const int Length = 24;

    internal const int SequenceOffset = 8;
    internal const int DigestOffset = 12;
    internal const int DigestLength = 12;

    private const int PayloadLengthOffset = 1;
    private const int SourceOffset = 4;

    /// <summary>Length in 32-bit words minus two (RFC 2402 section 2.2).</summary>
    private const byte PayloadLength = (Length / sizeof(uint)) - 2;

    /// <summary>Is this the header of an advertisement, in the only size we and our peers know?</summary>
    internal static bool IsReadable(ReadOnlySpan<byte> header) =>
        header.Length >= Length && header[0] == VrrpAdvertisement.Protocol && header[PayloadLengthOffset] == PayloadLength;

    /// <summary>Writes what is the same in every packet.</summary>
    internal static void Write(Span<byte> header, InternetAddress source)
    {
        header[..Length].Clear();
        header[0] = VrrpAdvertisement.Protocol;
        header[PayloadLengthOffset] = PayloadLength;
        source.Write(header[SourceOffset..]);
    }

    internal static uint Sequence(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header[SequenceOffset..]);

    internal static InternetAddress Source(ReadOnlySpan<byte> header) =>
        InternetAddress.Read(header.Slice(SourceOffset, InternetAddress.IPv4Length));

    internal static ReadOnlySpan<byte> Digest(ReadOnlySpan<byte> header) => header.Slice(DigestOffset, DigestLength);

    /// <summary>The digest of a packet whose mutable fields are zeroed already (<see cref="ClearMutable"/>). Allocates nothing.</summary>
    internal static void ComputeDigest(ReadOnlySpan<byte> key, ReadOnlySpan<byte> packet, Span<byte> digest)
    {
        Span<byte> whole = stackalloc byte[HMACMD5.HashSizeInBytes];
#pragma warning disable CA5351 // The algorithm is the wire's: peers with auth_type AH know no other.
        HMACMD5.HashData(key, packet, whole);
#pragma warning restore CA5351
        whole[..DigestLength].CopyTo(digest);
    }

    /// <summary>Zeroes what a router on the way may change, and the digest itself.</summary>
    internal static void ClearMutable(Span<byte> packet, int ipHeaderLength, bool isUnicast)
    {
        Ipv4Header.ClearMutable(packet, withTimeToLive: isUnicast);
        packet.Slice(ipHeaderLength + DigestOffset, DigestLength).Clear();
    }
}
