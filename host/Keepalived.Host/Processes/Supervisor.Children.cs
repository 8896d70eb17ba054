using Keepalived.Configuration;
using Keepalived.Host.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Linux.Processes;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>The children: started when the configuration needs them, started again with back-off when they end, forgotten when nobody needs them.</summary>
internal sealed partial class Supervisor
{
    /// <summary>A configuration whose reading takes longer than starting a process, in bytes of text.</summary>
    private const int LargeConfiguration = 256 * 1024;

    /// <summary>About what a line takes in the file for the children beside its text.</summary>
    private const int OctetsPerLine = 8;

    private PluginRoles RolesOf(ExpandedConfiguration configuration) =>
        (_options.StartAll ? PluginRoles.All : _readings.RolesOf(configuration)) & _options.Roles;

    private void StartChildren()
    {
        Publish(_configuration);
        PluginRoles roles = RolesOf(_configuration);
        foreach (PluginRoles role in RoleNames.StartOrder)
        {
            if ((roles & role) != 0)
            {
                StartChild(role);
            }
        }

        foreach (Plugins.PluginProblem problem in _process.Catalog.Problems)
        {
            Log.LogWarning("{Problem}", problem.ToString());
        }

        if (_children.Count == 0)
        {
            Log.LogWarning("Nothing to run: the configuration holds no block of any plugin");
        }

        DropEarly();

        Detach();
        AnnounceStart();
    }

    /// <summary>Shows a large configuration to the early checker process, which then reads it at the same time as the parent does.</summary>
    private void ShowEarly()
    {
        if (_configuration.Text.Length >= LargeConfiguration && EarlyOf(PluginRoles.Checker) is { } checker)
        {
            _shownFile = InMemory(_configuration);
            checker.Show(_shownFile);
        }
    }

    /// <summary>Makes the configuration what children get from now on.</summary>
    private void Publish(ExpandedConfiguration configuration)
    {
        MemoryFile? file = TryCreateOnDisk(_reading.Settings.TemporaryConfigurationDirectory);
        if (file is not null)
        {
            Fill(file, configuration);
        }
        else
        {
            // What the early process was shown is the configuration of the start.
            file = _shownFile ?? InMemory(configuration);
            _shownFile = null;
        }

        _shownFile?.Dispose();
        _shownFile = null;
        _configurationFile?.Dispose();
        _configurationFile = file;
    }

    private static MemoryFile InMemory(ExpandedConfiguration configuration)
    {
        MemoryFile file = new("keepalived-configuration");
        Fill(file, configuration);
        file.Seal();
        return file;
    }

    private static void Fill(MemoryFile file, ExpandedConfiguration configuration)
    {
        using MemoryStream content = new(configuration.Text.Length + (configuration.Lines.Length * OctetsPerLine));
        configuration.Write(content);
        file.Write(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private MemoryFile? TryCreateOnDisk(string? directory)
    {
        if (directory is null)
        {
            return null;
        }

        MemoryFile? file = MemoryFile.TryCreateIn(directory, out Errno error);
        if (file is null)
        {
            Log.LogWarning("The expanded configuration cannot be kept in {Directory} and is kept in memory: {Reason}", directory, error.Text());
        }

        return file;
    }

    private void StartChild(PluginRoles role)
    {
        Child child = new(role, _process.Scheduler, Log, _launcher, _options.WatchdogPeriod, this);
        child.Blockers.MayBan = MayBan;
        child.Blockers.HasBanned = plugin => Log.LogError(
            "Plugin {Plugin} held the loop of the {Role} process until it was killed, {Count} times in a row: the process is started without it; put another version in its place and restart keepalived",
            plugin, RoleNames.Display(role), Blockers.Most);
        _children.Add(child);
        Start(child);
    }

    private bool MayBan(string name)
    {
        foreach (Plugins.PluginManifest manifest in _process.Catalog.Plugins)
        {
            if (manifest.Name == name)
            {
                return !manifest.IsShipped && !manifest.StartsProcess;
            }
        }

        return false;
    }

    private void Start(Child child)
    {
        try
        {
            child.Start(_reading.Settings.For(child.Role), _configurationFile!, EarlyOf(child.Role));
            ConnectSessions(child);
        }
        catch (LinuxException exception)
        {
            Log.LogError("Cannot start the {Role} child process: {Reason}", RoleNames.Display(child.Role), exception.Message);
            RestartLater(child, TimeSpan.Zero);
        }
    }

    private EarlyChild? EarlyOf(PluginRoles role) => Array.Find(_early, early => early.Role == role);

    /// <summary>Ends those that nobody took.</summary>
    private void DropEarly() => Drop(_early);

    private static void Drop(EarlyChild[] early)
    {
        foreach (EarlyChild child in early)
        {
            child.Dispose();
        }
    }

    private void Detach()
    {
        if (_options.IsDetached)
        {
            BackgroundDaemon.ReportStarted(_options.ControlDescriptor);
            _process.Log.RemoveConsole();
        }
    }

    public void OnReady(Child child)
    {
        AnnounceStart();
        if (_phase == ReloadPhase.None && _reloadAgain && !IsAnyStarting)
        {
            _reloadAgain = false;
            RequestReload();
        }
    }

    private void AnnounceStart()
    {
        if (!_announcedStart && _children.TrueForAll(static child => child.IsReady))
        {
            _announcedStart = true;
            Log.LogInformation("Startup complete");
            _systemd.Ready();
            StartupCode.Release(_process.Scheduler);
        }
    }

    public void OnMessage(Child child, ControlMessage message)
    {
        switch (message.Kind)
        {
            case ControlKind.ReloadRequest:
                RequestReload();
                break;
            case ControlKind.Prepared:
                OnPrepared(child, message);
                break;
            case ControlKind.ReloadDone:
                OnReloadDone(child);
                break;
            case ControlKind.Exiting:
                Log.LogError("{Role} child process {Pid} ends: {Reason}", RoleNames.Display(child.Role), child.ProcessId, message.Text);
                break;
        }
    }

    public void OnEnded(Child child, ProcessExit exit, TimeSpan ran)
    {
        OnReloadDone(child);
        _orphans.EndScripts();
        new DumpFiles(child.Role, _files, _process.TemporaryDirectory, Log).RemoveUnfinished(exit.ProcessId, _reading.Settings);
        if (_isStopping)
        {
            OnStopped();
        }
        else if (child.IsUnwanted)
        {
            Forget(child);
        }
        else if (exit.ExitCode is { } code && RestartBackoff.IsPermanent(code))
        {
            Log.LogError("{Role} child process exited with permanent error {Code}. Terminating", RoleNames.Display(child.Role), code);
            Stop(code);
        }
        else if (!_options.Respawn)
        {
            Log.LogError("{Role} child process ended ({Exit}): stopping, as -R asks for", RoleNames.Display(child.Role), exit);
            Stop(exit.ExitCode ?? ExitCodes.Fatal);
        }
        else
        {
            Log.LogError("{Role} child process ended unexpectedly ({Exit})", RoleNames.Display(child.Role), exit);
            RestartLater(child, ran);
        }
    }

    private void RestartLater(Child child, TimeSpan ran)
    {
        TimeSpan wait = child.Backoff.Next(ran);
        if (wait == TimeSpan.Zero)
        {
            Start(child);
            return;
        }

        Log.LogInformation("{Role} child process is started again in {Wait} s", RoleNames.Display(child.Role), wait.TotalSeconds);
        ILoopTimer timer = _process.Scheduler.CreateTimer(_ =>
        {
            if (!_isStopping && !child.IsRunning && _children.Contains(child))
            {
                Start(child);
            }
        });
        timer.Arm(_process.Scheduler.Now + wait);
    }

    private void Forget(Child child)
    {
        _children.Remove(child);
        child.Dispose();
        AnnounceStart();
    }
}
