using System.Globalization;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Names of address scopes as ip(8) knows them (linux/rtnetlink.h enum rt_scope_t).</summary>
internal static class AddressScopes
{
    public static bool TryParse(string text, out AddressScope scope)
    {
        (bool known, scope) = text switch
        {
            "global" => (true, AddressScope.Global),
            "site" => (true, AddressScope.Site),
            "link" => (true, AddressScope.Link),
            "host" => (true, AddressScope.Host),
            "nowhere" => (true, AddressScope.Nowhere),
            _ => (false, default),
        };
        if (!known && byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
        {
            scope = (AddressScope)number;
            return true;
        }

        return known;
    }

    public static string NameOf(AddressScope scope) => scope switch
    {
        AddressScope.Global => "global",
        AddressScope.Site => "site",
        AddressScope.Link => "link",
        AddressScope.Host => "host",
        AddressScope.Nowhere => "nowhere",
        _ => ((byte)scope).ToString(CultureInfo.InvariantCulture),
    };
}
