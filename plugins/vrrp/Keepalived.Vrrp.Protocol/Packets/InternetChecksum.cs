using System.Buffers.Binary;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The Internet checksum of RFC 1071: the one's complement of the one's complement sum of 16-bit words.
/// Sums are kept in 64 bits and folded once at the end, so partial sums of unchanging bytes can be prepared ahead.
/// </summary>
public static class InternetChecksum
{
    /// <summary>
    /// Adds <paramref name="bytes"/> to <paramref name="sum"/>. An odd last byte counts as the upper half of a word, so
    /// only the last piece of a message may have an odd length.
    /// </summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        // 32-bit words are congruent to the sum of their halves modulo 0xffff. A message is at most 64 KiB,
        // so neither the words nor the prepared sums can reach 64 bits.
        while (bytes.Length >= sizeof(uint))
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    /// <summary>
    /// Adds the pseudo header of RFC 9568 section 5.2.8: source, destination, upper-layer length and protocol.
    /// For IPv6 it is that of RFC 8200 section 8.1; the IPv4 one {source, destination, 0, protocol, length} has the same sum.
    /// </summary>
    public static ulong AddPseudoHeader(ulong sum, InternetAddress source, InternetAddress destination, byte protocol, int length)
    {
        Span<byte> address = stackalloc byte[InternetAddress.IPv6Length];
        source.Write(address);
        sum = Add(sum, address[..source.Length]);
        destination.Write(address);
        sum = Add(sum, address[..destination.Length]);
        return sum + protocol + (ulong)length;
    }

    /// <summary>Folds a sum to the 16 bits that go on the wire. Over a message that includes a right checksum it is 0.</summary>
    public static ushort Finish(ulong sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)(~sum & 0xFFFF);
    }

    /// <summary>The checksum of one piece of bytes.</summary>
    public static ushort Compute(ReadOnlySpan<byte> bytes) => Finish(Add(0, bytes));
}
