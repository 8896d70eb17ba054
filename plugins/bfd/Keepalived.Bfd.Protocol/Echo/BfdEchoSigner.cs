using System.Buffers.Binary;

namespace Keepalived.Bfd.Protocol;

/// <summary>
/// The contents of our echo packets, which are a matter of the sender alone (RFC 5881 section 4): who meets one that this process did
/// not sign, under a key that it drew for itself, drops it.
/// </summary>
/// <remarks>
/// <code>
/// |          0x4b424645           |       own discriminator       |
/// |                        sequence number                        |
/// |         SipHash-2-4 of the 16 bytes before, under the key     |
/// </code>
/// All big-endian, 24 bytes. One packet differs from every other of the same process: discriminators are not used twice in a row, and
/// the sequence number of a session never goes back.
/// </remarks>
public sealed class BfdEchoSigner
{
    /// <summary>Bytes of an echo packet.</summary>
    public const int PacketLength = 24;

    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = SipHash.KeyLength;

    private const uint Identifier = 0x4b42_4645;
    private const int DiscriminatorOffset = 4;
    private const int SequenceOffset = 8;
    private const int SignatureOffset = 16;

    private readonly SipHash _hash;

    /// <summary>Makes a signer.</summary>
    /// <param name="key">16 bytes that nobody else knows.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public BfdEchoSigner(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
        {
            throw new ArgumentException($"A key has {KeyLength} bytes, not {key.Length}.", nameof(key));
        }

        _hash = new(key);
    }

    /// <summary>Writes a packet of <see cref="PacketLength"/> bytes.</summary>
    internal void Write(Span<byte> packet, uint discriminator, ulong sequence)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet, Identifier);
        BinaryPrimitives.WriteUInt32BigEndian(packet[DiscriminatorOffset..], discriminator);
        BinaryPrimitives.WriteUInt64BigEndian(packet[SequenceOffset..], sequence);
        BinaryPrimitives.WriteUInt64BigEndian(packet[SignatureOffset..], _hash.Compute(packet[..SignatureOffset]));
    }

    /// <summary>Reads a packet; false when it is none of ours.</summary>
    public bool TryRead(ReadOnlySpan<byte> packet, out uint discriminator, out ulong sequence)
    {
        discriminator = 0;
        sequence = 0;
        if (packet.Length != PacketLength
            || BinaryPrimitives.ReadUInt32BigEndian(packet) != Identifier
            || BinaryPrimitives.ReadUInt64BigEndian(packet[SignatureOffset..]) != _hash.Compute(packet[..SignatureOffset]))
        {
            return false;
        }

        discriminator = BinaryPrimitives.ReadUInt32BigEndian(packet[DiscriminatorOffset..]);
        sequence = BinaryPrimitives.ReadUInt64BigEndian(packet[SequenceOffset..]);
        return true;
    }
}
