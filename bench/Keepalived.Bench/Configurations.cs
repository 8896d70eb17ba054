using System.Globalization;
using System.Text;

namespace Keepalived.Bench;

/// <summary>The configuration files of the measurements, the same text for both daemons.</summary>
internal static class Configurations
{
    /// <summary>
    /// The run time limit of real-time processes is raised for both: at its default of 10 ms the kernel kills C's in the middle of a
    /// large takeover, and there would be nothing to measure.
    /// </summary>
    public static string Global(bool realTime) =>
        "global_defs {\n    router_id bench\n" + (realTime ? "    vrrp_rt_priority 50\n    vrrp_rlimit_rttime 5000000\n" : "") + "}\n";

    /// <summary>Instances 1..<paramref name="count"/> on one interface, version 3, with one address each.</summary>
    /// <param name="device">The interface.</param>
    /// <param name="count">1..255 instances.</param>
    /// <param name="interval">Seconds, a multiple of 0.01.</param>
    /// <param name="priority">The priority of instance i; the skew of the down timer, and so the phase, follows from it.</param>
    public static string Instances(string device, int count, double interval, Func<int, int> priority)
    {
        var text = new StringBuilder();
        for (int id = 1; id <= count; id++)
        {
            text.Append(Instance($"{device}_{id}", device, id, interval, priority(id), $"10.99.{device[^1] - '0'}.{id}/32"));
        }

        return text.ToString();
    }

    public static string Instance(string name, string device, int id, double interval, int priority, string address, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            vrrp_instance {{name}} {
                version 3
                state BACKUP
                interface {{device}}
                virtual_router_id {{id}}
                priority {{priority}}
                advert_int {{interval}}
                virtual_ipaddress {
                    {{address}}
                }
            {{more}}}

            """);

    /// <summary>One instance that owns <paramref name="count"/> addresses from <see cref="ManyAddressesBase"/> on; one is in the advertisement.</summary>
    public static string ManyAddresses(string device, int count, double interval, int priority)
    {
        var excluded = new StringBuilder("    virtual_ipaddress_excluded {\n");
        for (int index = 1; index < count; index++)
        {
            excluded.Append(CultureInfo.InvariantCulture, $"        {Dotted(ManyAddressesBase + (uint)index)}/32\n");
        }

        excluded.Append("    }\n");
        return Instance("many", device, 1, interval, priority, $"{Dotted(ManyAddressesBase)}/32", count > 1 ? excluded.ToString() : "");
    }

    /// <summary>10.128.0.1.</summary>
    public const uint ManyAddressesBase = 0x0A800001;

    private static string Dotted(uint address) => $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}";
}
