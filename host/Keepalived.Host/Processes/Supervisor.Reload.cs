using Keepalived.Configuration;
using Keepalived.Host.Configuration;
using Keepalived.Host.Logging;
using Keepalived.Linux;
using Keepalived.Linux.Local;
using Keepalived.Plugins;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// A reload in two steps: every process reads the new configuration while the old one runs; when all can use it, all change over. One that cannot
/// leaves everything as it was. A SIGHUP that comes meanwhile is remembered and acted on afterwards.
/// </summary>
internal sealed partial class Supervisor
{
    private enum ReloadPhase
    {
        None,
        Testing,
        Preparing,
        Committing,
    }

    private static readonly TimeSpan _testLimit = TimeSpan.FromSeconds(5);
    private readonly HashSet<Child> _awaited = [];
    private ReloadPhase _phase;
    private bool _reloadAgain;
    private ExpandedConfiguration? _newConfiguration;
    private Reading? _newReading;
    private MemoryFile? _previousFile;
    private ReloadAppointment? _appointment;

    private bool IsAnyStarting => _children.Exists(static child => child.IsRunning && !child.IsReady);

    private void RequestReload()
    {
        if (_isStopping)
        {
            return;
        }

        // A child that is starting reads the configuration of its start and could not be asked: the reload waits for it.
        if (_phase != ReloadPhase.None || IsAnyStarting)
        {
            _reloadAgain = true;
            return;
        }

        Log.LogInformation("Reloading ...");
        _systemd.Reloading(_process.Scheduler.ReadClock());
        if (_reading.Settings.ReloadCheckLog is { } findings)
        {
            TestFirst(findings);
        }
        else
        {
            Prepare();
        }
    }

    /// <summary><c>reload_check_config</c>: this program with <c>-t</c> must find nothing at all.</summary>
    private void TestFirst(string findings)
    {
        _phase = ReloadPhase.Testing;
        ScriptUser self = new(OwnIdentity.UserId, OwnIdentity.Groups[^1], SupplementaryGroups: false, "");
        _runner.Run(
            new ScriptCommand(_launcher.Program, EquatableArray.Create<string>([.. _launcher.OwnArguments, "-t" + findings]), self),
            [],
            _testLimit,
            result =>
            {
                _phase = ReloadPhase.None;
                if (_isStopping)
                {
                    return;
                }

                if (result.IsSuccess)
                {
                    Prepare();
                }
                else
                {
                    Refuse($"the test found something ({(result.TimedOut ? "time limit" : result.Failure ?? result.Exit?.ToString())}); see {findings}");
                    FinishReload();
                }
            });
    }

    private void Prepare()
    {
        if (!ReadAgain())
        {
            _newReading = null;
            FinishReload();
            return;
        }

        _phase = ReloadPhase.Preparing;
        _previousFile = _configurationFile;
        _configurationFile = null;
        Publish(_newConfiguration!);
        Ask(child => child.Prepare(_configurationFile!));
    }

    private bool ReadAgain()
    {
        using ReloadMarker marker = ReloadMarker.Create(_reading.Settings.ReloadFile, _files, Log);
        _newConfiguration = ReadFiles();
        _newReading = _readings.Read(_newConfiguration, isTest: false, _scripts);
        FindingLog.Write(Log, _newReading.Findings);
        string? reason = UnusableBecauseOf(_newConfiguration, _newReading) is { } code
            ? $"the configuration cannot be used (code {code})"
            : _known.FirstNewError(_newReading.Findings);
        if (reason is not null)
        {
            Refuse(reason);
            return false;
        }

        KeepImmutables(_newReading.Settings);
        return true;
    }

    private void KeepImmutables(HostSettings settings)
    {
        if (settings.Instance != _reading.Settings.Instance)
        {
            Log.LogWarning("instance cannot be changed by a reload: it stays {Instance}", _reading.Settings.Instance ?? "unset");
            settings.Instance = _reading.Settings.Instance;
        }

        if (settings.NetworkNamespace != _reading.Settings.NetworkNamespace)
        {
            Log.LogWarning("net_namespace cannot be changed by a reload: it stays {Namespace}", _reading.Settings.NetworkNamespace ?? "unset");
            settings.NetworkNamespace = _reading.Settings.NetworkNamespace;
        }

        if (settings.TemporaryConfigurationDirectory != _reading.Settings.TemporaryConfigurationDirectory)
        {
            Log.LogWarning("tmp_config_directory cannot be changed by a reload: it stays {Directory}", _reading.Settings.TemporaryConfigurationDirectory ?? "unset");
            settings.TemporaryConfigurationDirectory = _reading.Settings.TemporaryConfigurationDirectory;
        }
    }

    private void Refuse(string reason) =>
        Log.LogError("Reload refused, the old configuration runs on: {Reason}", reason);

    /// <summary>Says something to every child that is ready and waits for their answers.</summary>
    private void Ask(Action<Child> say)
    {
        foreach (Child child in _children)
        {
            if (child.IsReady && !child.IsUnwanted)
            {
                _awaited.Add(child);
                say(child);
            }
        }

        ContinueReload();
    }

    private void OnPrepared(Child child, ControlMessage message)
    {
        if (_phase == ReloadPhase.Preparing && _awaited.Remove(child))
        {
            if (message.Number == 0)
            {
                Refuse($"{RoleNames.Display(child.Role)}: {message.Text}");
                _newReading = null;
            }

            ContinueReload();
        }
    }

    private void OnReloadDone(Child child)
    {
        if (_awaited.Remove(child))
        {
            ContinueReload();
        }
    }

    private void ContinueReload()
    {
        if (_awaited.Count > 0)
        {
            return;
        }

        if (_phase == ReloadPhase.Preparing)
        {
            Decide();
        }
        else if (_phase == ReloadPhase.Committing)
        {
            FinishReload();
        }
    }

    private void Decide()
    {
        bool accept = _newReading is not null;
        _phase = ReloadPhase.Committing;
        if (accept)
        {
            _configuration = _newConfiguration!;
            _reading = _newReading!;
            _known.Remember(_reading.Findings);
            _previousFile?.Dispose();
            _saved.Save(_reading.Settings.SaveDirectory, _configuration);
        }
        else
        {
            _configurationFile?.Dispose();
            _configurationFile = _previousFile;
        }

        _previousFile = null;
        Ask(child => child.Commit(accept));
    }

    private void FinishReload()
    {
        _phase = ReloadPhase.None;
        bool accepted = _newReading is not null;
        _newReading = null;
        _newConfiguration = null;
        if (accepted)
        {
            AdjustChildren();
            KeepAppointment();
            Log.LogInformation("Reload complete");
        }

        _systemd.Ready();
        if (_reloadAgain)
        {
            _reloadAgain = false;
            RequestReload();
        }
    }

    /// <summary><c>reload_time_file</c>: follows the file that the configuration names.</summary>
    private void KeepAppointment()
    {
        if (_appointment is null && _reading.Settings.ReloadTimeFile is null)
        {
            return;
        }

        try
        {
            _appointment ??= new ReloadAppointment(_process.Scheduler, Log, RequestReload);
            _appointment.Configure(_reading.Settings.ReloadTimeFile ?? "", _reading.Settings.ReloadRepeat);
        }
        catch (LinuxException exception)
        {
            Log.LogWarning("The reload time file is not followed: {Reason}", exception.Message);
        }
    }

    /// <summary>Starts the children that the new configuration needs and stops those that it needs no more.</summary>
    private void AdjustChildren()
    {
        PluginRoles wanted = RolesOf(_configuration);
        foreach (PluginRoles role in RoleNames.StartOrder)
        {
            Child? child = _children.Find(candidate => candidate.Role == role);
            bool isWanted = (wanted & role) != 0;
            if (child is null && isWanted)
            {
                StartChild(role);
            }
            else if (child is not null)
            {
                Adjust(child, isWanted);
            }
        }
    }

    private void Adjust(Child child, bool isWanted)
    {
        child.IsUnwanted = !isWanted;
        if (!isWanted && child.IsRunning)
        {
            child.RequestStop();
        }
        else if (!isWanted)
        {
            Forget(child);
        }
    }
}
