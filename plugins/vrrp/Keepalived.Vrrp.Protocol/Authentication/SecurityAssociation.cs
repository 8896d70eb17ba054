using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// What an instance with <c>auth_type AH</c> remembers: the key, and one sequence number for both directions, as keepalived
/// has it. A router that takes over goes on above the last number it heard, and so is believed by all who heard it too; a
/// restarted one learns the number from the master before it may speak, which is why it never starts as MASTER.
/// </summary>
/// <remarks>Allocates nothing after its construction; one loop thread. A reload keeps it.</remarks>
public sealed class SecurityAssociation
{
    private byte[] _key;
    private byte[] _scratch = [];

    /// <summary>Makes an association.</summary>
    /// <param name="password">Up to eight bytes of it are used, as for PASS.</param>
    public SecurityAssociation(string password)
    {
        _key = KeyOf(password);
        // Once ahead: the library behind the digest is loaded now and not with the first advertisement of a new master.
        AuthenticationHeader.ComputeDigest(_key, [], stackalloc byte[AuthenticationHeader.DigestLength]);
    }

    internal SecurityAssociation(string password, uint last)
        : this(password) => LastSequence = last;

    /// <summary>The last number sent or believed; 0 before the first.</summary>
    public uint LastSequence { get; private set; }

    /// <summary>Takes another password after a reload; the sequence goes on.</summary>
    public void UpdatePassword(string password) => _key = KeyOf(password);

    /// <summary>
    /// Gives a packet of ours the next number and the digest. The IPv4 checksum is left zero; everything else must be in place.
    /// </summary>
    internal void Seal(Span<byte> packet, bool isUnicast)
    {
        // One per advertisement and never less than a second apart for long: 2^32 of them last longer than any of us.
        LastSequence = unchecked(LastSequence + 1);
        Span<byte> header = packet.Slice(Ipv4Header.MinimumLength, AuthenticationHeader.Length);
        BinaryPrimitives.WriteUInt32BigEndian(header[AuthenticationHeader.SequenceOffset..], LastSequence);
        (byte typeOfService, byte timeToLive) = Ipv4Header.MutableOf(packet);
        AuthenticationHeader.ClearMutable(packet, Ipv4Header.MinimumLength, isUnicast);
        AuthenticationHeader.ComputeDigest(_key, packet, header[AuthenticationHeader.DigestOffset..]);
        Ipv4Header.RestoreMutable(packet, typeOfService, timeToLive);
    }

    /// <summary>
    /// Believes a received packet, or says why not. Only a packet with the right digest moves the sequence: a forged number
    /// must not silence the true sender.
    /// </summary>
    internal ReceiveFinding Judge(in VrrpDatagram datagram, bool isUnicast)
    {
        ReadOnlySpan<byte> header = datagram.AuthenticationHeader;
        if (AuthenticationHeader.Source(header) != datagram.Source)
        {
            return ReceiveFinding.AuthenticationDigest;
        }

        uint sequence = AuthenticationHeader.Sequence(header);
        if (sequence <= LastSequence)
        {
            return ReceiveFinding.AuthenticationSequence;
        }

        if (!HasRightDigest(datagram, isUnicast))
        {
            return ReceiveFinding.AuthenticationDigest;
        }

        LastSequence = sequence;
        return ReceiveFinding.None;
    }

    private bool HasRightDigest(in VrrpDatagram datagram, bool isUnicast)
    {
        ReadOnlySpan<byte> packet = datagram.Packet;
        if (_scratch.Length < packet.Length)
        {
            // Once: all packets that come this far have the length of our own advertisement, but for options in the IP header.
            _scratch = new byte[packet.Length + Ipv4Header.MaximumLength];
        }

        Span<byte> copy = _scratch.AsSpan(0, packet.Length);
        packet.CopyTo(copy);
        AuthenticationHeader.ClearMutable(copy, datagram.IpHeaderLength, isUnicast);
        Span<byte> digest = stackalloc byte[AuthenticationHeader.DigestLength];
        AuthenticationHeader.ComputeDigest(_key, copy, digest);
        return CryptographicOperations.FixedTimeEquals(digest, AuthenticationHeader.Digest(datagram.AuthenticationHeader));
    }

    private static byte[] KeyOf(string password)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(password);
        return bytes[..Math.Min(bytes.Length, VrrpAdvertisement.AuthenticationLength)];
    }
}
