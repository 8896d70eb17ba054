using Keepalived.Host.Processes;

namespace Keepalived.Host.Tests.Processes;

/// <summary>Three kills in a row, and what breaks the row.</summary>
public sealed class BlockersTests
{
    private static readonly TimeSpan _short = TimeSpan.FromSeconds(20);
    private Blockers _blockers = new();

    [Fact]
    public void The_third_kill_in_a_row_bans()
    {
        string? told = null;
        _blockers.HasBanned = plugin => told = plugin;
        Kill("slow");
        Kill("slow");
        Assert.Empty(_blockers.Banned);
        Kill("slow");
        Assert.Equal(["slow"], _blockers.Banned);
        Assert.Equal("slow", told);
    }

    [Fact]
    public void Another_plugin_a_crash_a_stop_without_a_culprit_or_a_long_run_begin_the_count_anew()
    {
        Action[] breaks =
        [
            () => Kill("other"), () => Kill(null), () => _blockers.Ended(wasKilledAsDead: false, _short), () => Kill("slow", TimeSpan.FromHours(2)),
        ];
        foreach (Action anything in breaks)
        {
            _blockers = new();
            Kill("slow");
            Kill("slow");
            anything();
            Kill("slow");
            Assert.Empty(_blockers.Banned);
        }
    }

    [Fact]
    public void A_plugin_that_runs_again_before_the_end_is_no_culprit()
    {
        for (int i = 0; i < 5; i++)
        {
            _blockers.Now = "slow";
            _blockers.Now = null;
            _blockers.Ended(wasKilledAsDead: true, _short);
        }

        Assert.Empty(_blockers.Banned);
    }

    [Fact]
    public void The_plugin_that_the_process_is_for_is_not_banned()
    {
        _blockers.MayBan = static name => name != "vrrp";
        for (int i = 0; i < 5; i++)
        {
            Kill("vrrp");
        }

        Assert.Empty(_blockers.Banned);
    }

    private void Kill(string? blocker, TimeSpan? ran = null)
    {
        _blockers.Now = blocker;
        _blockers.Ended(wasKilledAsDead: true, ran ?? _short);
    }
}
