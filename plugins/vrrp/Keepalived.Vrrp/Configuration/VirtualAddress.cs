using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>One line of <c>virtual_ipaddress</c> or <c>virtual_ipaddress_excluded</c>.</summary>
internal sealed record VirtualAddress
{
    /// <summary>The address.</summary>
    public required InternetAddress Address { get; init; }

    /// <summary>0..32 or 0..128.</summary>
    public required byte PrefixLength { get; init; }

    /// <summary><c>dev</c>; null = the interface of the instance.</summary>
    public string? Device { get; init; }

    /// <summary><c>scope</c>; the kernel decides it for IPv6.</summary>
    public AddressScope Scope { get; init; }

    /// <summary><c>broadcast</c> with <c>+</c> and <c>-</c> worked out; null for none.</summary>
    public InternetAddress? Broadcast { get; init; }

    /// <summary><c>label</c>, IPv4 only.</summary>
    public KernelName Label { get; init; }

    /// <summary><c>peer</c>.</summary>
    public InternetAddress? Peer { get; init; }

    /// <summary>Prefix length of the peer's network; the kernel keeps this one where there is a peer.</summary>
    public byte PeerPrefixLength { get; init; }

    /// <summary><c>home</c>, <c>-nodad</c>, <c>mngtmpaddr</c>, <c>noprefixroute</c>, <c>autojoin</c>.</summary>
    public AddressFlags Flags { get; init; }

    /// <summary><c>no_track</c>: somebody else may remove it.</summary>
    public bool IsUntracked { get; init; }

    /// <summary><c>use_vmac</c>: it goes on a virtual MAC interface even if the instance has none.</summary>
    public bool UsesVmac { get; init; }

    /// <summary><c>preferred_lft</c> in seconds; <see cref="AddressInfo.Forever"/> by default, 0 for an IPv6 /128.</summary>
    public uint PreferredLifetime { get; init; } = AddressInfo.Forever;

    /// <summary>The form that the kernel is asked with.</summary>
    /// <param name="interfaceIndex">The interface it goes on.</param>
    public AddressInfo ToAddressInfo(int interfaceIndex) =>
        new(interfaceIndex, Address.ToInetAddress(), Peer is null ? PrefixLength : PeerPrefixLength)
        {
            Peer = Peer?.ToInetAddress() ?? InetAddress.None,
            Broadcast = Broadcast?.ToInetAddress() ?? InetAddress.None,
            Scope = Scope,
            Label = Label,
            Flags = Flags,
            PreferredLifetime = PreferredLifetime,
            Protocol = AddressInfo.KeepalivedProtocol,
        };

    /// <summary>As the data dump and the JSON file write it, without the final <c>set</c>.</summary>
    /// <param name="instanceInterface">Stands in for a missing <c>dev</c>.</param>
    public string Describe(string? instanceInterface)
    {
        bool isFullLength = PrefixLength == Address.Length * 8;
        string text = Address.ToString() + (isFullLength ? "" : $"/{PrefixLength}");
        text += Peer is { } peer ? $" peer {peer}/{PeerPrefixLength}" : "";
        text += Broadcast is { } broadcast ? $" brd {broadcast}" : "";
        text += (Device ?? instanceInterface) is { } device ? $" dev {device}" : "";
        text += $" scope {AddressScopes.NameOf(Scope)}";
        text += Label.IsEmpty ? "" : $" label {Label}";
        text += (Flags & AddressFlags.Home) != 0 ? " home" : "";
        text += Address.Length == InternetAddress.IPv6Length && (Flags & AddressFlags.NoDad) == 0 ? " -nodad" : "";
        text += (Flags & AddressFlags.ManageTempAddr) != 0 ? " mngtmpaddr" : "";
        text += (Flags & AddressFlags.NoPrefixRoute) != 0 ? " noprefixroute" : "";
        text += (Flags & AddressFlags.AutoJoin) != 0 ? " autojoin" : "";
        text += IsUntracked ? " no_track" : "";
        return text + LifetimeText();
    }

    // Only what differs from the default of the kind of address: an IPv6 host address is deprecated, all others last.
    private string LifetimeText()
    {
        bool isIPv6 = Address.Length == InternetAddress.IPv6Length;
        return PreferredLifetime switch
        {
            0 => " deprecated",
            AddressInfo.Forever => isIPv6 ? " preferred_lft forever" : "",
            uint seconds => $" preferred_lft {seconds}",
        };
    }
}
