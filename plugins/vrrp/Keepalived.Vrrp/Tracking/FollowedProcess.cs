using System.Globalization;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>A <c>vrrp_track_process</c>: up while enough and not too many processes run.</summary>
internal sealed class FollowedProcess : TrackedObject
{
    private readonly ProcessFollower _follower;
    private readonly IScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly ILoopTimer _timer;

    public FollowedProcess(ProcessTracker settings, ProcessFollower follower, IScheduler scheduler, ILogger logger)
    {
        Settings = settings;
        Pattern = new ProcessPattern(settings);
        _follower = follower;
        _scheduler = scheduler;
        _logger = logger;
        _timer = scheduler.CreateTimer(_ => Conclude(Quorum.Look(_scheduler.Now)));
        follower.Add(this);
    }

    /// <inheritdoc/>
    public override string Title => "vrrp_track_process " + Settings.Name;

    /// <summary>Configuration in force.</summary>
    public ProcessTracker Settings { get; private set; }

    /// <summary>Which processes count.</summary>
    public ProcessPattern Pattern { get; }

    /// <summary>How many there are, and what that means.</summary>
    public ProcessQuorum Quorum { get; } = new();

    /// <summary>Counts the same processes, whatever follows from their number.</summary>
    public bool IsSame(ProcessTracker settings) =>
        settings with
        {
            Weight = Settings.Weight,
            Quorum = Settings.Quorum,
            QuorumMaximum = Settings.QuorumMaximum,
            TerminateDelay = Settings.TerminateDelay,
            ForkDelay = Settings.ForkDelay,
        } == Settings;

    /// <summary>Takes other numbers for the same processes after a reload.</summary>
    public void Take(ProcessTracker settings)
    {
        Settings = settings;
        See(Quorum.Count);
    }

    /// <summary>So many run.</summary>
    public void See(int count) => Conclude(Quorum.See(count, Settings, _scheduler.Now));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _timer.Dispose();
        _follower.Remove(this);
    }

    private void Conclude(bool isUp)
    {
        if (Quorum.ChangeAt == MonotonicTime.Never)
        {
            _timer.Disarm();
        }
        else
        {
            _timer.Arm(Quorum.ChangeAt);
        }

        TrackedState state = TrackedState.Of(isUp);
        if (State.Condition != TrackedCondition.Pending && state != State)
        {
            TrackLog.ProcessQuorum(_logger, Settings.Name, Quorum.Count, isUp ? "gained" : "lost");
        }

        Become(state, string.Create(CultureInfo.InvariantCulture, $"{Quorum.Count} running, quorum {QuorumText}"));
    }

    private string QuorumText => Settings.QuorumMaximum is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"{Settings.Quorum}..{most}")
        : Settings.Quorum.ToString(CultureInfo.InvariantCulture);
}
