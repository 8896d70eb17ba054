namespace Keepalived.Bfd.Protocol;

/// <summary>How packets are authenticated, with the number on the wire (RFC 5880 section 4.1, Auth Type). 6..255 are reserved.</summary>
public enum BfdAuthenticationType : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>A password in clear (section 6.7.2).</summary>
    SimplePassword = 1,

    /// <summary>MD5 over packet and key; the sequence number moves now and then (section 6.7.3).</summary>
    KeyedMd5 = 2,

    /// <summary>The same with a sequence number that moves with every packet.</summary>
    MeticulousKeyedMd5 = 3,

    /// <summary>SHA-1 over packet and key; the sequence number moves now and then (section 6.7.4).</summary>
    KeyedSha1 = 4,

    /// <summary>The same with a sequence number that moves with every packet.</summary>
    MeticulousKeyedSha1 = 5,
}
