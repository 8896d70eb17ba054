using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The trailer that <c>auth_hmac</c> puts behind an advertisement of either version, as keepalived has it since 2.4.2.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   Type (1)    |    Key Id     |         Reserved (0)          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      Seconds since 1970                       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      Fraction (1/65536 s)     |            Counter            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |              HMAC-SHA-256, its first 128 bits                 |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
/// <remarks>
/// The digest covers 20 bytes {4 or 6, version, router id, 0, source address padded with zeros to 16}, the message with its
/// checksum zeroed, the first 12 bytes of the trailer, and 16 zero bytes in place of the digest. The destination is not
/// covered, so one trailer serves all unicast peers.
/// </remarks>
public static class AuthenticationTrailer
{
    /// <summary>Bytes of the trailer.</summary>
    public const int Length = 28;

    /// <summary>HMAC-SHA-256 cut to 128 bits: the only type there is.</summary>
    internal const byte TypeHmacSha256 = 1;

    internal const int KeyIdOffset = 1;
    internal const int StampOffset = 4;
    internal const int DigestOffset = 12;
    internal const int DigestLength = 16;

    private const int ReservedOffset = 2;
    private const int CoverLength = 20;
    private const int CoverVersionOffset = 1;
    private const int CoverRouterOffset = 2;
    private const int CoverSourceOffset = 4;

    /// <summary>Bytes the digest of a message is computed over.</summary>
    internal static int ImageLength(int messageLength) => CoverLength + messageLength + Length;

    /// <summary>Writes everything but priority, key id and stamp of what the digest is computed over.</summary>
    /// <param name="image">Exactly <see cref="ImageLength"/> bytes.</param>
    /// <param name="message">The advertisement.</param>
    /// <param name="source">Where it is sent from.</param>
    internal static void WriteImage(Span<byte> image, ReadOnlySpan<byte> message, InternetAddress source)
    {
        image[..CoverLength].Clear();
        image[0] = source.Family == AddressFamily.InterNetworkV6 ? (byte)6 : (byte)4;
        image[CoverVersionOffset] = (byte)(message[0] >> 4);
        image[CoverRouterOffset] = message[VrrpAdvertisement.VirtualRouterIdOffset];
        source.Write(image[CoverSourceOffset..]);
        message.CopyTo(image[CoverLength..]);
        image.Slice(CoverLength + VrrpAdvertisement.ChecksumOffset, sizeof(ushort)).Clear();
        image[(CoverLength + message.Length)..].Clear();
    }

    /// <summary>The message inside an image.</summary>
    internal static Span<byte> MessageIn(Span<byte> image) => image[CoverLength..^Length];

    /// <summary>The trailer inside an image.</summary>
    internal static Span<byte> TrailerIn(Span<byte> image) => image[^Length..];

    /// <summary>Writes the first twelve bytes.</summary>
    internal static void WriteHeader(Span<byte> trailer, byte keyId, SequenceStamp stamp)
    {
        trailer[0] = TypeHmacSha256;
        trailer[KeyIdOffset] = keyId;
        BinaryPrimitives.WriteUInt16BigEndian(trailer[ReservedOffset..], 0);
        BinaryPrimitives.WriteUInt64BigEndian(trailer[StampOffset..], stamp.Value);
    }

    /// <summary>Is this of the type we know, with the reserved bits zero?</summary>
    internal static bool IsWellFormed(ReadOnlySpan<byte> trailer) =>
        trailer[0] == TypeHmacSha256 && BinaryPrimitives.ReadUInt16BigEndian(trailer[ReservedOffset..]) == 0;

    internal static SequenceStamp Stamp(ReadOnlySpan<byte> trailer) => new(BinaryPrimitives.ReadUInt64BigEndian(trailer[StampOffset..]));

    internal static ReadOnlySpan<byte> Digest(ReadOnlySpan<byte> trailer) => trailer.Slice(DigestOffset, DigestLength);

    /// <summary>The digest of an image whose own digest is zero. Allocates nothing.</summary>
    internal static void ComputeDigest(HmacKey key, ReadOnlySpan<byte> image, Span<byte> digest)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Secret.AsSpan(), image, whole);
        whole[..DigestLength].CopyTo(digest);
    }
}
