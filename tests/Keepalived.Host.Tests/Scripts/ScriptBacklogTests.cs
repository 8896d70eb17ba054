using Keepalived.Host.Scripts;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Testing;

namespace Keepalived.Host.Tests.Scripts;

/// <summary>A flood of notify scripts: deadlines come in between, what runs and what waits is bounded, losses are counted. In virtual time.</summary>
public sealed class ScriptBacklogTests
{
    private readonly VirtualLoop _loop = new();
    private readonly IScheduler _scheduler;
    private readonly List<ScriptRun> _started = [];
    private readonly ScriptBacklog _backlog;

    public ScriptBacklogTests()
    {
        _scheduler = _loop.ForOwner("host");
        _backlog = new(_scheduler, _started.Add);
    }

    [Fact]
    public void A_turn_starts_a_few_and_a_deadline_comes_before_the_next()
    {
        List<int> startedAtDeadline = [];
        ILoopTimer advertisement = _scheduler.CreateTimer(_ => startedAtDeadline.Add(_started.Count));
        advertisement.Arm(_loop.Now);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(_backlog.Add(Script(i)));
        }

        _loop.RunTurn();
        Assert.Equal([ScriptBacklog.MostPerTurn], startedAtDeadline);
        _loop.Advance(TimeSpan.Zero);
        Assert.Equal(Enumerable.Range(0, 100).Select(n => $"{n}"), _started.Select(run => run.Command.Program));
    }

    [Fact]
    public void Ten_thousand_scripts_that_sleep_are_bounded_and_the_rest_is_lost_and_counted()
    {
        int taken = 0;
        for (int i = 0; i < 10_000; i++)
        {
            taken += _backlog.Add(Script(i)) ? 1 : 0;
            if (i % 10 == 0)
            {
                _loop.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        Assert.Equal(ScriptBacklog.MostUntimed, _started.Count);
        Assert.Equal(ScriptBacklog.Longest, _backlog.Waiting);
        Assert.Equal(10_000 - ScriptBacklog.MostUntimed - ScriptBacklog.Longest, _backlog.Lost);
        Assert.Equal(10_000 - taken, _backlog.Lost);
        _backlog.UntimedEnded();
        _loop.Advance(TimeSpan.Zero);
        Assert.Equal($"{ScriptBacklog.MostUntimed}", _started[^1].Command.Program);
    }

    [Fact]
    public void A_check_or_tracker_does_not_wait_behind_notify_scripts_that_sleep()
    {
        for (int i = 0; i < 1000; i++)
        {
            _backlog.Add(Script(i));
        }

        _loop.Advance(TimeSpan.FromMilliseconds(1));
        _backlog.Add(Script(-1, TimeSpan.FromSeconds(1)));
        Assert.Equal("-1", _started[^1].Command.Program);
    }

    [Fact]
    public void A_script_that_is_no_longer_wanted_before_its_turn_is_not_started_and_says_so()
    {
        string? failure = null;
        for (int i = 0; i < ScriptBacklog.MostPerTurn; i++)
        {
            _backlog.Add(Script(i));
        }

        ScriptRun run = new(null!, _scheduler, new("x", [], null), [], Timeout.InfiniteTimeSpan, result => failure = result.Failure);
        _backlog.Add(run);
        Assert.True(run.IsRunning);
        run.Cancel();
        _loop.Advance(TimeSpan.Zero);
        Assert.Equal(ScriptBacklog.MostPerTurn, _started.Count);
        Assert.NotNull(failure);
        Assert.False(run.IsRunning);
    }

    private ScriptRun Script(int number, TimeSpan? limit = null) =>
        new(null!, _scheduler, new ScriptCommand($"{number}", [], null), [], limit ?? Timeout.InfiniteTimeSpan, null);
}
