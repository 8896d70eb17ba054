using Keepalived.Events;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scripts;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Reporting;
using Keepalived.Vrrp.Tests.Runtime;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary>Weights and the bookkeeping of faults, through a whole daemon in virtual time.</summary>
public sealed class TrackingTests
{
    private static readonly string _plain = Script() + Lab.Instance("track_script { chk }");

    [Fact]
    public void A_script_without_weight_holds_its_instance_in_INIT_until_the_first_result()
    {
        Lab lab = Pending(_plain);
        lab.Advance(30);
        Assert.Equal(VirtualRouterState.Init, lab.State);
        Assert.Empty(lab.States);
        lab.Scripts.Open[0].End(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        Assert.Contains(lab.Log.Lines, line => line.StartsWith("(VI_1) Entering BACKUP STATE (init): first tracker results are there (vrrp_script chk: succeeded)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_first_result_that_fails_leads_from_INIT_to_FAULT()
    {
        Lab lab = Pending(_plain);
        lab.Scripts.Open[0].End(3);
        Assert.Equal([VrrpState.Fault], lab.States);
        Assert.Contains("(VI_1) Entering FAULT STATE: fault: tracked object failed (vrrp_script chk: failed (exited with status 3))", lab.Log.Lines);
        Assert.Contains("VRRP_Script(chk) failed (exited with status 3)", lab.Log.Lines);
    }

    [Fact]
    public void Weight_0_failure_adds_one_fault_and_recovery_removes_it()
    {
        Lab lab = Lab.Master(_plain);
        lab.Scripts.Let("/chk", 1);
        lab.Advance(1);
        Assert.Equal((VirtualRouterState.Fault, 1), (lab.State, lab.Only.Router.TrackerFaults));
        lab.Scripts.Let("/chk", 0);
        lab.Advance(1);
        Assert.Equal((VirtualRouterState.Backup, 0), (lab.State, lab.Only.Router.TrackerFaults));
    }

    [Fact]
    public void Two_failed_objects_are_two_faults()
    {
        Lab lab = Lab.Master(Script() + Script("other") + Lab.Instance("track_script {\n chk\n other\n}"));
        lab.Scripts.Let("/chk", 1);
        lab.Scripts.Let("/other", 1);
        lab.Advance(1);
        lab.Scripts.Let("/chk", 0);
        lab.Advance(1);
        Assert.Equal((VirtualRouterState.Fault, 1), (lab.State, lab.Only.Router.TrackerFaults));
    }

    [Fact]
    public void A_weight_moves_the_priority_and_the_change_is_logged_with_its_cause_and_notified_on_demand()
    {
        Lab lab = Lab.Master(Script() + Lab.Instance("track_script {\n chk weight -20\n}\n notify /n\n notify_priority_changes"));
        lab.Scripts.Let("/chk", 1);
        lab.Scripts.Runs.Clear();
        lab.Advance(1);
        Assert.Equal(80, lab.Only.Router.EffectivePriority);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Contains("(VI_1) Changing effective priority from 100 to 80: tracked objects add -20 (vrrp_script chk: failed (exited with status 1), -20)", lab.Log.Lines);
        Assert.Contains("/n INSTANCE VI_1 MASTER_PRIORITY 80", lab.Scripts.Runs);
        Assert.True(Assert.Single(lab.Events.All.OfType<VrrpPriorityChanged>()).IsNotified);
    }

    [Theory]
    [InlineData("weight 253", 0, 254)]
    [InlineData("weight -253", 1, 1)]
    public void The_effective_priority_is_clamped_to_1_and_254(string weight, int exit, int priority)
    {
        Lab lab = new(Script() + Lab.Instance($"track_script {{\n chk {weight}\n}}"));
        lab.Scripts.Let("/chk", exit);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0.1);
        Assert.Equal(priority, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void A_weighted_script_holds_nobody_in_INIT_and_adds_nothing_before_its_first_result()
    {
        Lab lab = Pending(Script() + Lab.Instance("track_script {\n chk weight -20\n}"));
        Assert.Equal((VirtualRouterState.Backup, 100), (lab.State, lab.Only.Router.EffectivePriority));
    }

    [Fact]
    public void With_init_fail_a_script_is_down_until_its_first_success()
    {
        Lab lab = Pending(Script(more: "init_fail\n rise 3") + Lab.Instance("track_script { chk }"));
        Assert.Equal([VrrpState.Fault], lab.States);
        lab.Scripts.Open[0].End(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_script_runs_at_its_interval_with_its_time_out_and_not_while_it_still_runs()
    {
        Lab lab = Pending(Script(more: "timeout 4") + Lab.Instance("track_script { chk }"));
        lab.Advance(3);
        Assert.Single(lab.Scripts.Runs);
        Assert.Equal(TimeSpan.FromSeconds(4), lab.Scripts.Limits[0]);
        lab.Scripts.Let("/chk", 0);
        lab.Scripts.Open[0].End(0);
        lab.Advance(5);
        Assert.Equal(6, lab.Scripts.Runs.Count);
    }

    [Fact]
    public void A_run_that_times_out_is_a_failure()
    {
        Lab lab = Pending(_plain);
        lab.Scripts.Open[0].End(new ScriptResult(new Scheduling.ProcessExit(1, null, 15), true, TimeSpan.Zero, null));
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.Contains("VRRP_Script(chk) timed out", lab.Log.Lines);
    }

    [Fact]
    public void A_script_of_two_instances_runs_once()
    {
        Lab lab = Lab.Started(_plain + Lab.Instance("track_script { chk }", name: "VI_2").Replace("router_id 51", "router_id 52", StringComparison.Ordinal));
        Assert.Single(lab.Scripts.Runs);
    }

    [Fact]
    public void A_script_that_nobody_tracks_does_not_run()
    {
        Lab lab = Lab.Master(Script() + Lab.Instance());
        Assert.Empty(lab.Scripts.Runs);
        Assert.Null(lab.Routers.Trackers);
    }

    [Fact]
    public void A_tracked_interface_without_weight_is_a_fault_while_it_is_down_or_absent()
    {
        Lab lab = new(Lab.Instance("track_interface { eth1 }"));
        lab.Routers.Start(lab.Configuration);
        lab.Advance(1);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        SetEth1(lab, up: true);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        SetEth1(lab, up: false);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.Contains("(VI_1) Entering FAULT STATE: fault: tracked object failed (interface eth1: is down)", lab.Log.Lines);
    }

    [Fact]
    public void The_deletion_of_a_tracked_interface_counts_as_down()
    {
        Lab lab = new(Lab.Instance("track_interface {\n eth1 weight 30\n}"));
        SetEth1(lab, up: true);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        Assert.Equal(130, lab.Only.Router.EffectivePriority);
        lab.Interfaces.LinkRemoved(Eth1);
        lab.Advance(0);
        Assert.Equal(100, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void The_loss_of_an_interface_with_delays_is_waited_out_for_its_own_instances_and_those_that_track_it()
    {
        Lab lab = Lab.Master("interface_up_down_delays {\n eth0 1 2\n}\n" + Lab.Instance());
        lab.SetLink(up: false);
        lab.Advance(0.9);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        lab.Advance(0.2);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        lab.SetLink(up: true);
        lab.Advance(1.9);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        lab.Advance(0.2);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_flap_shorter_than_the_delay_is_not_noticed()
    {
        Lab lab = Lab.Master("interface_up_down_delays {\n eth0 1\n}\n" + Lab.Instance());
        lab.SetLink(up: false);
        lab.Advance(0.5);
        lab.SetLink(up: true);
        lab.Advance(5);
        Assert.Equal(VrrpState.Master, lab.States.Last());
    }

    [Fact]
    public void Track_objects_of_a_group_apply_to_each_member()
    {
        Lab lab = new(Script() + "vrrp_sync_group G {\n group {\n A\n B\n}\n track_script { chk }\n}\n"
            + Lab.Instance(name: "A") + Lab.Instance(name: "B").Replace("router_id 51", "router_id 52", StringComparison.Ordinal));
        lab.Routers.Start(lab.Configuration);
        lab.Advance(10);
        Assert.All(lab.Routers.Instances, i => Assert.Equal(VirtualRouterState.Master, i.Router.State));
        int before = lab.Events.All.Count;
        lab.Scripts.Let("/chk", 1);
        lab.Advance(1);
        Assert.All(lab.Routers.Instances, i => Assert.Equal((VirtualRouterState.Fault, 1), (i.Router.State, i.Router.TrackerFaults)));
        lab.Scripts.Let("/chk", 0);
        lab.Advance(1);
        Assert.Equal(6, lab.Events.All.Count - before);
        Assert.All(lab.Routers.Instances, i => Assert.Equal(VirtualRouterState.Backup, i.Router.State));
    }

    [Fact]
    public void A_reload_carries_the_result_of_an_unchanged_script_and_does_not_run_it_out_of_turn()
    {
        Lab lab = Lab.Master(_plain);
        int runs = lab.Scripts.Runs.Count;
        lab.Reload(Script(more: "rise 4\n fall 3") + Lab.Instance("track_script { chk }"));
        Assert.Equal(runs, lab.Scripts.Runs.Count);
        Assert.Contains("VRRP_Script(chk) considered successful on reload", lab.Log.Lines);
        lab.Scripts.Let("/chk", 1);
        lab.Advance(1.5);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        lab.Advance(1);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void A_reload_that_tracks_the_same_in_FAULT_ends_no_fault()
    {
        Lab lab = Lab.Master(_plain);
        lab.Scripts.Let("/chk", 1);
        lab.Advance(1);
        int before = lab.States.Count();
        lab.Reload(Script() + Lab.Instance("track_script { chk }\n advert_int 2"));
        Assert.Equal(before, lab.States.Count());
        Assert.Equal(1, lab.Only.Router.TrackerFaults);
    }

    [Fact]
    public void A_reload_that_no_longer_tracks_what_failed_ends_the_fault_and_the_script()
    {
        Lab lab = Lab.Master(_plain);
        lab.Scripts.Let("/chk", 1);
        lab.Advance(1);
        lab.Reload(Lab.Instance());
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        int runs = lab.Scripts.Runs.Count;
        lab.Advance(3);
        Assert.Equal(runs, lab.Scripts.Runs.Count);
    }

    [Fact]
    public void A_reload_that_adds_a_script_lets_a_master_be_master_until_its_first_result()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Scripts.Let("/chk", null);
        lab.Reload(_plain);
        lab.Advance(5);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        lab.Scripts.Open[0].End(1);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void A_script_that_a_reload_removes_is_ended_while_it_runs()
    {
        Lab lab = Pending(_plain);
        RecordedScripts.OpenRun run = lab.Scripts.Open[0];
        lab.Reload(Lab.Instance());
        Assert.True(run.IsCancelled);
        run.End(1);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void The_data_dump_counts_causes_apart_and_shows_groups_and_scripts()
    {
        Lab lab = Lab.Master(Script(more: "rise 3\n fall 2") + Lab.Instance("track_script {\n chk weight -20 reverse\n}"));
        using StringWriter text = new();
        new DataDump(text, lab.Routers, lab.Services).Write();
        string dump = text.ToString();
        foreach (string line in new[]
        {
            "   Number of tracker faults = 0", "   Number of track scripts init = 0", "   Tracked scripts :\n     chk weight -20 reverse",
            "------< VRRP Scripts >------\n VRRP Script = chk\n   Command = '/chk'\n   Interval = 1 sec\n   Timeout = 1 sec\n   Weight = 0",
            "   Result = 4", "   Status = GOOD\n   Tracking instances :\n     VI_1, weight -20 reverse\n   State = idle",
        })
        {
            Assert.Contains(line + "\n", dump, StringComparison.Ordinal);
        }
    }

    private static LinkInfo Eth1 => ConfigurationText.Ethernet("eth1", Lab.Interface + 1);

    private static void SetEth1(Lab lab, bool up)
    {
        LinkFlags flags = Eth1.Flags & (up ? ~LinkFlags.None : ~(LinkFlags.Up | LinkFlags.Running));
        lab.Interfaces.LinkChanged(Eth1 with { Flags = flags });
        lab.Advance(0);
    }

    // A daemon whose scripts have begun and not ended.
    private static Lab Pending(string configuration)
    {
        Lab lab = new(configuration);
        lab.Scripts.Let("/chk", null);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0.1);
        return lab;
    }

    private static string Script(string name = "chk", string more = "") => $$"""
        vrrp_script {{name}} {
            script /{{name}}
            {{more}}
        }

        """;
}
