using System.Globalization;
using System.Text;

namespace Keepalived.Bench;

/// <summary>Files of many virtual servers and instances, as generators of large sites write them.</summary>
internal static class LargeConfigurations
{
    /// <summary>Virtual servers with <paramref name="realServers"/> real servers in all, as evenly as possible, each with a TCP check.</summary>
    /// <param name="count">How many virtual servers.</param>
    /// <param name="realServers">How many real servers in all; their addresses are in 172.16.0.0/12.</param>
    /// <param name="interval"><c>delay_loop</c> in seconds.</param>
    /// <param name="weight">The weight of the real server in the middle; all others have 1.</param>
    public static string VirtualServers(int count, int realServers, int interval = 6, int weight = 1)
    {
        StringBuilder text = new(realServers * 120);
        for (int server = 0, written = 0; server < count; server++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                virtual_server 10.{{server >> 16}}.{{(server >> 8) & 255}}.{{server & 255}} 80 {
                    delay_loop {{interval}}
                    lvs_sched wlc
                    lvs_method NAT
                    protocol TCP

                """);
            for (int end = (int)((long)(server + 1) * realServers / count); written < end; written++)
            {
                text.Append(CultureInfo.InvariantCulture, $$"""
                        real_server 172.{{16 + (written >> 16)}}.{{(written >> 8) & 255}}.{{written & 255}} 80 {
                            weight {{(written == realServers / 2 ? weight : 1)}}
                            TCP_CHECK {
                                connect_timeout 3
                            }
                        }

                    """);
            }

            text.Append("}\n");
        }

        return text.ToString();
    }

    /// <summary>Instances spread over interfaces that need not exist, 250 on each.</summary>
    public static string Instances(int count)
    {
        const int PerInterface = 250;
        StringBuilder text = new("global_defs {\n    dynamic_interfaces\n}\n");
        for (int index = 0; index < count; index++)
        {
            text.Append(Configurations.Instance(
                $"VI_{index}", $"d{index / PerInterface}", 1 + (index % PerInterface), 1, 100, $"10.99.{index >> 8}.{index & 255}/32"));
        }

        return text.ToString();
    }
}
