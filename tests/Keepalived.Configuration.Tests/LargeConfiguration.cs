using System.Globalization;
using System.Text;

namespace Keepalived.Configuration.Tests;

/// <summary>A file of the size that large sites run: 2,284 virtual servers with 37,298 real servers.</summary>
internal static class LargeConfiguration
{
    public const int VirtualServers = 2284;
    public const int RealServers = 37_298;

    public static byte[] Text { get; } = Make();

    public static ExpandedConfiguration Read() =>
        ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = new MemoryFiles().Add("/k.conf", Text) });

    private static byte[] Make()
    {
        var text = new StringBuilder("vrrp_instance V {\n    priority 100\n}\n");
        int made = 0;
        for (int i = 0; i < VirtualServers; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"virtual_server 10.{i >> 8}.{i & 255}.1 80 {{\n    delay_loop 6 # seconds\n");
            for (int until = (int)((i + 1L) * RealServers / VirtualServers); made < until; made++)
            {
                text.Append(CultureInfo.InvariantCulture, $"    real_server 172.{made >> 16}.{(made >> 8) & 255}.{made & 255} 80 {{\n        weight 1\n        TCP_CHECK {{\n            connect_timeout 3\n        }}\n    }}\n");
            }

            text.Append("}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
