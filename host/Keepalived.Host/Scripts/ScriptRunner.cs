using Keepalived.Linux;
using Keepalived.Linux.Processes;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;
using LoopScheduling = Keepalived.Linux.Resources.ProcessScheduling;

namespace Keepalived.Host.Scripts;

/// <summary>
/// Starts scripts without blocking the loop: each in a process group of its own with default signals, time-sharing priority, no descriptor of
/// ours, its user's identity and a clean environment. At the time limit TERM to the group, 2 s later KILL, again after 2 s, given up after 10.
/// </summary>
internal sealed class ScriptRunner(
    IScheduler scheduler, Func<GlobalDefinitions> globals, ILogger log, Action identityChanged) : IScriptRunner
{
    private readonly List<ScriptRun> _running = [];
    private ScriptBacklog? _backlog;
    private LossReport? _losses;
    private long _asked;
    private long _ended;
    private long _failed;

    // Captured before the configuration changes them: a script gets what the daemon was started with.
    private readonly ThreadScheduling _startedWith = ThreadScheduling.Capture();

    /// <summary>Nice value and processors that the daemon was started with.</summary>
    internal ThreadScheduling StartedWith => _startedWith;

    /// <summary>Scripts that have not been reaped.</summary>
    public int RunningCount => _running.Count;

    public IScriptRun Run(ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        ScriptRun run = new(this, scheduler, command, extraArguments.ToArray(), limit, completed);
        _backlog ??= new(scheduler, Start);
        _asked++;
        if (!_backlog.Add(run))
        {
            _losses ??= new(scheduler, ReportLoss);
            _losses.Add();
            scheduler.Post(() => run.Failed("too many scripts wait"));
        }

        return run;
    }

    /// <summary>Writes what waits and what was lost; nothing when no script has run.</summary>
    internal void Dump(TextWriter writer)
    {
        if (_backlog is not null)
        {
            writer.WriteLine("------< Scripts >------");
            writer.WriteLine($" Scripts asked for = {_asked}");
            writer.WriteLine($" Scripts ended = {_ended}");
            writer.WriteLine($" Scripts not started = {_failed + _backlog.Cancelled}");
            writer.WriteLine($" Scripts running = {_running.Count}");
            writer.WriteLine($" Scripts waiting = {_backlog.Waiting}");
            writer.WriteLine($" Scripts lost = {_backlog.Lost}");
        }
    }

    private void ReportLoss(long count) => log.LogWarning("{Count} scripts have not been run so far: too many wait ({Waiting} do)", count, _backlog!.Waiting);

    private void Start(ScriptRun run)
    {
        ScriptCommand command = run.Command;
        ScriptPath path = ScriptPolicy.Resolve(command, globals());
        if (!path.CanRun || (path.State == ScriptPathState.Insecure && globals().ScriptSecurity))
        {
            Fail(run, $"{command.Program} cannot be run: {Describe(path)}");
            return;
        }

        try
        {
            SpawnedProcess process = Spawn(command, path, run.ExtraArguments);
            _running.Add(run);
            run.Started(process);
        }
        catch (LinuxException exception)
        {
            Fail(run, exception.Message);
        }
    }

    /// <summary>Ends every script that still runs, as at a reload or stop.</summary>
    internal void CancelAll()
    {
        _losses?.Close();
        foreach (ScriptRun run in (ScriptRun[])[.. _backlog?.TakeAll() ?? [], .. _running])
        {
            run.Cancel();
        }
    }

    /// <summary>Whether a process is a script that this runner watches.</summary>
    internal bool Runs(int processId) => _running.Exists(run => run.ProcessId == processId);

    internal void Ended(ScriptRun run)
    {
        _running.Remove(run);
        _ended++;
        if (!run.IsTimed)
        {
            _backlog?.UntimedEnded();
        }
    }

    internal void LogStuck(string program) =>
        log.LogWarning("Script {Script} did not end after repeated KILL; it is left alone", program);

    private void Fail(ScriptRun run, string reason)
    {
        _failed++;
        log.LogWarning("Script not run: {Reason}", reason);
        if (!run.IsTimed)
        {
            _backlog!.UntimedEnded();
        }

        scheduler.Post(() => run.Failed(reason));
    }

    private static string Describe(in ScriptPath path) => path.State switch
    {
        ScriptPathState.NotFound => "it does not exist or cannot be reached",
        ScriptPathState.NotExecutable => "its user may not execute it",
        _ => $"others than root can change {path.Culprit}",
    };

    private SpawnedProcess Spawn(ScriptCommand command, ScriptPath path, ReadOnlySpan<string> extraArguments)
    {
        SpawnOptions options = new()
        {
            Program = path.Path,
            Arguments = Arguments(path.Path, command.Arguments.AsSpan(), extraArguments),
            Environment = ScriptEnvironment.ForScripts,
            NewProcessGroup = true,
            Identity = Identity(command),
            Descriptors = [SpawnDescriptor.Null(0), SpawnDescriptor.Null(1), SpawnDescriptor.Null(2)],
            CloseFrom = 3,
            Scheduling = (SchedulingPolicy.Other, 0),
            StartWith = _startedWith,
        };
        if (path.IsShellInput)
        {
            // "</PATH" is for the shell: it reads the file as its input, whatever the file's mode.
            options = options with
            {
                Program = "/bin/sh",
                Arguments = Arguments("/bin/sh", ["-s", "--"], [.. command.Arguments, .. extraArguments.ToArray()]),
                Descriptors = [SpawnDescriptor.Open(path.Path, 0, 0), SpawnDescriptor.Null(1), SpawnDescriptor.Null(2)],
            };
        }

        try
        {
            return Spawn(options);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENOEXEC)
        {
            // No interpreter line and no binary: a shell script of the old kind.
            return Spawn(options with
            {
                Program = "/bin/sh",
                Arguments = Arguments("/bin/sh", [path.Path], [.. command.Arguments, .. extraArguments.ToArray()]),
            });
        }
    }

    private SpawnedProcess Spawn(SpawnOptions options)
    {
        try
        {
            return IsRealTime() ? SpawnAtOnce(options) : ProcessSpawner.Spawn(options);
        }
        finally
        {
            if (options.Identity is not null)
            {
                identityChanged();
            }
        }
    }

    private static bool IsRealTime() =>
        LoopScheduling.GetPolicy(0, out bool resetOnFork) == SchedulingPolicy.RoundRobin && !resetOnFork;

    // The loop waits until the child has begun to run the script. As a time-sharing process the child would wait for the processor behind
    // everybody else, and the advertisements with it: it keeps the lowest real-time priority until then, some tenths of a millisecond.
    private static SpawnedProcess SpawnAtOnce(SpawnOptions options)
    {
        SpawnedProcess process = ProcessSpawner.Spawn(options with { Scheduling = (SchedulingPolicy.RoundRobin, 1) });
        try
        {
            LoopScheduling.SetPolicy(process.ProcessId, SchedulingPolicy.Other, 0, resetOnFork: false);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ESRCH)
        {
            // It has ended already.
        }

        return process;
    }

    private SpawnIdentity? Identity(ScriptCommand command)
    {
        ScriptUser? user = command.User ?? globals().ScriptUser;
        return user is null || !Environment.IsPrivilegedProcess ? null : new(user.UserId, user.GroupId, ScriptPolicy.GroupsOf(user));
    }

    private static string[] Arguments(string program, ReadOnlySpan<string> configured, ReadOnlySpan<string> extra)
    {
        string[] arguments = new string[1 + configured.Length + extra.Length];
        arguments[0] = program;
        configured.CopyTo(arguments.AsSpan(1));
        extra.CopyTo(arguments.AsSpan(1 + configured.Length));
        return arguments;
    }
}
