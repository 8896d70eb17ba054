using Keepalived.Bfd.Network;
using Keepalived.Bfd.Protocol;
using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Plugins;
using Keepalived.Scheduling;

namespace Keepalived.Bfd.Runtime;

/// <summary>One session at work: carries what the protocol decides to the socket, the timer, the log and the other processes.</summary>
internal sealed class RunningSession : IBfdSessionEffects, IDisposable
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(1);

    private readonly BfdServices _services;
    private readonly ILoopTimer _timer;
    private ILoopTimer? _grace;
    private IBfdPath? _path;
    private Errno _sendError;
    private ulong _droppedReasons;
    private bool _isToldUp;
    private string? _cause = "it has not come up yet";

    /// <summary>Makes the session; it begins with <see cref="Start"/>.</summary>
    public RunningSession(BfdSessionSettings settings, BfdServices services)
    {
        Settings = settings;
        _services = services;
        _timer = services.Scheduler.CreateTimer(_ => Core!.Advance(services.Scheduler.Now));
        Core = services.Table.Open(NeighborPath.Of(settings.Neighbor), settings.ToOptions(), this);
    }

    /// <summary>Configuration in force.</summary>
    public BfdSessionSettings Settings { get; private set; }

    /// <summary>The protocol.</summary>
    public BfdSession Core { get; }

    /// <summary>The port it sends from; 0 while there is nothing to send through.</summary>
    public int SourcePort => _path?.SourcePort ?? 0;

    /// <summary>The last packet could not be sent.</summary>
    public bool HasSendError => _sendError != Errno.None;

    private PluginRoles Audience => (Settings.TellsVrrp ? PluginRoles.Vrrp : 0) | (Settings.TellsCheckers ? PluginRoles.Checker : 0);

    /// <summary>
    /// Begins. The others hear of a Down that is provisional: whoever knew the session as up, from a process before this one, goes on so until
    /// the neighbour has had time to be found.
    /// </summary>
    public void Start()
    {
        MonotonicTime now = _services.Scheduler.Now;
        _grace = _services.Scheduler.CreateTimer(_ =>
        {
            EndGrace();
            Tell();
        });
        _grace.Arm(now + GraceOf(Settings));
        Tell();
        Core.Start(now);
        OpenOrGiveUp(now);
    }

    /// <summary>Takes the settings of a reload; the neighbour is the same. The session goes on.</summary>
    public void Reload(BfdSessionSettings settings)
    {
        BfdSessionSettings previous = Settings;
        Settings = settings;
        MonotonicTime now = _services.Scheduler.Now;
        if (settings.Name != previous.Name)
        {
            BfdLog.Renamed(_services.Logger, settings.Name, previous.Name);
            _services.Publisher.Withdraw(previous.Name);
        }

        Tell();
        if (settings.NeedsOtherPathThan(previous))
        {
            _path?.Dispose();
            _path = null;
        }

        Core.Reconfigure(settings.ToOptions(), now);
        if (_path is null)
        {
            OpenOrGiveUp(now);
        }

        if (_path is not null && Core.IsPathLost)
        {
            // It looks once more in a second instead of a minute, and finds the path open.
            Core.PathLost(now, "opened by a reload", _soon);
        }
    }

    /// <summary>Ends: nothing is sent any more, and nothing is told of it.</summary>
    public void Remove()
    {
        _services.Publisher.Withdraw(Settings.Name);
        Dispose();
    }

    /// <summary>A packet of it had no effect; said once for each reason.</summary>
    public void Dropped(BfdDropReason reason)
    {
        ulong bit = 1UL << (int)reason;
        if ((_droppedReasons & bit) == 0 && reason != BfdDropReason.NotRunning)
        {
            _droppedReasons |= bit;
            BfdLog.Dropped(_services.Logger, Settings.Name, Settings.Neighbor.ToString(), reason.Describe());
        }
    }

    public void Dispose()
    {
        _services.Table.Close(Core);
        _timer.Dispose();
        EndGrace();
        _path?.Dispose();
        _path = null;
    }

    /// <summary>How long a session may take to come up before its Down is more than provisional.</summary>
    internal static TimeSpan GraceOf(BfdSessionSettings settings) => (settings.IdleTransmit * settings.DetectMultiplier) + TimeSpan.FromSeconds(1);

    void IBfdSessionEffects.Send(ReadOnlySpan<byte> packet)
    {
        if (_path is not null)
        {
            NoteSending(_path.Send(packet));
        }
    }

    void IBfdSessionEffects.SendEcho(ReadOnlySpan<byte> packet)
    {
        if (_path is not null)
        {
            NoteSending(_path.SendEcho(packet));
        }
    }

    void IBfdSessionEffects.SetDeadline(MonotonicTime? deadline)
    {
        if (deadline is { } time)
        {
            _timer.Arm(time);
        }
        else
        {
            _timer.Disarm();
        }
    }

    void IBfdSessionEffects.StateChanged(BfdState previous, BfdState current, in BfdCause cause)
    {
        string reason = cause.ToString();
        if (previous == BfdState.Up)
        {
            BfdLog.Lost(_services.Logger, Settings.Name, current.ToString(), reason);
        }
        else
        {
            BfdLog.Entering(_services.Logger, Settings.Name, current.ToString(), reason);
        }

        // A neighbour that takes its side down on purpose says nothing about the path: keepalived tells nobody then.
        if (current == BfdState.Up || (previous == BfdState.Up && cause.Kind != BfdCauseKind.NeighborAdminDown))
        {
            _isToldUp = current == BfdState.Up;
            EndGrace();
            _cause = reason;
            Tell();
        }

        _droppedReasons = 0;
        _services.Events.Publish(new BfdSessionStateChanged(Settings.Name, (BfdSessionState)previous, (BfdSessionState)current, reason));
    }

    void IBfdSessionEffects.Report(in BfdReport report)
    {
        switch (report.Kind)
        {
            case BfdReportKind.PollStarted:
                BfdLog.PollStarted(_services.Logger, Settings.Name);
                break;
            case BfdReportKind.PollCompleted:
                LogTiming("Poll sequence completed", report);
                break;
            case BfdReportKind.NeighborTimingChanged:
                LogTiming("The neighbour changed its intervals", report);
                break;
            case BfdReportKind.EchoStarted or BfdReportKind.EchoStopped:
                if (report.Kind == BfdReportKind.EchoStopped)
                {
                    _path?.ForgetEcho();
                }

                BfdLog.Echo(_services.Logger, Settings.Name, report.Kind == BfdReportKind.EchoStarted ? "are sent" : "are no longer sent");
                break;
        }
    }

    bool IBfdSessionEffects.TryReopenPath() => _path is not null || TryOpen(out _);

    // What is told last is what holds for those who are connected later, too: a session that is down because its neighbour took it down
    // is told as before.
    private void Tell() =>
        _services.Publisher.Publish(Settings.Name, Audience, _isToldUp ? BfdSessionState.Up : BfdSessionState.Down, isProvisional: _grace is not null, _cause);

    private void EndGrace()
    {
        _grace?.Dispose();
        _grace = null;
    }

    private void OpenOrGiveUp(MonotonicTime now)
    {
        if (TryOpen(out string? trouble))
        {
            return;
        }

        BfdLog.NoPath(_services.Logger, Settings.Name, trouble ?? "no reason given", BfdSession.DefaultRetry.TotalSeconds);
        Core.PathLost(now, trouble);
    }

    private bool TryOpen(out string? trouble)
    {
        _path = _services.Network.Open(Settings, out trouble);
        _sendError = Errno.None;
        return _path is not null;
    }

    private void NoteSending(Errno error)
    {
        if (error == _sendError)
        {
            return;
        }

        _sendError = error;
        if (error == Errno.None)
        {
            BfdLog.SendWorks(_services.Logger, Settings.Name);
        }
        else
        {
            BfdLog.SendFails(_services.Logger, Settings.Name, error.ToString());
        }
    }

    private void LogTiming(string occasion, in BfdReport report) =>
        BfdLog.Timing(_services.Logger, Settings.Name, occasion, report.TransmitInterval.TotalMilliseconds, report.DetectionTime.TotalMilliseconds);
}
