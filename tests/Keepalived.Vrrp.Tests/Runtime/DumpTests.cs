using System.Text.Json;
using Keepalived.Vrrp.Reporting;
using Keepalived.Vrrp.Tests.Tracking;

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
    public void JSON_lists_routes_rules_and_what_is_tracked_and_version_2_the_processes()
    {
        FakeProcesses processes = new();
        Lab lab = new(
            "vrrp_script chk {\n script \"/chk a\"\n}\nvrrp_track_process p {\n process sleep 5\n quorum 2\n quorum_max 3\n terminate_delay 0.5\n weight 4\n}\n"
            + Lab.Instance("virtual_routes {\n 192.0.2.0/24 dev eth0\n}\nvirtual_rules {\n from 192.0.2.0/24 table 7 priority 9\n}\ntrack_interface {\n eth1 weight 5\n}\n"
                + "track_script {\n chk\n}\ntrack_process {\n p\n}"),
            openProcesses: () => processes);
        lab.Routers.Start(lab.Configuration);
        using StringWriter text = new();
        JsonDump.Write(text, lab.Routers.Instances, version: 2, lab.Routers.Trackers!.Processes);
        JsonElement root = JsonDocument.Parse(text.ToString()).RootElement;
        JsonElement data = root.GetProperty("vrrp")[0].GetProperty("data");
        Assert.Equal(["vips", "vroutes", "vrules", "track_ifp", "track_script", "track_process", "auth_type"], data.EnumerateObject().Select(p => p.Name).SkipWhile(name => name != "vips"));
        Assert.Equal(
            ["prepend 192.0.2.0/24 dev eth0 proto 18", "from 192.0.2.0/24 priority 9 tos 0x0 protocol 18 lookup 7", "eth1", "'/chk' 'a'", "p"],
            new[] { "vroutes", "vrules", "track_ifp", "track_script", "track_process" }.Select(key => data.GetProperty(key)[0].GetString()));
        const string Expected = """{"process":"sleep","parameters":"5","param_match":"exact","min_processes":2,"max_processes":3,"current_processes":0,"have_quorum":false,"weight":4,"terminate_delay":0.5,"fork_delay":0,"fork_delay_timer_running":false,"terminate_delay_timer_running":false,"full_command":true}""";
        Assert.Equal(Expected, root.GetProperty("track_process")[0].GetRawText());
    }

    [Fact]
    public void The_data_dump_has_sections_for_files_and_processes_and_lines_for_routes()
    {
        FakeProcesses processes = new();
        Lab lab = new(
            "vrrp_track_process p {\n process sleep\n}\n"
            + Lab.Instance("virtual_routes {\n 192.0.2.0/24 dev eth0\n}\nvirtual_rules {\n from 192.0.2.0/24 table 7 priority 9\n}\ntrack_process {\n p weight 6\n}"),
            openProcesses: () => processes);
        lab.Routers.Start(lab.Configuration);
        using StringWriter text = new();
        new DataDump(text, lab.Routers, lab.Services).Write();
        string dump = text.ToString();
        foreach (string lines in new[]
        {
            "   Virtual Routes :\n     prepend 192.0.2.0/24 dev eth0 proto 18\n   Virtual Rules :\n     from 192.0.2.0/24 priority 9 tos 0x0 protocol 18 lookup 7",
            "   Tracked processes :\n     p, weight 6",
            "------< VRRP Track processes >------\n VRRP Track process = p\n   Process = sleep\n   Min processes = 1\n   Current processes = 0\n   Have quorum = false\n"
                + "   Weight = 0\n   Terminate delay = 0.000000s\n   Fork delay = 0.000000s\n   Fork delay timer not running\n   Terminate delay timer not running\n"
                + "   Full command = false\n   Tracking instances :\n     VI_1, weight 6",
        })
        {
            Assert.Contains(lines + "\n", dump, StringComparison.Ordinal);
        }
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
