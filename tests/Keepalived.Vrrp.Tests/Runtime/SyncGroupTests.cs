using Keepalived.Events;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>What scripts, FIFOs and the log are told of sync groups.</summary>
public sealed class SyncGroupTests
{
    private static readonly string _two = Group("A\nB") + Member("A", 51, 100) + Member("B", 52, 101);

    [Fact]
    public void On_start_the_group_is_told_then_its_instances()
    {
        Lab lab = Lab.Started(_two);
        Assert.Equal(["group G Backup", "A Backup", "B Backup"], Told(lab));
        Assert.Equal(["/gb", "/ga GROUP G BACKUP 0", "/i INSTANCE A BACKUP 100", "/i INSTANCE B BACKUP 100"], lab.Scripts.Runs);
    }

    [Fact]
    public void On_taking_over_the_first_instance_its_peer_and_then_the_group_are_told()
    {
        Lab lab = Master(_two);
        Assert.Equal(["B Master", "A Master", "group G Master"], Told(lab).Skip(3));
        Assert.Equal(["/gm", "/ga GROUP G MASTER 0"], lab.Scripts.Runs.TakeLast(2));
        Assert.Contains(lab.Log.Lines, line => line.StartsWith("VRRP_Group(G) Syncing instances to MASTER state: B: ", StringComparison.Ordinal));
        Assert.Contains(lab.Log.Lines, line => line.StartsWith("(A) Entering MASTER STATE: sync group (B: no master heard in time", StringComparison.Ordinal));
    }

    [Fact]
    public void The_group_script_finds_the_addresses_of_all_members_there()
    {
        Lab lab = Lab.Started(_two);
        Assert.True(lab.Loop.RunUntil(() => lab.Scripts.Runs.Contains("/gm"), TimeSpan.FromSeconds(20)));
        Assert.True(lab.Has("10.0.0.100") && lab.Has("10.0.0.101"));
    }

    [Fact]
    public void On_failure_the_instances_and_then_the_group_are_told_once()
    {
        Lab lab = Master(_two);
        int before = lab.Events.All.Count;
        lab.SetLink(up: false);
        Assert.Equal(["A Fault", "B Fault", "group G Fault"], Told(lab).Skip(before));
    }

    [Fact]
    public void A_higher_priority_heard_by_one_member_sends_all_to_BACKUP()
    {
        Lab lab = Master(_two);
        int before = lab.Events.All.Count;
        lab.Hear(priority: 200);
        Assert.Equal(["A Backup", "B Backup", "group G Backup"], Told(lab).Skip(before));
        Assert.False(lab.Has("10.0.0.101"));
    }

    [Fact]
    public void On_stop_the_instances_and_then_the_group_are_told_with_a_second_for_the_scripts()
    {
        Lab lab = Master(_two);
        int before = lab.Events.All.Count;
        lab.Routers.Stop(keepsAddresses: false);
        lab.Advance(0);
        Assert.Equal(["A Stop", "B Stop", "group G Stop"], Told(lab).Skip(before));
        Assert.Equal("/ga GROUP G STOP 0", lab.Scripts.Runs[^1]);
        Assert.Equal(TimeSpan.FromSeconds(1), lab.Scripts.Limits[^1]);
    }

    [Fact]
    public void The_result_of_a_script_is_an_event_of_its_own()
    {
        Lab lab = Master(_two);
        lab.Scripts.Let("/ga", 3);
        lab.SetLink(up: false);
        NotifyScriptEnded ended = Assert.Single(lab.Events.Scripts, script => script.Result.Exit is { ExitCode: 3 });
        Assert.Equal(("VRRP sync group G", "/ga", "exit code 3"), (ended.Owner, ended.Script, ended.Cause));
    }

    [Fact]
    public void A_reload_without_change_tells_nothing()
    {
        Lab lab = Master(_two);
        int before = lab.Events.All.Count;
        lab.Reload(_two);
        Assert.Equal(before, lab.Events.All.Count);
        Assert.Equal(VirtualRouterState.Master, lab.Routers.Groups[0].Core.State);
    }

    [Fact]
    public void A_member_that_a_reload_removes_leaves_the_others_master()
    {
        Lab lab = Master(_two);
        lab.Reload(Group("A") + Member("A", 51, 100));
        Assert.Equal(VirtualRouterState.Master, lab.Only.Router.State);
        Assert.Equal(VirtualRouterState.Master, lab.Routers.Groups[0].Core.State);
    }

    [Fact]
    public void A_reload_that_makes_a_group_of_two_masters_tells_the_group_and_lets_them_be()
    {
        Lab lab = Master(Member("A", 51, 100) + Member("B", 52, 101));
        int before = lab.Events.All.Count;
        lab.Reload(_two);
        Assert.Equal(["group G Master"], Told(lab).Skip(before));
    }

    [Fact]
    public void A_group_that_a_reload_removes_lets_its_members_go_alone()
    {
        Lab lab = Master(_two);
        lab.Reload(Member("A", 51, 100) + Member("B", 52, 101));
        lab.Hear(priority: 200);
        Assert.Equal([VirtualRouterState.Backup, VirtualRouterState.Master], lab.Routers.Instances.Select(i => i.Router.State));
    }

    private static IEnumerable<string> Told(Lab lab) => lab.Events.All.Select(e => e switch
    {
        VrrpGroupStateChanged g => $"group {g.Group} {g.State}",
        VrrpInstanceStateChanged i => $"{i.Instance} {i.State}",
        _ => e.GetType().Name,
    });

    private static Lab Master(string configuration)
    {
        Lab lab = Lab.Started(configuration);
        Assert.True(lab.Loop.RunUntil(() => lab.Routers.Instances.All(i => i.Router.State == VirtualRouterState.Master), TimeSpan.FromSeconds(20)));
        lab.Advance(0.1);
        return lab;
    }

    private static string Group(string members) => $$"""
        vrrp_sync_group G {
            group {
                {{members}}
            }
            notify_master /gm
            notify_backup /gb
            notify /ga
        }

        """;

    private static string Member(string name, int id, int address) => $$"""
        vrrp_instance {{name}} {
            interface eth0
            virtual_router_id {{id}}
            version 3
            virtual_ipaddress { 10.0.0.{{address}}/24 }
            garp_master_delay 0
            notify /i
        }

        """;
}
