using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary><c>track_process</c> of keepalived.conf(5): in quorum when quorum ≤ count ≤ quorum_max; the delays.</summary>
public sealed class ProcessQuorumTests
{
    private static readonly MonotonicTime _start = new(1_000_000_000);
    private readonly ProcessQuorum _quorum = new();
    private ProcessTracker _settings = new()
    {
        Name = "p",
        Program = "x",
        Quorum = 2,
        QuorumMaximum = 3,
        TerminateDelay = TimeSpan.FromSeconds(2),
        ForkDelay = TimeSpan.FromSeconds(5),
    };

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void It_is_up_between_quorum_and_quorum_max(int count, bool isUp) => Assert.Equal(isUp, See(count, 0));

    [Fact]
    public void Without_quorum_max_any_number_from_the_quorum_on_is_up()
    {
        _settings = _settings with { QuorumMaximum = null };
        Assert.True(See(1000, 0));
    }

    [Fact]
    public void Quorum_max_0_without_quorum_means_that_none_may_run()
    {
        _settings = _settings with { Quorum = 0, QuorumMaximum = 0, ForkDelay = TimeSpan.Zero };
        Assert.True(See(0, 0));
        Assert.False(See(1, 1));
    }

    [Fact]
    public void The_terminate_delay_postpones_a_loss()
    {
        See(2, 0);
        Assert.True(See(1, 10));
        Assert.True(_quorum.WaitsForLoss);
        Assert.True(_quorum.Look(At(11.9)));
        Assert.False(_quorum.Look(At(12)));
    }

    [Fact]
    public void The_fork_delay_postpones_a_gain()
    {
        See(1, 0);
        Assert.False(See(2, 10));
        Assert.True(_quorum.WaitsForGain);
        Assert.False(_quorum.Look(At(14.9)));
        Assert.True(_quorum.Look(At(15)));
    }

    [Fact]
    public void One_process_too_many_is_waited_out_for_the_fork_delay()
    {
        See(3, 0);
        See(4, 10);
        Assert.Equal(At(15), _quorum.ChangeAt);
    }

    [Fact]
    public void A_restart_within_the_delay_is_not_noticed()
    {
        See(2, 0);
        See(1, 10);
        See(2, 11);
        Assert.Equal(MonotonicTime.Never, _quorum.ChangeAt);
        Assert.True(_quorum.Look(At(30)));
    }

    [Fact]
    public void A_further_loss_does_not_start_the_delay_again()
    {
        See(2, 0);
        See(1, 10);
        See(0, 11);
        Assert.False(_quorum.Look(At(12)));
    }

    private static MonotonicTime At(double seconds) => _start + TimeSpan.FromSeconds(seconds);

    private bool See(int count, double seconds) => _quorum.See(count, _settings, At(seconds));
}
