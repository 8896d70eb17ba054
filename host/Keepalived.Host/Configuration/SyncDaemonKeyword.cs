using System.Net;
using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Host.Configuration;

/// <summary><c>lvs_sync_daemon</c>. The host reads it because two processes may have to run it.</summary>
internal static class SyncDaemonKeyword
{
    private const string Arguments = "IF [inst INSTANCE] [id 0..255] [maxlen 1..65507] [port 1..65535] [ttl 1..255] [group MCAST_IP]";

    internal static void Register(IKeywordBlock<IConfigurationSession> globals) => globals.Keyword(
        new("lvs_sync_daemon", Arguments, "Run the kernel's synchronisation of IPVS connections, tied to a vrrp_instance if one is named; older files write IF INSTANCE ID.")
        {
            Process = PluginRoles.Vrrp,
        },
        static (reader, session) =>
        {
            HostSettings settings = session.Get<HostSettings>();
            reader.RefuseSecond(settings.SyncDaemon is not null);
            settings.SyncDaemon = Read(reader);
        });

    private static SyncDaemonSettings Read(IKeywordReader reader)
    {
        var settings = new SyncDaemonSettings(reader.Word("interface"));
        while (reader.TryWord(out string word))
        {
            settings = word switch
            {
                "inst" => settings with { Instance = reader.Word("name of a vrrp_instance") },
                "id" => settings with { Id = (byte)reader.Integer("identity", 0, 255) },
                "maxlen" => settings with { LongestMessage = (ushort)reader.Integer("length", 1, 65507) },
                "port" => settings with { Port = (ushort)reader.Integer("port", 1, 65535) },
                "ttl" => settings with { TimeToLive = (byte)reader.Integer("TTL", 1, 255) },
                "group" => settings with { Group = ReadGroup(reader) },
                _ => ReadOldForm(reader, settings, word),
            };
        }

        return settings;
    }

    /// <summary>The form of old files: <c>IF INSTANCE ID</c>.</summary>
    private static SyncDaemonSettings ReadOldForm(IKeywordReader reader, SyncDaemonSettings settings, string word)
    {
        if (settings.Instance is not null)
        {
            throw reader.Reject($"'{word}' is no option of lvs_sync_daemon", $"write {Arguments}");
        }

        settings = settings with { Instance = word };
        if (byte.TryParse(reader.Peek(), System.Globalization.NumberStyles.None, null, out byte id))
        {
            reader.Word("identity");
            settings = settings with { Id = id };
            reader.Session.Report(new(DiagnosticClass.Deprecated, DiagnosticSeverity.Warning, reader.Location,
                "lvs_sync_daemon with a bare instance and identity is deprecated", $"write: inst {word} id {id}"));
        }

        return settings;
    }

    private static IPAddress ReadGroup(IKeywordReader reader)
    {
        IPAddress group = reader.Address("multicast group");
        bool isMulticast = group.AddressFamily == AddressFamily.InterNetworkV6 ? group.IsIPv6Multicast : (group.GetAddressBytes()[0] & 0xF0) == 0xE0;
        return isMulticast ? group : throw reader.Reject($"{group} is no multicast address", "write for example 224.0.0.81");
    }
}
