using System.Globalization;
using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>What masters do about others' mistakes when the configuration asks for it: docs/options.md.</summary>
public sealed class CureTests
{
    private const uint NobodysPort = 4_194_303;

    [Fact]
    public void Without_the_option_an_address_that_others_remove_costs_the_role_and_the_log_says_who_removed_it()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.RemoveBySomebody("10.0.0.100", senderPort: NobodysPort);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        Assert.Contains(lab.Log.Lines, line => line.Contains("virtual address 10.0.0.100 was removed by process 4194303 (which has ended)", StringComparison.Ordinal));
    }

    [Fact]
    public void With_restore_addresses_the_address_comes_back_and_the_role_stays()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses"));
        int announced = lab.Announcements.Frames.Count;

        lab.RemoveBySomebody("10.0.0.100");

        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.True(lab.Has("10.0.0.100"));
        Assert.Equal([VrrpState.Backup, VrrpState.Master], lab.States);
        Assert.Equal(announced + 1, lab.Announcements.Frames.Count);
        Assert.Contains(lab.Log.Lines, line => line.Contains("(VI_1) somebody else (the kernel does not say who) removed address 10.0.0.100/24", StringComparison.Ordinal));
    }

    [Fact]
    public void A_process_that_still_runs_is_named()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses"));
        string name = File.ReadAllText("/proc/self/comm").TrimEnd('\n');
        lab.RemoveBySomebody("10.0.0.100", senderPort: (uint)Environment.ProcessId);
        string expected = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ({name}) removed");
        Assert.Contains(lab.Log.Lines, line => line.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void The_global_keyword_is_the_default_and_the_instance_may_refuse()
    {
        Lab all = Lab.Master("global_defs { vrrp_restore_addresses }\n" + Lab.Instance());
        all.RemoveBySomebody("10.0.0.100");
        Assert.Equal(VirtualRouterState.Master, all.State);

        Lab one = Lab.Master("global_defs { vrrp_restore_addresses }\n" + Lab.Instance("restore_addresses off"));
        one.RemoveBySomebody("10.0.0.100");
        Assert.Equal(VirtualRouterState.Backup, one.State);
    }

    [Fact]
    public void What_is_removed_again_within_a_second_comes_back_when_the_second_is_over()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses"));
        lab.RemoveBySomebody("10.0.0.100");
        lab.Advance(0.4);
        lab.RemoveBySomebody("10.0.0.100");
        Assert.False(lab.Has("10.0.0.100"));
        lab.Advance(0.59);
        Assert.False(lab.Has("10.0.0.100"));
        lab.Advance(0.01);
        Assert.True(lab.Has("10.0.0.100"));
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Contains(lab.Log.Lines, line => line.Contains("for the 2. time in 1 s", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_removes_it_all_the_time_costs_a_change_a_second_and_few_lines()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses"));
        int before = lab.Log.Lines.Count;
        for (int i = 0; i < 300; i++)
        {
            if (lab.Has("10.0.0.100"))
            {
                lab.RemoveBySomebody("10.0.0.100");
            }

            lab.Advance(0.1);
        }

        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Equal(3, lab.Log.Lines.Skip(before).Count(line => line.Contains("putting it back", StringComparison.Ordinal)));
        lab.Advance(1);
        Assert.True(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void Several_addresses_come_back_together_and_excluded_ones_too()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses\nvirtual_ipaddress_excluded { 10.0.0.102/24 }", addresses: "10.0.0.100/24\n10.0.0.101/24"));
        lab.RemoveBySomebody("10.0.0.101");
        lab.RemoveBySomebody("10.0.0.102");
        lab.RemoveBySomebody("10.0.0.100");
        Assert.True(lab.Has("10.0.0.100") && lab.Has("10.0.0.101") && lab.Has("10.0.0.102"));
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void An_address_that_nobody_tracks_stays_away()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses", addresses: "10.0.0.100/24 no_track"));
        lab.RemoveBySomebody("10.0.0.100");
        lab.Advance(5);
        Assert.False(lab.Has("10.0.0.100"));
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void When_the_kernel_does_not_take_it_back_the_role_is_lost_as_without_the_option()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses"));
        lab.Addresses.Refusal = Errno.EINVAL;
        lab.RemoveBySomebody("10.0.0.100");
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_backup_does_not_bring_back_what_it_had_as_a_master()
    {
        Lab lab = Lab.Master(Lab.Instance("restore_addresses"));
        lab.RemoveBySomebody("10.0.0.100");
        lab.Advance(0.2);
        lab.RemoveBySomebody("10.0.0.100");
        lab.Hear(200);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        lab.Advance(2);
        Assert.False(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void With_reassert_after_conflict_the_surviving_master_announces_and_notifies_again()
    {
        Lab lab = Lab.Master(Lab.Instance("reassert_after_conflict\nnotify_master /bin/true\ngarp_lower_prio_repeat 0"));
        lab.Advance(10);
        lab.Hear(50);
        int announced = lab.Announcements.Frames.Count;
        int scripts = lab.Scripts.Runs.Count;

        lab.Advance(3.7);

        Assert.Equal([VrrpState.Backup, VrrpState.Master, VrrpState.Master], lab.States);
        Assert.Equal(announced + 5, lab.Announcements.Frames.Count);
        Assert.Equal(scripts + 1, lab.Scripts.Runs.Count);
        Assert.Contains(lab.Log.Lines, line => line.Contains("remains MASTER, announces and notifies again: 10.0.0.2 with priority 50 was master too and has gone", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_it_the_survivor_tells_nobody_a_second_time()
    {
        Lab lab = Lab.Master(Lab.Instance("notify_master /bin/true"));
        lab.Hear(50);
        lab.Advance(10);
        Assert.Equal([VrrpState.Backup, VrrpState.Master], lab.States);
    }
}
