using Keepalived.Linux.Processes;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>The end: TERM to every child, KILL after child_wait_time, then the shutdown script.</summary>
internal sealed partial class Supervisor
{
    private ILoopTimer? _killTimer;
    private int _exitCode;
    private bool _isShutDown;

    private void Stop(int code)
    {
        if (_isStopping)
        {
            return;
        }

        _isStopping = true;
        _exitCode = code;
        Log.LogInformation("Stopping");
        _systemd.Stopping();
        _runner.CancelAll();
        foreach (PluginRoles role in RoleNames.StopOrder)
        {
            _children.Find(child => child.Role == role)?.RequestStop();
        }

        _killTimer = _process.Scheduler.CreateTimer(_ => KillChildren());
        _killTimer.Arm(_process.Scheduler.Now + _reading.Settings.ChildWaitTime);
        OnStopped();
    }

    private void KillChildren()
    {
        foreach (Child child in _children)
        {
            if (child.IsRunning)
            {
                Log.LogWarning("{Role} child process {Pid} did not stop in time: killing it", RoleNames.Display(child.Role), child.ProcessId);
                child.Signal(Signals.Kill);
            }
        }
    }

    /// <summary>A child has ended, or there was none.</summary>
    private void OnStopped()
    {
        if (_isShutDown || !_children.TrueForAll(static child => !child.IsRunning))
        {
            return;
        }

        _isShutDown = true;
        _killTimer?.Dispose();
        if (_reading.Settings.ShutdownScript is { } script)
        {
            Log.LogInformation("Running shutdown script {Script}", script.Command);
            _runner.Run(script.Command, [], _reading.Settings.ShutdownScriptLimit, result =>
            {
                LogScript("Shutdown", result);
                Finish();
            });
        }
        else
        {
            Finish();
        }
    }

    private void Finish()
    {
        Environment.ProcessCpuUsage used = Environment.CpuUsage;
        Log.LogInformation(
            "CPU usage (self) user: {User:F6} system: {System:F6}", used.UserTime.TotalSeconds, used.PrivilegedTime.TotalSeconds);
        _process.Loop.Stop(_exitCode);
    }
}
