using System.Net.Sockets;
using System.Text;

namespace Keepalived.Vrrp.Protocol;

/// <summary>How far an instance goes to understand a peer that computes the version 3 unicast checksum the old way.</summary>
/// <remarks>Old versions of keepalived put 224.0.0.18 in the pseudo header of unicast packets.</remarks>
public enum OldUnicastChecksum
{
    /// <summary>Standard, until a packet arrives that only verifies the old way; from then on old, in both directions.</summary>
    Automatic,

    /// <summary>Always the old way.</summary>
    Always,

    /// <summary>Always the standard; what does not verify is dropped.</summary>
    Never,
}

/// <summary>What the checksum of a message covers.</summary>
public enum ChecksumCoverage
{
    /// <summary>As the RFC of the version says: with a pseudo header in version 3 and for IPv6, without in version 2 for IPv4.</summary>
    Standard,

    /// <summary>A version 3 IPv4 message without pseudo header (v3_checksum_as_v2).</summary>
    WithoutPseudoHeader,

    /// <summary>A version 3 IPv4 unicast message with 224.0.0.18 in place of its destination.</summary>
    MulticastPseudoHeader,
}

/// <summary>What both ends of a virtual router must agree on: the constant part of every advertisement.</summary>
public sealed record AdvertisementFormat
{
    /// <summary>Virtual router id, 1..255.</summary>
    public required byte VirtualRouterId { get; init; }

    /// <summary>Protocol version.</summary>
    public required VrrpVersion Version { get; init; }

    /// <summary>Address family of the router and of every address in <see cref="Addresses"/>.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>Own advertisement interval: 1..255 whole seconds, or 10 ms..40.95 s in version 3.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>The counted virtual addresses in configured order, at most 255 (see <see cref="AdvertisementCapacity"/>).</summary>
    public EquatableArray<InternetAddress> Addresses { get; init; } = [];

    /// <summary>Version 2 IPv4 password, up to eight bytes of it are used; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>The password is the key of an IP authentication header instead of standing in the message (auth_type AH).</summary>
    public bool UsesAuthenticationHeader { get; init; }

    /// <summary>Keys and rules of auth_hmac; null for none.</summary>
    public HmacSettings? Hmac { get; init; }

    /// <summary>Leave the pseudo header out of version 3 IPv4 checksums, and ignore wrong ones on receipt.</summary>
    public bool Version3ChecksumAsVersion2 { get; init; }

    /// <summary>Compatibility of unicast checksums.</summary>
    public OldUnicastChecksum OldUnicastChecksum { get; init; }

    /// <summary>Own advertisements carry a trailer.</summary>
    public bool IsSigned => Hmac is { Signs: true };

    /// <summary>Bytes of the trailer of own advertisements: 0 or 28.</summary>
    public int TrailerLength => IsSigned ? AuthenticationTrailer.Length : 0;

    /// <summary>Bytes of the message, without IP header, authentication header and trailer.</summary>
    public int MessageLength => VrrpAdvertisement.LengthOf(Version, Family, Addresses.Count);

    internal bool HasAuthenticationData => Version == VrrpVersion.Version2 && Family == AddressFamily.InterNetwork;

    internal VrrpAuthenticationType AuthenticationType =>
        !HasAuthenticationData || Password is null ? VrrpAuthenticationType.None
        : UsesAuthenticationHeader ? VrrpAuthenticationType.AuthenticationHeader
        : VrrpAuthenticationType.Password;

    /// <summary>Writes the password, cut to eight bytes and padded with zeros; eight zeros without one and with AH.</summary>
    internal void WriteAuthenticationData(Span<byte> destination)
    {
        destination[..VrrpAdvertisement.AuthenticationLength].Clear();
        if (AuthenticationType == VrrpAuthenticationType.Password)
        {
            ReadOnlySpan<byte> password = Encoding.UTF8.GetBytes(Password!);
            password[..Math.Min(password.Length, VrrpAdvertisement.AuthenticationLength)].CopyTo(destination);
        }
    }

    internal void WriteAddresses(Span<byte> destination)
    {
        int length = VrrpAdvertisement.AddressLengthOf(Family);
        for (int i = 0; i < Addresses.Count; i++)
        {
            if (Addresses[i].Family != Family)
            {
                throw new ArgumentException($"Address {Addresses[i]} does not belong to the router's family {Family}.");
            }

            Addresses[i].Write(destination[(i * length)..]);
        }
    }
}
