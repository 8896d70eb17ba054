using System.Globalization;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>One way in which two directors can talk VRRP: version, family, how packets are addressed, password.</summary>
public sealed record VrrpVariant(int Version, bool IPv6, bool Unicast, string? Password = null, double? Every = null, string AuthType = "PASS")
{
    /// <summary>The interval in seconds: the shortest that is comfortable for the version (RFC 3768 has whole seconds only), unless <c>Every</c> says another.</summary>
    public double Interval => Every ?? (Version == 2 ? 1 : 0.1);

    /// <summary>The longest silence before a backup of priority 100 takes over: 3 × interval + skew (RFC 5798 6.1, RFC 3768 6.1).</summary>
    public TimeSpan MasterDown => TimeSpan.FromSeconds((3 * Interval) + (156 / 256.0 * (Version == 2 ? 1 : Interval)));

    /// <summary>The virtual address that shows who is master.</summary>
    public string VirtualAddress => IPv6 ? "fd77::100" : "10.77.0.100";

    public override string ToString() =>
        $"v{Version} IPv{(IPv6 ? 6 : 4)} {(Unicast ? "unicast" : "multicast")}{(Password is null ? "" : " " + AuthType)}";

    internal string Source(Host host) => IPv6 ? host.Address6 : host.Address4;

    /// <summary>A whole configuration file for <paramref name="self"/>.</summary>
    internal string Configuration(Host self, Host peer, int priority, bool noPreempt = false, string extra = "")
    {
        var text = new StringBuilder();
        text.AppendLine($$"""
            global_defs {
                router_id {{self.Name}}
            }
            vrrp_instance VI_1 {
                state BACKUP
                interface eth0
                virtual_router_id 51
                priority {{priority}}
                version {{Version}}
                advert_int {{Interval.ToString(CultureInfo.InvariantCulture)}}
            """);
        if (noPreempt)
        {
            text.AppendLine("    nopreempt");
        }

        if (Password is not null)
        {
            text.AppendLine($"    authentication {{\n        auth_type {AuthType}\n        auth_pass {Password}\n    }}");
        }

        if (Unicast)
        {
            text.AppendLine($"    unicast_src_ip {Source(self)}\n    unicast_peer {{\n        {Source(peer)}\n    }}");
        }

        text.AppendLine(IPv6
            ? "    virtual_ipaddress {\n        fe80::77:100/64\n        fd77::100/64\n    }"
            : "    virtual_ipaddress {\n        10.77.0.100/24\n    }");
        return text.Append(extra).AppendLine("}").ToString();
    }
}
