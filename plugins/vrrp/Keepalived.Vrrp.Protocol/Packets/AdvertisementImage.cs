using System.Buffers.Binary;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The transmit image of an instance's advertisements to one destination, built once. <see cref="Prepare"/> patches what
/// varies (priority, IPv4 identification, the two checksums) from sums made ahead, allocates nothing, and the buffer is
/// pinned so that its address may stay in a message vector.
/// </summary>
/// <remarks>
/// IPv4 images begin with an IP header for IP_HDRINCL. IPv6 images are the message alone: the socket gives hop limit and
/// traffic class, and the kernel overwrites the checksum, which is right already.
/// </remarks>
public sealed class AdvertisementImage
{
    private readonly byte[] _buffer;
    private readonly int _messageOffset;
    private readonly ulong _headerSum;
    private readonly ulong _messageSum;

    /// <summary>Builds an image.</summary>
    /// <param name="format">The constant part.</param>
    /// <param name="source">Own source address, of the router's family.</param>
    /// <param name="destination">Multicast group or unicast peer.</param>
    /// <param name="hopLimit">TTL in the IPv4 header; 255 unless a unicast TTL is configured.</param>
    /// <param name="coverage">What the checksum covers.</param>
    /// <exception cref="ArgumentException">More than 255 addresses, or an address of the other family.</exception>
    public AdvertisementImage(
        AdvertisementFormat format,
        InternetAddress source,
        InternetAddress destination,
        byte hopLimit = VrrpAdvertisement.RequiredHopLimit,
        ChecksumCoverage coverage = ChecksumCoverage.Standard)
    {
        ArgumentNullException.ThrowIfNull(format);
        RequireSendable(format, source, destination);
        _messageOffset = format.Family == AddressFamily.InterNetwork ? Ipv4Header.MinimumLength : 0;
        _buffer = GC.AllocateArray<byte>(_messageOffset + format.MessageLength, pinned: true);
        Destination = destination;

        Span<byte> message = _buffer.AsSpan(_messageOffset);
        WriteMessage(message, format);
        _messageSum = InternetChecksum.Add(
            AdvertisementChecksum.PseudoHeaderSum(format.Version, source, destination, message.Length, coverage), message);
        _headerSum = _messageOffset == 0 ? 0 : WriteIpHeader(source, destination, hopLimit);
    }

    /// <summary>Where the image goes.</summary>
    public InternetAddress Destination { get; }

    /// <summary>The whole packet as last prepared. The array is pinned and never replaced.</summary>
    public ReadOnlyMemory<byte> Packet => _buffer;

    /// <summary>Puts in what varies and returns the packet.</summary>
    /// <param name="priority">0 to release, else the effective priority.</param>
    /// <param name="identification">IPv4 identification, not 0 (<see cref="Ipv4IdentificationCounter"/>); unused for IPv6.</param>
    public ReadOnlySpan<byte> Prepare(byte priority, ushort identification)
    {
        Span<byte> message = _buffer.AsSpan(_messageOffset);
        message[VrrpAdvertisement.PriorityOffset] = priority;
        // Priority is the upper half of its 16-bit word.
        ushort checksum = InternetChecksum.Finish(_messageSum + ((ulong)priority << 8));
        BinaryPrimitives.WriteUInt16BigEndian(message[VrrpAdvertisement.ChecksumOffset..], checksum);
        if (_messageOffset != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(Ipv4Header.IdentificationOffset), identification);
            BinaryPrimitives.WriteUInt16BigEndian(
                _buffer.AsSpan(Ipv4Header.ChecksumOffset), InternetChecksum.Finish(_headerSum + identification));
        }

        return _buffer;
    }

    private static void WriteMessage(Span<byte> message, AdvertisementFormat format)
    {
        VrrpAdvertisement.WriteHeader(
            message, format.Version, format.VirtualRouterId, format.Addresses.Count, format.AuthenticationType, format.Interval);
        format.WriteAddresses(message[VrrpAdvertisement.HeaderLength..]);
        if (format.HasAuthenticationData)
        {
            format.WriteAuthenticationData(message[^VrrpAdvertisement.AuthenticationLength..]);
        }
    }

    private ulong WriteIpHeader(InternetAddress source, InternetAddress destination, byte hopLimit)
    {
        Span<byte> header = _buffer.AsSpan(0, Ipv4Header.MinimumLength);
        new Ipv4Header
        {
            TotalLength = _buffer.Length,
            TimeToLive = hopLimit,
            Protocol = VrrpAdvertisement.Protocol,
            Source = source,
            Destination = destination,
        }.Write(header);
        header.Slice(Ipv4Header.ChecksumOffset, sizeof(ushort)).Clear();
        return InternetChecksum.Add(0, header);
    }

    private static void RequireSendable(AdvertisementFormat format, InternetAddress source, InternetAddress destination)
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
    }
}
