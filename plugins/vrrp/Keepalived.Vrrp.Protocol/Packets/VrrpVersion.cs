namespace Keepalived.Vrrp.Protocol;

/// <summary>The protocol version on the wire.</summary>
public enum VrrpVersion : byte
{
    /// <summary>RFC 3768: IPv4, whole seconds, authentication field.</summary>
    Version2 = 2,

    /// <summary>RFC 5798 and RFC 9568: IPv4 and IPv6, centiseconds, pseudo header in the checksum.</summary>
    Version3 = 3,
}

/// <summary>The authentication type of version 2 (RFC 2338 section 5.3.6; reserved since RFC 3768).</summary>
public enum VrrpAuthenticationType : byte
{
    /// <summary>No authentication; the eight bytes of data are zero.</summary>
    None = 0,

    /// <summary>Simple text password.</summary>
    Password = 1,

    /// <summary>IP authentication header.</summary>
    AuthenticationHeader = 2,
}

/// <summary>Why bytes are not an advertisement: one member per reason.</summary>
public enum VrrpDecodeError
{
    /// <summary>They are one.</summary>
    None,

    /// <summary>Fewer than the eight bytes every version has.</summary>
    TooShort,

    /// <summary>A version other than 2 or 3.</summary>
    UnknownVersion,

    /// <summary>A type other than 1, ADVERTISEMENT.</summary>
    UnknownType,

    /// <summary>The address count asks for another length than there is.</summary>
    LengthMismatch,
}
