using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Configuration;
using Keepalived.Host.Files;
using Keepalived.Host.Logging;
using Keepalived.Host.Plugins;
using Keepalived.Host.Scripts;
using Keepalived.Host.Sessions;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scheduling.Sockets;
using Keepalived.Scripts;
using Keepalived.Tracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// A child process: loads the plugins of its role, waits for the configuration, gives it to them, and does what the parent says. Until the
/// configuration has come nobody sees or hears of it. When the parent dies, the control channel ends and the child cleans up and ends too;
/// the parent-death signal says the same once more.
/// </summary>
internal sealed class ChildHost : IDisposable
{
    private readonly DaemonOptions _options;
    private readonly PluginRoles _role;
    private readonly ProcessEnvironment _process;
    private readonly ReadingRoom _readings;
    private readonly ScriptPolicy _scripts;
    private readonly ScriptRunner _runner;
    private readonly EventBus _events;
    private readonly NotificationPipes _pipes = new();
    private readonly ControlChannel _control;
    private readonly FindingMemory _known = new();
    private Beginning? _beginning;
    private Configured? _configured;
    private Reading? _readAhead;
    private Reading? _prepared;
    private PluginReplacement? _replacement;
    private BfdPublisher? _bfdPublisher;
    private RunningDumps? _dumps;
    private List<DumpKind>? _toDump;
    private BfdReceiver? _bfdReceiver;
    private SignalSource? _signals;
    private AutomaticPriority? _automaticPriority;
    private PidFile? _pidFile;
    private IDisposable? _loopWatch;
    private CheckerScopes? _checkerScopes;
    private bool _isStopping;

    /// <summary>A callback that takes longer is reported; the report comes within a second of its beginning.</summary>
    private static readonly TimeSpan LongestCallback = TimeSpan.FromMilliseconds(500);

    private ChildHost(DaemonOptions options, PluginRoles role)
    {
        _options = options;
        _role = role;
        _process = new ProcessEnvironment(options, role);
        DieWithParent();
        _control = new ControlChannel(_process.Scheduler, new LinuxSocket(options.ControlDescriptor), OnControl, OnParentGone);
        _scripts = new ScriptPolicy();
        _runner = new ScriptRunner(_process.Scheduler, () => Current.Context.Globals, _process.Logger, DieWithParent);
        _events = new EventBus(_process.Scheduler, _process.Logger, _process.Plugins.RetireOwner);
        _process.Plugins.Retired = OnPluginRetired;
        _process.Loop.OwnerFailed += OnOwnerFailed;
        _process.Plugins.Load(_process.Catalog, role, options.WithoutPlugins);
        _readings = new ReadingRoom(_process.Catalog, _process.Plugins, role, options);
    }

    private Configured Current => _configured ?? throw new InvalidOperationException("The configuration has not come yet.");

    private ILogger Log => _process.Logger;

    private BfdPublisher BfdPublisher => _bfdPublisher ??= new(_process.Scheduler, Log);

    private BfdReceiver BfdReceiver => _bfdReceiver ??= new(_process.Scheduler, Log, _process.Plugins.RetireOwner);

    /// <summary>Runs a child from start to end.</summary>
    /// <returns>Its exit code.</returns>
    internal static int Run(DaemonOptions options, PluginRoles role)
    {
        using ChildHost child = new(options, role);
        int code = child._process.Loop.Run();
        return child._beginning is { } beginning ? child.Begin(beginning) ?? child._process.Loop.Run() : code;
    }

    public void Dispose()
    {
        _loopWatch?.Dispose();
        _signals?.Dispose();
        _pidFile?.Delete();
        _bfdPublisher?.Dispose();
        _bfdReceiver?.Dispose();
        _control.Dispose();
        _process.Dispose();
    }

    /// <summary>The configuration has come: everything up to the first turn of the loop that does the work; an exit code when it cannot be done.</summary>
    private int? Begin(Beginning beginning)
    {
        _process.OpenLog();
        if (beginning.RealTimePriority > 0)
        {
            ProcessScheduling.SetRealTimePriority(beginning.RealTimePriority, Log);
        }

        Reading reading = ReadToBegin(beginning.Descriptor);
        if (DiagnosticVerdict.ExitCodeFor(reading.Findings, mainFileFound: true) == DiagnosticVerdict.MissingParameter)
        {
            FindingLog.Write(Log, reading.Findings);
            return ExitCodes.Configuration;
        }

        LinuxFile.SetCreationMask(_options.Umask ?? reading.Settings.Umask);
        RuntimeFiles files = new(
            RuntimeFiles.DefaultRunDirectory, reading.Globals.Instance, reading.Globals.NetworkNamespace, reading.Settings.UsePidDirectory);
        DaemonContext context = new(_options, _role, RuntimeFiles.DefaultRunDirectory, _process.TemporaryDirectory, RequestExit)
        {
            Globals = reading.Globals,
        };
        _configured = new(reading, files, context);
        _pidFile = PidFile.Acquire(files.PidFile(_role, _options), Log);
        if (_pidFile is null)
        {
            return ExitCodes.Fatal;
        }

        Start(_configured);
        StartupHeap.Collect();
        return null;
    }

    private void Start(Configured configured)
    {
        _process.Log.SetIdentity(RoleNames.SyslogIdentity(_role) + configured.Files.IdentitySuffix);
        ProcessScheduling.Apply(configured.Reading.Settings.For(_role), null, Log);
        FollowLateness(configured.Reading.Settings);
        FindingLog.Write(Log, configured.Reading.Findings);
        _known.Remember(configured.Reading.Findings);
        WatchSignals();
        WatchLoop();
        _process.Plugins.Start(_process.Loop.ForOwner, AddHostServices, configured.Reading.Plugins);
        _control.Send(new(ControlKind.Ready));
        if (_toDump is { } asked)
        {
            // In a turn of the loop: what a dump waits for would go on elsewhere.
            _toDump = null;
            _process.Scheduler.Post(() => asked.ForEach(Dump));
        }

        StartupCode.Release(_process.Scheduler);
    }

    // Not for the checker: a late check harms nobody but its own service.
    private void FollowLateness(HostSettings settings)
    {
        if (_role == PluginRoles.Checker || (_automaticPriority is null && settings.HighestAutomaticPriority <= 0))
        {
            return;
        }

        _automaticPriority ??= new AutomaticPriority(Log, priority => ProcessScheduling.ChangePriority(priority, Log));
        _automaticPriority.Configure(settings.For(_role).RealTimePriority, settings.HighestAutomaticPriority, settings.AutomaticPriorityDelay);
        _process.Loop.LatenessNoted = settings.HighestAutomaticPriority > 0 ? _automaticPriority.NoteLateness : null;
    }

    /// <summary>
    /// Other people's plugins are watched for callbacks that hold the loop. What ships with us is tested for that, so the usual daemon has no
    /// such thread; a loop that stands still there is the watchdog's affair.
    /// </summary>
    private void WatchLoop()
    {
        if (_process.Plugins.HasForeign)
        {
            _process.Plugins.BeginFor = scheduler => _process.Loop.BeginFor(scheduler);
            _checkerScopes = new CheckerScopes(_process.Plugins, _process.Loop.ForOwner, _runner, Log);
            _loopWatch = _process.Loop.WatchFor(LongestCallback, OnLoopHeld);
        }
    }

    /// <summary>On the watching thread.</summary>
    private void OnLoopHeld(string? owner, TimeSpan held)
    {
        uint milliseconds = (uint)Math.Min(held.TotalMilliseconds, uint.MaxValue);
        if (owner is null)
        {
            Log.LogWarning("The loop runs again; it was held for about {Milliseconds} ms", milliseconds);
            _control.SendFromElsewhere(new(ControlKind.Blocked, milliseconds));
            return;
        }

        string plugin = PluginFiles.PluginName(owner);
        Log.LogError(
            "Plugin {Plugin} holds the loop of this process, for {Milliseconds} ms so far: nothing else runs meanwhile; it must await instead of blocking; report this to its author",
            plugin, milliseconds);
        _control.SendFromElsewhere(new(ControlKind.Blocked, milliseconds, plugin));
    }

    private static void DieWithParent() => ProcessControl.SignalOnParentDeath(Signals.Terminate);

    private void AddHostServices(LoadedPlugin plugin, IServiceCollection services)
    {
        IScheduler scheduler = plugin.Scheduler!;
        services.AddSingleton<IDaemonContext>(Current.Context);
        services.AddSingleton(scheduler);
        services.AddSingleton(scheduler.TimeProvider);
        services.AddSingleton(_events.ForOwner(plugin.OwnerName));
        services.AddSingleton<IScriptRunner>(_runner);
        services.AddSingleton<INotificationPipes>(_pipes);
        services.AddSingleton<IWorkerProcesses>(_ => new WorkerProcesses(scheduler, _options.PluginDirectories, _runner.StartedWith, DieWithParent));
        services.AddSingleton<ICheckSockets>(_ => new CheckSockets(scheduler));
        services.AddSingleton<IFileNumbers>(_ => new FileNumbers(scheduler, Log));
        AddSessions(plugin, services);
        if (_checkerScopes is not null)
        {
            services.AddSingleton<ICheckerScopes>(_checkerScopes);
        }

        services.AddSingleton<ILoggerFactory>(_process.Log);
        services.AddSingleton(Log);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
    }

    // Where there are sessions they are there as an object, which costs the start of whoever asks no container.
    private void AddSessions(LoadedPlugin plugin, IServiceCollection services)
    {
        if (_role == PluginRoles.Bfd)
        {
            services.AddSingleton<IBfdSessionPublisher>(BfdPublisher);
        }
        else if ((Current.Reading.StartedRoles & PluginRoles.Bfd) != 0)
        {
            services.AddSingleton(BfdReceiver.ForOwner(plugin.OwnerName));
        }
        else
        {
            services.AddSingleton(_ => BfdReceiver.ForOwner(plugin.OwnerName));
        }
    }

    private void WatchSignals()
    {
        ReadOnlySpan<int> signals =
        [
            Signals.Terminate, Signals.Interrupt, Signals.HangUp, Signals.User1, Signals.User2, SignalNames.StatisticsClear, SignalNames.Json,
        ];
        _signals = new SignalSource(_process.Scheduler, signals, OnSignal);
    }

    private void OnSignal(int signal)
    {
        switch (signal)
        {
            // A terminal sends SIGINT to everybody in the foreground. The parent stops us in order; ending on our own would look like a crash.
            case Signals.Interrupt: break;
            case Signals.Terminate: Stop(ExitCodes.Ok); break;
            case Signals.HangUp: _control.Send(new(ControlKind.ReloadRequest)); break;
            case Signals.User1: Dump(DumpKind.Data); break;
            case Signals.User2: Dump(DumpKind.Statistics); break;
            case SignalNames.StatisticsClear: Dump(DumpKind.StatisticsClear); break;
            case SignalNames.Json: Dump(DumpKind.Json); break;
        }
    }

    private void OnControl(ControlMessage message, int descriptor)
    {
        switch (message.Kind)
        {
            case ControlKind.Begin when _beginning is null:
                _beginning = new(descriptor, (int)message.Number);
                _process.Loop.Stop();
                break;
            case ControlKind.Look when _beginning is null:
                _readAhead = Read(descriptor);
                break;
            case ControlKind.Hello:
                _control.Send(new(ControlKind.HelloAnswer, message.Number));
                break;
            case ControlKind.Prepare:
                Prepare(descriptor);
                break;
            case ControlKind.Commit:
                Commit(message.Number != 0);
                break;
            case ControlKind.Dump when _configured is null:
                (_toDump ??= []).Add((DumpKind)message.Number);
                break;
            case ControlKind.Dump:
                Dump((DumpKind)message.Number);
                break;
            case ControlKind.Connect when _role == PluginRoles.Bfd:
                BfdPublisher.Connect((PluginRoles)message.Number, new LinuxSocket(descriptor));
                break;
            case ControlKind.Connect:
                BfdReceiver.Connect(new LinuxSocket(descriptor));
                break;
        }
    }

    private void OnParentGone()
    {
        if (_beginning is null)
        {
            _process.Loop.Stop();
            return;
        }

        Log.LogWarning("The parent process has ended: cleaning up");
        Stop(0);
    }

    private Reading Read(int descriptor) => _readings.Read(AsideReading.Content(descriptor), isTest: false, _scripts);

    /// <summary>
    /// The configuration to begin with. What was read ahead is that, unless a startup script ran in between, which may have made the scripts
    /// and files that a reading looks for.
    /// </summary>
    private Reading ReadToBegin(int descriptor)
    {
        if (_readAhead is not { Settings.StartupScript: null } ahead)
        {
            return Read(descriptor);
        }

        _readAhead = null;
        FileDescriptors.Close(descriptor);
        return ahead;
    }

    private void Prepare(int descriptor)
    {
        // Real-time threads of one priority do not push each other off a processor.
        int priority = Current.Reading.Settings.For(_role).RealTimePriority;
        _replacement = PluginReplacement.Begin(_process.Plugins, _readings, Log);
        AsideReading.Begin(_process.Scheduler, _readings, descriptor, _scripts, priority, FinishPreparing);
    }

    private void FinishPreparing(Reading reading, IReadOnlyList<PluginFailure> failures)
    {
        _readings.Retire(failures);
        if (_isStopping)
        {
            return;
        }

        _prepared = reading;
        FindingLog.Write(Log, _prepared.Findings);
        string? reason = _replacement is { HasFailed: true } ? "a new version of a plugin failed" : _known.FirstNewError(_prepared.Findings);
        if (reason is not null)
        {
            _prepared = null;
            TakeBackReplacement();
        }

        _control.Send(new(ControlKind.Prepared, reason is null ? 1u : 0u, reason ?? ""));
    }

    private void Commit(bool accept)
    {
        if (_prepared is { } prepared && accept)
        {
            MonotonicTime began = _process.Scheduler.ReadClock();
            Log.LogInformation("Reloading");
            ProcessScheduling.Apply(prepared.Settings.For(_role), Current.Reading.Settings.For(_role), Log);
            FollowLateness(prepared.Settings);
            _configured = Current with { Reading = prepared };
            _known.Remember(prepared.Findings);
            Current.Context.Globals = prepared.Globals;
            _process.Plugins.Reload(prepared.Plugins);
            CompleteReplacement(prepared);
            TimeSpan took = _process.Scheduler.ReadClock() - began;
            Log.LogInformation("Reload finished in {Time} usec", (long)took.TotalMicroseconds);
        }

        _prepared = null;
        TakeBackReplacement();
        _control.Send(new(ControlKind.ReloadDone));
    }

    /// <summary>The others have changed over, so nothing new of them leads to the old versions: the new ones start, the old ones end.</summary>
    private void CompleteReplacement(Reading prepared)
    {
        foreach ((LoadedPlugin leaving, LoadedPlugin coming) in _replacement?.Pairs ?? [])
        {
            _process.Plugins.Start(coming, _process.Loop.ForOwner, AddHostServices, prepared.Plugins);
            Log.LogInformation(
                "Plugin {Plugin}: version {New} takes the place of version {Old}", coming.Name, coming.Manifest.Version, leaving.Manifest.Version);
            _ = EndAsync(leaving);
        }

        _replacement = null;
    }

    private void TakeBackReplacement()
    {
        _replacement?.TakeBack();
        _replacement = null;
    }

    private async Task EndAsync(LoadedPlugin plugin)
    {
        using CancellationTokenSource limit = new();
        using ILoopTimer timer = _process.Scheduler.CreateTimer(_ => limit.Cancel());
        timer.Arm(_process.Scheduler.Now + Current.Reading.Settings.ChildWaitTime);
        await _process.Plugins.StopOneAsync(plugin, limit.Token);
        _events.Retire(plugin.OwnerName);
        if (plugin.Scheduler is { } scheduler)
        {
            _process.Loop.Retire(scheduler);
        }

        UnloadedPlugin.Follow(plugin, _process.Scheduler, Log);
    }

    private void Dump(DumpKind kind) => (_dumps ??= new(WriteDump, exception => Log.LogError(exception, "A dump could not be written"))).Ask(kind);

    private Task WriteDump(DumpKind kind) => new DumpFiles(_role, Current.Files, _process.TemporaryDirectory, Log)
        .WriteAsync(kind, Current.Reading.Settings, Current.Reading.Globals, _process.Plugins, WriteDiagnostics);

    private void WriteDiagnostics(TextWriter writer)
    {
        _events.Dump(writer);
        _runner.Dump(writer);
    }

    private void RequestExit(int code, string reason)
    {
        Log.LogError("Ending with code {Code}: {Reason}", code, reason);
        _control.Send(new(ControlKind.Exiting, (uint)code, reason));
        Stop(code);
    }

    private void OnOwnerFailed(string owner, Exception exception)
    {
        if (owner == ProcessEnvironment.HostOwner)
        {
            // Without the host nobody answers the parent, which would find out only later and never learn why. A new process begins anew.
            Log.LogCritical(exception, "Internal error of keepalived itself; this process ends and is started again. Report this to its authors");
            _process.Loop.Stop(ExitCodes.InternalError);
            return;
        }

        _process.Plugins.RetireOwner(owner, exception);
    }

    private void OnPluginRetired(LoadedPlugin plugin, bool wasStarted)
    {
        _events.Retire(plugin.OwnerName);
        _bfdReceiver?.Retire(plugin.OwnerName);
        _dumps?.Forget();
        if (plugin.Scheduler is { } scheduler)
        {
            _process.Loop.Retire(scheduler);

            // Later, as a callback of one of these sockets may be what has just thrown.
            _process.Scheduler.Post(plugin.EndChecks);
        }

        // The plugin that this process exists for is gone in the middle of its work, and what it has set up in the kernel is still
        // there. A new process takes that over or cleans it up; this one could only leave it behind.
        bool isEmpty = !_process.Plugins.Plugins.Any(other => other.IsReasonFor(_role));
        if (wasStarted && plugin.IsReasonFor(_role) && isEmpty && !_isStopping)
        {
            RequestExit(ExitCodes.InternalError, $"plugin {plugin.Name} failed and the process has no other work");
        }
    }

    private void Stop(int code)
    {
        if (!_isStopping)
        {
            _isStopping = true;
            Log.LogInformation("Stopping");
            _ = StopAsync(code);
        }
    }

    private async Task StopAsync(int code)
    {
        // The parent kills at child_wait_time: be done before. The second timer is for a plugin that ignores its limit.
        TimeSpan limit = Current.Reading.Settings.ChildWaitTime * 0.8;
        using CancellationTokenSource cancellation = new();
        using ILoopTimer soft = _process.Scheduler.CreateTimer(_ => cancellation.Cancel());
        using ILoopTimer hard = _process.Scheduler.CreateTimer(_ => End(code));
        soft.Arm(_process.Scheduler.Now + limit);
        hard.Arm(_process.Scheduler.Now + (limit * 1.1));
        await _process.Plugins.StopAsync(cancellation.Token, _events.DeliverAll);
        End(code);
    }

    private void End(int code)
    {
        // Whoever wanted their results is gone; a script that must live longer ignores the signal.
        _runner.CancelAll();
        Environment.ProcessCpuUsage used = Environment.CpuUsage;
        Log.LogInformation(
            "Stopped - used {User:F6} user time, {System:F6} system time", used.UserTime.TotalSeconds, used.PrivilegedTime.TotalSeconds);
        _process.Loop.Stop(code);
    }

    /// <summary>What the parent said with <see cref="ControlKind.Begin"/>.</summary>
    private sealed record Beginning(int Descriptor, int RealTimePriority);

    /// <summary>What is known once the configuration has been read.</summary>
    private sealed record Configured(Reading Reading, RuntimeFiles Files, DaemonContext Context);
}
