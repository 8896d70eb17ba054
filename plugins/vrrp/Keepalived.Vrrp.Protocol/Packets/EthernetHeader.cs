using System.Buffers.Binary;

namespace Keepalived.Vrrp.Protocol;

/// <summary>The Ethernet II header: destination, source, EtherType.</summary>
internal static class EthernetHeader
{
    public const int AddressLength = 6;
    public const int Length = 14;

    public static ReadOnlySpan<byte> Broadcast => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    /// <exception cref="ArgumentException">The source has not six bytes.</exception>
    public static void Write(Span<byte> frame, ReadOnlySpan<byte> destination, ReadOnlySpan<byte> source, ushort etherType)
    {
        if (source.Length != AddressLength)
        {
            throw new ArgumentException($"An Ethernet address has six bytes, not {source.Length}.", nameof(source));
        }

        destination.CopyTo(frame);
        source.CopyTo(frame[AddressLength..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(2 * AddressLength)..], etherType);
    }
}
