using System.Globalization;
using System.Net;
using Keepalived.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Reads <c>ADDRESS[/LENGTH] [options]</c>, the line that all address blocks have.</summary>
internal static class VirtualAddressReader
{
    /// <summary>Takes the whole line.</summary>
    /// <param name="reader">The line.</param>
    /// <param name="takeFurther">Takes an option that only some blocks have; false when it does not know the word.</param>
    public static VirtualAddress Read(IKeywordReader reader, Func<string, bool>? takeFurther = null)
    {
        (IPAddress address, int prefixLength) = reader.Prefix("virtual address");
        InternetAddress own = InternetAddress.From(address);
        bool isIPv6 = own.Length == InternetAddress.IPv6Length;
        var result = new VirtualAddress
        {
            Address = own,
            PrefixLength = (byte)prefixLength,
            // Detection would keep the address unusable for a second after each takeover.
            Flags = isIPv6 ? AddressFlags.NoDad : AddressFlags.None,
            // Deprecated, so that a host address is no source address of the machine's own connections.
            PreferredLifetime = isIPv6 && prefixLength == 128 ? 0 : AddressInfo.Forever,
        };
        bool isReported = false;
        while (reader.TryWord(out string option))
        {
            if (takeFurther is null || !takeFurther(option))
            {
                result = ReadOption(reader, result, option, ref isReported);
            }
        }

        return result;
    }

    private static VirtualAddress ReadOption(IKeywordReader reader, VirtualAddress address, string option, ref bool isReported) => option switch
    {
        "dev" => address with { Device = InterfaceName(reader) },
        "scope" => address with { Scope = ReadScope(reader, address) },
        "broadcast" or "brd" => address with { Broadcast = ReadBroadcast(reader, address) },
        "label" => address with { Label = ReadLabel(reader, address) },
        "peer" => ReadPeer(reader, address),
        "home" => address with { Flags = address.Flags | AddressFlags.Home },
        "-nodad" => address with { Flags = address.Flags & ~AddressFlags.NoDad },
        "mngtmpaddr" => address with { Flags = address.Flags | AddressFlags.ManageTempAddr },
        "noprefixroute" => address with { Flags = address.Flags | AddressFlags.NoPrefixRoute },
        "autojoin" => address with { Flags = address.Flags | AddressFlags.AutoJoin },
        "no_track" => address with { IsUntracked = true },
        "preferred_lft" => address with { PreferredLifetime = ReadLifetime(reader) },
        _ => Skip(reader, address, option, ref isReported),
    };

    // keepalived keeps the address. What follows an unknown word is most likely its argument, so one finding is enough.
    private static VirtualAddress Skip(IKeywordReader reader, VirtualAddress address, string option, ref bool isReported)
    {
        if (!isReported)
        {
            reader.Session.Error(
                reader.Location,
                $"'{option}' is no option of the address {address.Address} and is not used",
                "use dev, scope, broadcast, label, peer, home, -nodad, mngtmpaddr, noprefixroute, autojoin, no_track or preferred_lft");
        }

        isReported = true;
        return address;
    }

    /// <summary>Takes an interface name, at most 15 octets (IFNAMSIZ).</summary>
    public static string InterfaceName(IKeywordReader reader)
    {
        string name = reader.Word("interface name");
        return KernelName.TryParse(name, out _)
            ? name
            : throw reader.Reject($"'{name}' is no interface name", $"the kernel allows at most {KernelName.MaxLength} characters");
    }

    private static AddressScope ReadScope(IKeywordReader reader, VirtualAddress address)
    {
        string word = reader.Word("scope");
        if (!AddressScopes.TryParse(word, out AddressScope scope))
        {
            throw reader.Reject($"'{word}' is no address scope", "use global, site, link, host, nowhere or a number 0..255");
        }

        if (address.Address.Length == InternetAddress.IPv6Length)
        {
            reader.Warn($"the kernel decides the scope of the IPv6 address {address.Address} itself", "remove scope");
            return AddressScope.Global;
        }

        return scope;
    }

    private static InternetAddress? ReadBroadcast(IKeywordReader reader, VirtualAddress address)
    {
        string word = reader.Word("broadcast address");
        if (address.Address.Length != InternetAddress.IPv4Length)
        {
            throw reader.Reject($"the IPv6 address {address.Address} has no broadcast address", "remove broadcast");
        }

        if (word is "+" or "-")
        {
            return address.PrefixLength <= 30
                ? HostBits(address, word == "+")
                : throw reader.Reject($"a /{address.PrefixLength} network has no broadcast address", "use a prefix length up to 30");
        }

        return InternetAddress.TryParse(word, out InternetAddress broadcast) && broadcast.Length == InternetAddress.IPv4Length
            ? broadcast
            : throw reader.Reject($"'{word}' is no IPv4 address", "give the broadcast address, + or -");
    }

    private static InternetAddress HostBits(VirtualAddress address, bool set)
    {
        uint hostMask = uint.MaxValue >> address.PrefixLength;
        Span<byte> octets = stackalloc byte[InternetAddress.IPv4Length];
        address.Address.Write(octets);
        uint bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(octets, set ? bits | hostMask : bits & ~hostMask);
        return InternetAddress.Read(octets);
    }

    private static KernelName ReadLabel(IKeywordReader reader, VirtualAddress address)
    {
        string word = reader.Word("label");
        if (address.Address.Length != InternetAddress.IPv4Length)
        {
            throw reader.Reject($"the IPv6 address {address.Address} cannot have a label", "remove label");
        }

        return KernelName.TryParse(word, out KernelName label)
            ? label
            : throw reader.Reject($"label '{word}' is too long", $"use at most {KernelName.MaxLength} characters");
    }

    private static VirtualAddress ReadPeer(IKeywordReader reader, VirtualAddress address)
    {
        (IPAddress peer, int prefixLength) = reader.Prefix("peer address");
        return peer.AddressFamily == address.Address.Family
            ? address with { Peer = InternetAddress.From(peer), PeerPrefixLength = (byte)prefixLength }
            : throw reader.Reject($"peer {peer} is not of the family of {address.Address}", "use a peer address of the same family");
    }

    private static uint ReadLifetime(IKeywordReader reader)
    {
        string word = reader.Word("preferred lifetime");
        if (word == "forever")
        {
            return AddressInfo.Forever;
        }

        return uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds)
            ? seconds
            : throw reader.Reject($"'{word}' is no lifetime", "give seconds or forever", DiagnosticClass.InvalidNumber);
    }
}
