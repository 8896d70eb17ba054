using Keepalived.Host.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>What a child tells the supervisor.</summary>
internal interface IChildObserver
{
    /// <summary>It has started.</summary>
    void OnReady(Child child);

    /// <summary>It sent something that is not about being alive.</summary>
    void OnMessage(Child child, ControlMessage message);

    /// <summary>It has ended.</summary>
    void OnEnded(Child child, ProcessExit exit, TimeSpan ran);
}

/// <summary>One child process as the parent sees it: started, watched by its pidfd and by hellos, told what to do. Survives its process.</summary>
internal sealed class Child : IDisposable
{
    // A child that is loading plugins and configuration cannot answer; it is given this long before the hellos begin.
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);

    private readonly IScheduler _scheduler;
    private readonly ILogger _log;
    private readonly ChildLauncher _launcher;
    private readonly IChildObserver _observer;
    private readonly Watchdog _watchdog;
    private readonly ILoopTimer _startTimer;
    private ControlChannel? _control;
    private IDisposable? _watch;
    private MonotonicTime _startedAt;
    private bool _isKilledAsDead;

    public Child(PluginRoles role, IScheduler scheduler, ILogger log, ChildLauncher launcher, TimeSpan watchdogPeriod, IChildObserver observer)
    {
        Role = role;
        _scheduler = scheduler;
        _log = log;
        _launcher = launcher;
        _observer = observer;
        _watchdog = new Watchdog(scheduler, watchdogPeriod, SendHello, OnDead);
        _startTimer = scheduler.CreateTimer(_ => OnDead());
    }

    public PluginRoles Role { get; }

    public RestartBackoff Backoff { get; } = new();

    /// <summary>The plugins that held its loop.</summary>
    public Blockers Blockers { get; } = new();

    /// <summary>Its process id; 0 when it does not run.</summary>
    public int ProcessId { get; private set; }

    public bool IsRunning => ProcessId != 0;

    /// <summary>The configuration no longer needs it: when it ends, it is not started again.</summary>
    public bool IsUnwanted { get; set; }

    /// <summary>It has said that it is started.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Starts the process.</summary>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    /// <param name="settings">How it is scheduled.</param>
    /// <param name="configuration">What it runs.</param>
    /// <param name="early">The process, if one of this role has been started already.</param>
    public void Start(ProcessSettings settings, MemoryFile configuration, EarlyChild? early = null)
    {
        int priority = 0;
        if (early?.Take(out SpawnedProcess process, out LinuxSocket? socket) == true)
        {
            priority = TryRaise(process, settings.RealTimePriority);
        }
        else
        {
            process = Spawn(settings, out socket);
        }

        ProcessId = process.ProcessId;
        _startedAt = _scheduler.ReadClock();
        _watch = _scheduler.WatchProcess(process.ProcessId, process.Descriptor, OnExit);
        _control = new ControlChannel(_scheduler, socket, OnMessage, static () => { });
        _startTimer.Arm(_startedAt + _startLimit);
        Send(new(ControlKind.Begin, (uint)priority), configuration.Descriptor);
        _log.LogInformation("Starting {Role} child process, pid={Pid}", RoleNames.Display(Role), ProcessId);
    }

    /// <summary>Sends a message, maybe with a descriptor.</summary>
    public void Send(in ControlMessage message, int descriptor = -1) => _control?.Send(message, descriptor);

    /// <summary>Hands over a new configuration; the hellos rest until the child has read it.</summary>
    public void Prepare(MemoryFile configuration)
    {
        _watchdog.Pause();
        _startTimer.Arm(_scheduler.Now + _startLimit);
        Send(new(ControlKind.Prepare), configuration.Descriptor);
    }

    /// <summary>Tells the child to change over, or to forget what it prepared.</summary>
    public void Commit(bool accept)
    {
        _watchdog.Pause();
        _startTimer.Arm(_scheduler.Now + _startLimit);
        Send(new(ControlKind.Commit, accept ? 1u : 0u));
    }

    /// <summary>Asks the child to stop. The signal is for one that is not listening yet.</summary>
    public void RequestStop()
    {
        _watchdog.Pause();
        _startTimer.Disarm();
        Signal(Signals.Terminate);
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal)
    {
        if (IsRunning)
        {
            _ = Signals.Send(ProcessId, signal);
        }
    }

    public void Dispose()
    {
        _watchdog.Dispose();
        _startTimer.Dispose();
        _watch?.Dispose();
        _control?.Dispose();
    }

    private SpawnedProcess Spawn(ProcessSettings settings, out LinuxSocket socket)
    {
        try
        {
            return _launcher.StartChild(Role, settings, out socket, [.. Blockers.Banned]);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EPERM && settings.RealTimePriority > 0)
        {
            WarnOfPriority(exception);
            return _launcher.StartChild(Role, settings with { RealTimePriority = 0 }, out socket);
        }
    }

    /// <summary>Gives the first thread of a process that runs already its priority, to see whether that is permitted; the rest is up to the child.</summary>
    /// <returns>The priority, 0 when it has none.</returns>
    private int TryRaise(SpawnedProcess process, int priority)
    {
        if (priority == 0)
        {
            return 0;
        }

        try
        {
            ProcessScheduling.SetRealTimePriority(process.ProcessId, priority);
            return priority;
        }
        catch (LinuxException exception)
        {
            WarnOfPriority(exception);
            return 0;
        }
    }

    private void WarnOfPriority(LinuxException exception) => _log.LogWarning(
        "{Role} child process runs without real-time priority: {Reason}; give the daemon CAP_SYS_NICE", RoleNames.Display(Role), exception.Message);

    private void SendHello(uint number) => Send(new(ControlKind.Hello, number));

    private void OnDead()
    {
        _log.LogError(
            "{Role} child process {Pid} does not answer: killing it{Blame}", RoleNames.Display(Role), ProcessId,
            Blockers.Now is { } plugin ? $"; plugin {plugin} holds its loop" : "");
        _isKilledAsDead = true;
        Signal(Signals.Kill);
    }

    private void OnMessage(ControlMessage message, int descriptor)
    {
        switch (message.Kind)
        {
            case ControlKind.HelloAnswer:
                _watchdog.Answered(message.Number);
                break;
            case ControlKind.Ready:
                IsReady = true;
                Alive();
                _observer.OnReady(this);
                break;
            case ControlKind.Blocked:
                Blockers.Now = message.Text.Length > 0 ? message.Text : null;
                break;
            case ControlKind.Prepared or ControlKind.ReloadDone:
                Alive();
                _observer.OnMessage(this, message);
                break;
            default:
                _observer.OnMessage(this, message);
                break;
        }
    }

    private void Alive()
    {
        _startTimer.Disarm();
        _watchdog.Start();
    }

    private void OnExit(ProcessExit exit)
    {
        _watchdog.Pause();
        _startTimer.Disarm();
        _control?.Dispose();
        _control = null;
        _watch?.Dispose();
        ProcessId = 0;
        IsReady = false;
        Blockers.Ended(_isKilledAsDead, _scheduler.Now - _startedAt);
        _isKilledAsDead = false;
        _observer.OnEnded(this, exit, _scheduler.Now - _startedAt);
    }
}
