using System.Globalization;
using System.Text;

namespace Keepalived.Bench.Checks;

/// <summary>The virtual servers of the checks part; both daemons read the same text.</summary>
internal static class CheckConfigurations
{
    private const int PerService = 50;

    /// <summary>Real servers 10.78.1.0 and following, each checked once a second.</summary>
    /// <param name="count">How many, a multiple of 50, at most 50,000.</param>
    /// <param name="isHttp">HTTP_GET instead of TCP_CHECK.</param>
    public static string Servers(int count, bool isHttp)
    {
        string check = isHttp ? "HTTP_GET {\n            url {\n                path /\n            }\n            connect_timeout 3\n        }" : "TCP_CHECK {\n            connect_timeout 3\n        }";
        var text = new StringBuilder("global_defs {\n    router_id bench\n}\n");
        for (int server = 0; server < count; server++)
        {
            if (server % PerService == 0)
            {
                text.Append(server == 0 ? "" : "}\n").Append(Head(server / PerService));
            }

            text.Append(CultureInfo.InvariantCulture, $"    real_server 10.78.{1 + (server >> 8)}.{server & 255} {MortalServers.Port} {{\n        weight 1\n        {check}\n    }}\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>The victims, each checked once a second.</summary>
    /// <param name="retries">More tries, a second apart, before one is called down.</param>
    public static string Victims(int retries)
    {
        StringBuilder text = new("global_defs {\n    router_id bench\n}\n");
        text.Append(Head(0));
        for (int victim = 0; victim < MortalServers.Victims; victim++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    real_server 10.78.200.{victim} {MortalServers.VictimPort} {{\n        weight 1\n        TCP_CHECK {{\n            connect_timeout 3\n            retry {retries}\n            delay_before_retry 1\n        }}\n    }}\n");
        }

        return text.Append("}\n").ToString();
    }

    private static string Head(int service) => string.Create(
        CultureInfo.InvariantCulture,
        $"virtual_server 10.77.{100 + (service >> 8)}.{service & 255} {MortalServers.Port} {{\n    delay_loop 1\n    protocol TCP\n    lvs_sched rr\n    lvs_method NAT\n");
}
