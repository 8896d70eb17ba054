using System.Buffers.Binary;
using System.Net.Sockets;
using Keepalived.Vrrp.Protocol.Tests.Authentication;

namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>
/// One kind of advertisement with its sender and its receiver: makes right packets without allocating, and knows of a packet that
/// was accepted whether it may have been.
/// </summary>
internal sealed class FuzzShape
{
    private readonly string _name;
    private readonly AdvertisementFormat _format;
    private readonly InternetAddress _source;
    private readonly InternetAddress _destination;
    private readonly AdvertisementSigner? _signer;
    private readonly AdvertisementImage _image;
    private readonly AdvertisementReceiver _receiver;
    private readonly byte[] _rebuilt = new byte[VrrpAdvertisement.LongestMessage];
    private DateTimeOffset _clock = SignatureRig.Noon;

    private FuzzShape(string name, AdvertisementFormat format, InternetAddress source, InternetAddress destination)
    {
        (_name, _format, _source, _destination) = (name, format, source, destination);
        _receiver = new AdvertisementReceiver(new ReceiveRules { Format = format, IsUnicast = !destination.IsMulticast }, new VrrpStatistics());
        if (format.IsSigned)
        {
            _signer = new AdvertisementSigner();
            _signer.Prepare(format.Hmac!, format, source);
        }

        // A sender of its own: with the receiver's association every packet would be a repetition.
        SecurityAssociation? association = format.UsesAuthenticationHeader ? new(format.Password!) : null;
        _image = new AdvertisementImage(format, source, destination, authentication: new(association, _signer));
    }

    public static FuzzShape[] All { get; } =
    [
        Of("v2 PASS", CapturedFrames.Version2WithPasswordFormat),
        Of("v2", CapturedFrames.Version2WithPasswordFormat with { Password = null }),
        Of("v2 AH", CapturedFrames.Version2WithPasswordFormat with { UsesAuthenticationHeader = true }),
        Of("v2 AH unicast", CapturedFrames.Version2WithPasswordFormat with { UsesAuthenticationHeader = true }, "10.91.0.2"),
        Of("v2 HMAC", CapturedFrames.Version2WithPasswordFormat with { Password = null, Hmac = SignatureRig.Settings }),
        Of("v3", CapturedFrames.Version3Format),
        Of("v3 unicast", CapturedFrames.Version3UnicastFormat, "10.91.0.2"),
        Of("v3 no pseudo header", CapturedFrames.Version3Format with { Version3ChecksumAsVersion2 = true }),
        Of("v3 HMAC", CapturedFrames.Version3Format with { Hmac = SignatureRig.Settings }),
        Of("v3 IPv6", CapturedFrames.Version3IPv6Format, "ff02::12", "fe80::a"),
        Of("v3 IPv6 HMAC monotonic", CapturedFrames.Version3IPv6Format with { Hmac = SignatureRig.Monotonic }, "ff02::12", "fe80::a"),
    ];

    private bool IsIPv6 => _format.Family == AddressFamily.InterNetworkV6;

    private int HeaderLength => IsIPv6 ? 0 : Ipv4Header.MinimumLength;

    private int MessageOffset => HeaderLength + (_format.UsesAuthenticationHeader ? AuthenticationHeader.Length : 0);

    /// <summary>A right packet, newer than all before.</summary>
    public ReadOnlySpan<byte> Next(byte priority)
    {
        _clock += TimeSpan.FromMilliseconds(10);
        _signer?.Sign(priority, _clock);
        return _image.Prepare(priority, 1);
    }

    /// <summary>Puts a right checksum into a changed message, so that the checks behind it are reached.</summary>
    public void MendChecksum(Span<byte> packet)
    {
        int length = _format.MessageLength + (IsIPv6 ? _format.TrailerLength : 0);
        if (packet.Length < MessageOffset + length)
        {
            return;
        }

        Span<byte> message = packet.Slice(MessageOffset, length);
        message[6..8].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], NaiveChecksum(message, _source, _destination));
    }

    /// <summary>Reads and judges; null when all is well, else what is wrong.</summary>
    public string? Judge(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> original, out bool opened, out bool accepted)
    {
        accepted = false;
        opened = IsIPv6
            ? VrrpDatagram.TryOpenIPv6(packet, _source, _destination, 255, false, out VrrpDatagram datagram)
            : VrrpDatagram.TryOpenIPv4(packet, out datagram);
        if (!opened)
        {
            return null;
        }

        ReceiveVerdict verdict = _receiver.Check(datagram, new ReceiverContext { WallClock = _clock });
        accepted = verdict.IsAccepted;
        return accepted ? JudgeAccepted(datagram, original) : null;
    }

    private string? JudgeAccepted(in VrrpDatagram datagram, ReadOnlySpan<byte> original)
    {
        ReadOnlySpan<byte> message = datagram.Message[..VrrpAdvertisement.LengthOf(_format.Version, _format.Family, datagram.Message[3])];
        if (!VrrpAdvertisement.TryRead(message, _format.Family, out VrrpAdvertisement read, out VrrpDecodeError error))
        {
            return $"{_name}: accepted what does not decode: {error}";
        }

        if (!RoundTrips(read))
        {
            return $"{_name}: accepted what does not survive the way to values and back";
        }

        ReadOnlySpan<byte> summed = IsIPv6 ? datagram.Message : message;
        if (!_format.Version3ChecksumAsVersion2 && !IsRight(summed, datagram.Source, datagram.Destination))
        {
            return $"{_name}: accepted a wrong checksum";
        }

        bool isSealed = _format.UsesAuthenticationHeader || _format.IsSigned;
        return isSealed && !datagram.Packet[HeaderLength..].SequenceEqual(original[HeaderLength..])
            ? $"{_name}: accepted what was changed behind the IP header"
            : null;
    }

    private bool RoundTrips(in VrrpAdvertisement read)
    {
        Span<byte> rebuilt = _rebuilt.AsSpan(0, read.Message.Length);
        VrrpAdvertisement.WriteHeader(rebuilt, read.Version, read.VirtualRouterId, read.AddressCount, _format.AuthenticationType, read.Interval);
        rebuilt[2] = read.Priority;
        BinaryPrimitives.WriteUInt16BigEndian(rebuilt[6..], read.Checksum);
        int length = IsIPv6 ? 16 : 4;
        for (int i = 0; i < read.AddressCount; i++)
        {
            read.AddressAt(i).Write(rebuilt[(8 + (i * length))..]);
        }

        if (_format.HasAuthenticationData)
        {
            read.AuthenticationData.CopyTo(rebuilt[^8..]);
        }

        // Version 3: four reserved bits before the interval are ignored (RFC 9568 section 5.2.6).
        byte reserved = _format.Version == VrrpVersion.Version3 ? (byte)(read.Message[4] & 0xF0) : (byte)0;
        rebuilt[4] |= reserved;
        bool hasPassword = _format.AuthenticationType != VrrpAuthenticationType.Password || rebuilt[^8..].SequenceEqual("secret1\0"u8);
        return hasPassword && rebuilt.SequenceEqual(read.Message);
    }

    // Also the way of old peers, which a unicast receiver believes.
    private bool IsRight(ReadOnlySpan<byte> message, InternetAddress source, InternetAddress destination) =>
        NaiveChecksum(message, source, destination) is 0 or ushort.MaxValue
        || (!_destination.IsMulticast && NaiveChecksum(message, source, InternetAddress.VrrpGroupIPv4) is 0 or ushort.MaxValue);

    // As slow and plain as RFC 1071 has it: nothing of the code under test.
    private ushort NaiveChecksum(ReadOnlySpan<byte> message, InternetAddress source, InternetAddress destination)
    {
        uint sum = 0;
        if (IsIPv6 || (_format.Version == VrrpVersion.Version3 && !_format.Version3ChecksumAsVersion2))
        {
            Span<byte> addresses = stackalloc byte[32];
            source.Write(addresses);
            destination.Write(addresses[source.Length..]);
            sum = Words(addresses[..(2 * source.Length)]) + 112 + (uint)message.Length;
        }

        sum += Words(message);
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)(~sum & ushort.MaxValue);
    }

    private static uint Words(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (uint)bytes[i] << (i % 2 == 0 ? 8 : 0);
        }

        return sum;
    }

    private static FuzzShape Of(string name, AdvertisementFormat format, string destination = "224.0.0.18", string source = "10.91.0.1") =>
        new(name, format, InternetAddress.Parse(source), InternetAddress.Parse(destination));
}
