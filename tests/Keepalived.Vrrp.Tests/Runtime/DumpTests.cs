using System.Text.Json;
using Keepalived.Vrrp.Reporting;

namespace Keepalived.Vrrp.Tests.Runtime;

public sealed class DumpTests
{
    [Fact]
    public void The_statistics_file_has_the_lines_that_tools_parse()
    {
        using StringWriter text = new();
        StatisticsDump.Write(text, Lab.Master(Lab.Instance()).Routers.Instances, clears: false);
        string[] lines = text.ToString().Split('\n');
        Assert.Equal(["VRRP Instance: VI_1", "  Advertisements:", "    Received: 0", "    Sent: 1", "  Became master: 1", "  Released master: 0", "  Packet Errors:"], lines.Take(7));
        Assert.Equal(["  Priority Zero:", "    Received: 0", "    Sent: 0", ""], lines.TakeLast(4));
    }

    [Fact]
    public void Clearing_sets_the_counters_to_zero_after_writing()
    {
        Lab lab = Lab.Master(Lab.Instance());
        using StringWriter text = new();
        StatisticsDump.Write(text, lab.Routers.Instances, clears: true);
        Assert.Contains("Sent: 1", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(0ul, lab.Only.Router.Statistics.AdvertisementsSent);
    }

    [Fact]
    public void JSON_version_1_is_an_array_of_data_and_stats_in_one_line()
    {
        using StringWriter text = new();
        JsonDump.Write(text, Lab.Master(Lab.Instance("notify_master \"/m 'a b'\"")).Routers.Instances, version: 1);
        string json = text.ToString();
        Assert.DoesNotContain('\n', json);
        Assert.Contains("\"script_master\":\"'\\/m' 'a b'\"", json, StringComparison.Ordinal);
        JsonElement instance = Assert.Single(JsonDocument.Parse(json).RootElement.EnumerateArray());
        JsonElement data = instance.GetProperty("data");
        Assert.Equal("VI_1", data.GetProperty("iname").GetString());
        Assert.Equal(2, data.GetProperty("state").GetInt32());
        Assert.True(data.GetProperty("vipset").GetBoolean());
        Assert.Equal("10.0.0.100/24 dev eth0 scope global set", data.GetProperty("vips")[0].GetString());
        Assert.Equal(1, instance.GetProperty("stats").GetProperty("advert_sent").GetInt32());
    }

    [Fact]
    public void JSON_keys_stand_in_keepalived_s_order()
    {
        using StringWriter text = new();
        JsonDump.Write(text, Lab.Master(Lab.Instance()).Routers.Instances, version: 1);
        JsonElement data = JsonDocument.Parse(text.ToString()).RootElement[0].GetProperty("data");
        string[] expected =
        [
            "iname", "dont_track_primary", "skip_check_adv_addr", "strict_mode", "vmac_ifname", "ifp_ifname", "master_priority", "last_transition",
            "garp_delay", "garp_refresh", "garp_rep", "garp_refresh_rep", "garp_lower_prio_delay", "garp_lower_prio_rep", "lower_prio_no_advert",
            "higher_prio_send_advert", "vrid", "base_priority", "effective_priority", "vipset", "promote_secondaries", "adver_int",
            "master_adver_int", "accept", "nopreempt", "preempt_delay", "state", "wantstate", "version", "smtp_alert", "notify_deleted", "vips", "auth_type",
        ];
        Assert.Equal(expected, data.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void JSON_version_2_names_its_lists()
    {
        using StringWriter text = new();
        JsonDump.Write(text, Lab.Master(Lab.Instance()).Routers.Instances, version: 2);
        JsonElement root = JsonDocument.Parse(text.ToString()).RootElement;
        Assert.Equal(["vrrp", "track_process"], root.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void The_data_dump_has_keepalived_s_sections_and_labels()
    {
        Lab lab = Lab.Master(Lab.Instance());
        using StringWriter text = new();
        new DataDump(text, lab.Routers, lab.Services).Write();
        string dump = text.ToString();
        string[] sections = [.. dump.Split('\n').Where(l => l.StartsWith("------<", StringComparison.Ordinal))];
        Assert.Equal(["------< VRRP Topology >------", "------< VRRP Sockpool >------", "------< Interfaces >------", "------< VRRP History >------"], sections);
        foreach (string line in new[]
        {
            " VRRP Instance = VI_1", "   VRRP Version = 3", "   State = MASTER", "   Wantstate = MASTER", "   Number of config faults = 0",
            "   Flags of interface faults - (none)", "   Master down timer = 3609375 usecs", "   Interface = eth0", "   Using src_ip = 10.0.0.1",
            "   Multicast address 224.0.0.18", "   Effective priority = 100", "   Advert interval = 1000 milli-sec", "   Accept = enabled",
            "   Virtual IP (1):", "     10.0.0.100/24 dev eth0 scope global set", "   Notify deleted = Fault",
        })
        {
            Assert.Contains(line + "\n", dump, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_data_dump_ends_with_what_happened_to_each_instance_and_why()
    {
        Lab lab = Lab.Master(Lab.Instance());
        using StringWriter text = new();
        new DataDump(text, lab.Routers, lab.Services).Write();
        string history = text.ToString().Split("------< VRRP History >------\n")[1];
        string[] lines = history.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(" VRRP Instance = VI_1", lines[0]);
        Assert.EndsWith("INIT to BACKUP: started", lines[1], StringComparison.Ordinal);
        Assert.Contains("BACKUP to MASTER: no master heard in time", lines[2], StringComparison.Ordinal);
    }
}
