using System.Globalization;
using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Reads what follows <c>encap</c>.</summary>
internal static class EncapsulationReader
{
    private const uint LargestLabel = (1 << 20) - 1;
    private const int IlaParts = 4;

    public static RouteEncapsulation Read(IKeywordReader reader)
    {
        string type = reader.Word("type of encapsulation");
        return type switch
        {
            "ip" => ReadTunnel(reader, isIPv6: false),
            "ip6" => ReadTunnel(reader, isIPv6: true),
            "mpls" => ReadMpls(reader),
            "ila" => ReadIla(reader),
            _ => throw reader.Reject($"'{type}' is no type of encapsulation", "use ip, ip6, mpls or ila"),
        };
    }

    private static TunnelEncapsulation ReadTunnel(IKeywordReader reader, bool isIPv6)
    {
        TunnelEncapsulation tunnel = new() { IsIPv6 = isIPv6 };
        string classWord = isIPv6 ? "tc" : "tos";
        string hopWord = isIPv6 ? "hoplimit" : "ttl";
        while (reader.Peek() is { } word && (word is "id" or "dst" or "src" or "flags" || word == classWord || word == hopWord))
        {
            reader.TryWord(out word);
            tunnel = word switch
            {
                "id" => tunnel with { TunnelId = (ulong)reader.Integer("tunnel id", 0, long.MaxValue) },
                "dst" => tunnel with { Destination = Address(reader, isIPv6) },
                "src" => tunnel with { Source = Address(reader, isIPv6) },
                "flags" => tunnel with { Flags = (ushort)reader.Integer("flags", 0, ushort.MaxValue) },
                _ when word == classWord => tunnel with { TrafficClass = (byte)reader.Integer("traffic class", 0, byte.MaxValue) },
                _ => tunnel with { HopLimit = (byte)reader.Integer("hop limit", 0, byte.MaxValue) },
            };
        }

        return tunnel.TunnelId is not null || tunnel.Destination is not null || tunnel.Source is not null
            ? tunnel
            : throw reader.Reject($"encap {(isIPv6 ? "ip6" : "ip")} has neither id nor address", "add id, dst or src");
    }

    private static InternetAddress Address(IKeywordReader reader, bool isIPv6)
    {
        InternetAddress address = InternetAddress.From(reader.Address("address of the tunnel"));
        return address.Length == (isIPv6 ? InternetAddress.IPv6Length : InternetAddress.IPv4Length)
            ? address
            : throw reader.Reject($"{address} is not of the family of this encapsulation", "use ip for IPv4 and ip6 for IPv6");
    }

    private static MplsEncapsulation ReadMpls(IKeywordReader reader)
    {
        string word = reader.Word("MPLS labels");
        List<uint> labels = [];
        foreach (string part in word.Split('/'))
        {
            labels.Add(uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out uint label) && label <= LargestLabel
                ? label
                : throw reader.Reject($"'{part}' is no MPLS label", $"write numbers up to {LargestLabel}, separated by /", DiagnosticClass.InvalidNumber));
        }

        return new MplsEncapsulation([.. labels]);
    }

    private static IlaEncapsulation ReadIla(IKeywordReader reader)
    {
        string word = reader.Word("ILA locator");
        string[] parts = word.Split(':');
        ulong locator = 0;
        bool isLocator = parts.Length == IlaParts;
        foreach (string part in parts)
        {
            isLocator &= ushort.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number);
            locator = unchecked((locator << 16) | number);
        }

        return isLocator ? new IlaEncapsulation(locator) : throw reader.Reject($"'{word}' is no ILA locator", "write four hexadecimal numbers like 2001:db8:0:1");
    }
}
