namespace Keepalived.Linux.Netlink.Route;

/// <summary>An address on an interface (RTM_NEWADDR of linux/rtnetlink.h, linux/if_addr.h), to be added or as found.</summary>
/// <param name="InterfaceIndex">The interface's number.</param>
/// <param name="Address">The address itself.</param>
/// <param name="PrefixLength">0 to 32 or 0 to 128; of the peer's network where there is a peer.</param>
public readonly record struct AddressInfo(int InterfaceIndex, InetAddress Address, byte PrefixLength)
{
    /// <summary>A lifetime without end.</summary>
    public const uint Forever = uint.MaxValue;

    /// <summary>The protocol number keepalived marks its addresses with (RTPROT_KEEPALIVED of linux/rtnetlink.h).</summary>
    public const byte KeepalivedProtocol = 18;

    /// <summary>The address at the other end of a point-to-point link; none otherwise.</summary>
    public InetAddress Peer { get; init; }

    /// <summary>The IPv4 broadcast address; none when there is none.</summary>
    public InetAddress Broadcast { get; init; }

    /// <summary>How far the address is valid. The kernel itself decides it for IPv6.</summary>
    public AddressScope Scope { get; init; }

    /// <summary>The IPv4 label; empty lets the kernel take the interface's name.</summary>
    public KernelName Label { get; init; }

    /// <summary>What the address is and how it is treated.</summary>
    public AddressFlags Flags { get; init; }

    /// <summary>Seconds for which new connections may use it; 0 makes it deprecated at once; <see cref="Forever"/> by default.</summary>
    public uint PreferredLifetime { get; init; } = Forever;

    /// <summary>Seconds until it vanishes, from 1; <see cref="Forever"/> by default.</summary>
    public uint ValidLifetime { get; init; } = Forever;

    /// <summary>Who put it there (IFA_PROTO, since Linux 5.18; older kernels ignore it): 18 is keepalived, 0 is unsaid.</summary>
    public byte Protocol { get; init; }

    /// <summary>The address with its prefix length, such as "192.0.2.1/32".</summary>
    public override string ToString() => $"{Address}/{PrefixLength}";
}

/// <summary>How far an address is valid (enum rt_scope_t of linux/rtnetlink.h; numbers between are the administrator's).</summary>
public enum AddressScope : byte
{
    /// <summary>Everywhere.</summary>
    Global = 0,
    /// <summary>Inside the site.</summary>
    Site = 200,
    /// <summary>On this link.</summary>
    Link = 253,
    /// <summary>On this machine.</summary>
    Host = 254,
    /// <summary>Nowhere.</summary>
    Nowhere = 255,
}

/// <summary>Address flags (IFA_F_ of linux/if_addr.h). The first group can be asked for, the second is what the kernel tells.</summary>
[Flags]
public enum AddressFlags : uint
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Skip duplicate address detection (IPv6).</summary>
    NoDad = 0x02,
    /// <summary>Use during detection already (IPv6).</summary>
    Optimistic = 0x04,
    /// <summary>A mobile node's home address (IPv6).</summary>
    Home = 0x10,
    /// <summary>Make temporary addresses from it (IPv6).</summary>
    ManageTempAddr = 0x100,
    /// <summary>Make no route for its prefix.</summary>
    NoPrefixRoute = 0x200,
    /// <summary>Join the multicast group on the link as well.</summary>
    AutoJoin = 0x400,

    /// <summary>Not the first of its IPv4 network, or temporary (IPv6).</summary>
    Secondary = 0x01,
    /// <summary>Detection found a duplicate.</summary>
    DadFailed = 0x08,
    /// <summary>Its preferred lifetime is over.</summary>
    Deprecated = 0x20,
    /// <summary>Detection goes on.</summary>
    Tentative = 0x40,
    /// <summary>Its lifetime has no end.</summary>
    Permanent = 0x80,
    /// <summary>Made from a stable secret (RFC 7217).</summary>
    StablePrivacy = 0x800,
}
