using System.Buffers.Binary;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>What authenticates the advertisements of an instance, shared by its images; both are null in most instances.</summary>
/// <param name="Association">For <c>auth_type AH</c>; seals each packet when it is prepared.</param>
/// <param name="Signer">For <c>auth_hmac</c>; has signed before the images are prepared, once for all destinations.</param>
public readonly record struct AdvertisementAuthentication(SecurityAssociation? Association, AdvertisementSigner? Signer);

/// <summary>
/// The transmit image of an instance's advertisements to one destination, built once. <see cref="Prepare"/> patches what
/// varies (priority, IPv4 identification, the two checksums) from sums made ahead, allocates nothing, and the buffer is
/// pinned so that its address may stay in a message vector.
/// </summary>
/// <remarks>
/// IPv4 images begin with an IP header for IP_HDRINCL. IPv6 images are the message alone: the socket gives hop limit and
/// traffic class, and the kernel overwrites the checksum, which is right already. With AH its header stands before the
/// message, with auth_hmac the trailer behind it; the checksum covers the trailer in IPv6 only, where the kernel makes it.
/// </remarks>
public sealed class AdvertisementImage
{
    private readonly byte[] _buffer;
    private readonly bool _hasIpHeader;
    private readonly int _messageOffset;
    private readonly int _messageLength;
    private readonly AdvertisementAuthentication _authentication;
    private readonly ulong _headerSum;
    private readonly ulong _messageSum;

    /// <summary>Builds an image.</summary>
    /// <param name="format">The constant part.</param>
    /// <param name="source">Own source address, of the router's family.</param>
    /// <param name="destination">Multicast group or unicast peer.</param>
    /// <param name="hopLimit">TTL in the IPv4 header; 255 unless a unicast TTL is configured.</param>
    /// <param name="coverage">What the checksum covers.</param>
    /// <param name="authentication">What <paramref name="format"/> asks for: an association, a signer, or neither.</param>
    /// <exception cref="ArgumentException">
    /// More than 255 addresses, an address of the other family, or other authentication than the format's.
    /// </exception>
    public AdvertisementImage(
        AdvertisementFormat format,
        InternetAddress source,
        InternetAddress destination,
        byte hopLimit = VrrpAdvertisement.RequiredHopLimit,
        ChecksumCoverage coverage = ChecksumCoverage.Standard,
        AdvertisementAuthentication authentication = default)
    {
        ArgumentNullException.ThrowIfNull(format);
        RequireSendable(format, source, destination, authentication);
        Destination = destination;
        _authentication = authentication;
        _hasIpHeader = format.Family == AddressFamily.InterNetwork;
        _messageOffset = (_hasIpHeader ? Ipv4Header.MinimumLength : 0) + (format.UsesAuthenticationHeader ? AuthenticationHeader.Length : 0);
        _messageLength = format.MessageLength;
        _buffer = GC.AllocateArray<byte>(_messageOffset + _messageLength + format.TrailerLength, pinned: true);

        WriteMessage(Message, format);
        int covered = _hasIpHeader ? _messageLength : _buffer.Length;
        _messageSum = InternetChecksum.Add(
            AdvertisementChecksum.PseudoHeaderSum(format.Version, source, destination, covered, coverage), Message);
        _headerSum = _hasIpHeader ? WriteIpHeader(source, destination, hopLimit) : 0;
        if (format.UsesAuthenticationHeader)
        {
            AuthenticationHeader.Write(_buffer.AsSpan(Ipv4Header.MinimumLength), source);
        }
    }

    /// <summary>Where the image goes.</summary>
    public InternetAddress Destination { get; }

    /// <summary>The whole packet as last prepared. The array is pinned and never replaced.</summary>
    public ReadOnlyMemory<byte> Packet => _buffer;

    private Span<byte> Message => _buffer.AsSpan(_messageOffset, _messageLength);

    /// <summary>Puts in what varies and returns the packet. With a signer, it has signed this priority just before.</summary>
    /// <param name="priority">0 to release, else the effective priority.</param>
    /// <param name="identification">IPv4 identification, not 0 (<see cref="Ipv4IdentificationCounter"/>); unused for IPv6.</param>
    public ReadOnlySpan<byte> Prepare(byte priority, ushort identification)
    {
        Span<byte> message = Message;
        message[VrrpAdvertisement.PriorityOffset] = priority;
        // Priority is the upper half of its 16-bit word.
        ushort checksum = InternetChecksum.Finish(_messageSum + ((ulong)priority << 8) + AttachTrailer());
        BinaryPrimitives.WriteUInt16BigEndian(message[VrrpAdvertisement.ChecksumOffset..], checksum);
        if (_hasIpHeader)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(Ipv4Header.IdentificationOffset), identification);
            _authentication.Association?.Seal(_buffer, isUnicast: !Destination.IsMulticast);
            BinaryPrimitives.WriteUInt16BigEndian(
                _buffer.AsSpan(Ipv4Header.ChecksumOffset), InternetChecksum.Finish(_headerSum + identification));
        }

        return _buffer;
    }

    /// <summary>Writes a message with priority and checksum zero.</summary>
    internal static void WriteMessage(Span<byte> message, AdvertisementFormat format)
    {
        VrrpAdvertisement.WriteHeader(
            message, format.Version, format.VirtualRouterId, format.Addresses.Count, format.AuthenticationType, format.Interval);
        format.WriteAddresses(message[VrrpAdvertisement.HeaderLength..]);
        if (format.HasAuthenticationData)
        {
            format.WriteAuthenticationData(message[^VrrpAdvertisement.AuthenticationLength..]);
        }
    }

    // Returns what the trailer adds to the checksum.
    private ulong AttachTrailer()
    {
        if (_authentication.Signer is not { } signer)
        {
            return 0;
        }

        signer.Trailer.CopyTo(_buffer.AsSpan(_messageOffset + _messageLength));
        return _hasIpHeader ? 0 : InternetChecksum.Add(0, signer.Trailer);
    }

    private ulong WriteIpHeader(InternetAddress source, InternetAddress destination, byte hopLimit)
    {
        Span<byte> header = _buffer.AsSpan(0, Ipv4Header.MinimumLength);
        new Ipv4Header
        {
            TotalLength = _buffer.Length,
            TimeToLive = hopLimit,
            Protocol = _authentication.Association is null ? VrrpAdvertisement.Protocol : AuthenticationHeader.Protocol,
            Source = source,
            Destination = destination,
        }.Write(header);
        header.Slice(Ipv4Header.ChecksumOffset, sizeof(ushort)).Clear();
        return InternetChecksum.Add(0, header);
    }

    private static void RequireSendable(
        AdvertisementFormat format, InternetAddress source, InternetAddress destination, in AdvertisementAuthentication authentication)
    {
        if (format.Addresses.Count > VrrpAdvertisement.MaximumAddresses)
        {
            throw new ArgumentException(
                $"An advertisement counts at most {VrrpAdvertisement.MaximumAddresses} addresses, not {format.Addresses.Count}.", nameof(format));
        }

        if (source.Family != format.Family || destination.Family != format.Family)
        {
            throw new ArgumentException($"From {source} to {destination} is not a path of family {format.Family}.", nameof(format));
        }

        if (format.UsesAuthenticationHeader && !format.HasAuthenticationData)
        {
            throw new ArgumentException("Only version 2 over IPv4 has an authentication header.", nameof(format));
        }

        if (format.UsesAuthenticationHeader != (authentication.Association is not null) || format.IsSigned != (authentication.Signer is not null))
        {
            throw new ArgumentException("The authentication given is not the one the format asks for.", nameof(authentication));
        }
    }
}
