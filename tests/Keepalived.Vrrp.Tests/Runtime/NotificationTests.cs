using Keepalived.Events;

namespace Keepalived.Vrrp.Tests.Runtime;

public sealed class NotificationTests
{
    private const string Scripts = """
        notify_master "/m one"
        notify_backup "/b"
        notify_fault "/f"
        notify_stop "/s"
        notify_master_rx_lower_pri "/l"
        notify "/any x"
        """;

    [Fact]
    public void The_specific_script_runs_before_the_general_one_with_its_four_arguments()
    {
        Lab lab = Lab.Master(Lab.Instance(Scripts));
        Assert.Equal(["/b", "/any x INSTANCE VI_1 BACKUP 100", "/m one", "/any x INSTANCE VI_1 MASTER 100"], lab.Scripts.Runs);
    }

    [Fact]
    public void Scripts_for_fault_stop_and_lower_priority_are_run()
    {
        Lab lab = Lab.Master(Lab.Instance(Scripts));
        lab.Scripts.Runs.Clear();
        lab.Hear(priority: 50);
        lab.SetLink(up: false);
        lab.Routers.Stop(keepsAddresses: false);
        lab.Advance(0);
        Assert.Equal(
            ["/l", "/any x INSTANCE VI_1 MASTER_RX_LOWER_PRI 100", "/f", "/any x INSTANCE VI_1 FAULT 100", "/s", "/any x INSTANCE VI_1 STOP 100"],
            lab.Scripts.Runs);
    }

    [Fact]
    public void Only_the_scripts_of_the_stop_have_a_second()
    {
        Lab lab = Lab.Master(Lab.Instance(Scripts));
        lab.Routers.Stop(keepsAddresses: false);
        lab.Advance(0);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], lab.Scripts.Limits.TakeLast(2));
        Assert.All(lab.Scripts.Limits.SkipLast(2), limit => Assert.Equal(Timeout.InfiniteTimeSpan, limit));
    }

    [Fact]
    public void The_master_script_finds_the_addresses_there()
    {
        Lab lab = Lab.Started(Lab.Instance(Scripts));
        Assert.True(lab.Loop.RunUntil(() => lab.Network.Sent.Count == 1, TimeSpan.FromSeconds(10)));
        lab.Loop.RunUntil(() => lab.Scripts.Runs.Contains("/m one"), TimeSpan.FromSeconds(1));
        Assert.True(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void Every_event_carries_its_cause()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Hear(priority: 200);
        var last = Assert.IsType<VrrpInstanceStateChanged>(lab.Events.All[^1]);
        Assert.Equal(VrrpState.Backup, last.State);
        Assert.Equal(VrrpState.Master, last.Previous);
        Assert.Contains("10.0.0.2 with higher priority 200", last.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void One_line_per_transition_names_state_and_cause()
    {
        Lab lab = Lab.Master(Lab.Instance());
        Assert.Contains("(VI_1) Entering BACKUP STATE (init): started", lab.Log.Lines);
        Assert.Contains("(VI_1) Receive advertisement timeout", lab.Log.Lines);
        Assert.Single(lab.Log.Lines, line => line.StartsWith("(VI_1) Entering MASTER STATE: ", StringComparison.Ordinal));
    }
}
