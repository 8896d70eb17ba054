using Keepalived.Configuration;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Configuration;
using Keepalived.Host.Logging;
using Keepalived.Host.Scripts;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Resources;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// The parent process: reads the configuration, starts the children that it needs, restarts those that end or do not answer, reloads, stops.
/// It loads no plugin. Loop thread only.
/// </summary>
internal sealed partial class Supervisor : IChildObserver, IDisposable
{
    private readonly DaemonOptions _options;
    private readonly ProcessEnvironment _process;
    private readonly ChildLauncher _launcher;
    private readonly ReadingRoom _readings;
    private readonly ScriptPolicy _scripts;
    private readonly ScriptRunner _runner;
    private readonly FindingMemory _known = new();
    private readonly SystemdNotifier _systemd;
    private readonly List<Child> _children = [];
    private ExpandedConfiguration _configuration;
    private Reading _reading;
    private readonly RuntimeFiles _files;
    private readonly SavedConfigurations _saved;
    private readonly CoreDumps _coreDumps;
    private readonly Orphans _orphans;
    private readonly EarlyChild[] _early;
    private MemoryFile? _configurationFile;
    private MemoryFile? _shownFile;
    private PidFile? _pidFile;
    private SignalSource? _signals;
    private bool _announcedStart;
    private bool _isStopping;

    private Supervisor(DaemonOptions options, IReadOnlyList<string> arguments, ChildLauncher launcher, EarlyChild[] early)
    {
        _options = options;
        _launcher = launcher;
        _early = early;
        _process = new ProcessEnvironment(options, role: null);
        _process.OpenLog();
        _systemd = SystemdNotifier.ForEnvironment(ProcessControl.ParentId, options.IsDetached);
        LogStart(arguments);

        // All that runs here is the host's. Without it nobody would hear a signal or start a child again; children clean up when their parent ends.
        _process.Loop.OwnerFailed += (_, exception) =>
        {
            Log.LogCritical(exception, "Internal error of keepalived itself; the daemon ends. Report this to its authors");
            _process.Loop.Stop(ExitCodes.InternalError);
        };
        _coreDumps = CoreDumps.Allow(options.CoreDumps, options.CorePattern, Log);
        _scripts = new ScriptPolicy();
        _runner = new ScriptRunner(_process.Scheduler, () => _reading!.Globals, Log, static () => { });
        _orphans = new Orphans(_process.Scheduler, id => _runner.Runs(id) || _children.Exists(child => child.ProcessId == id));
        _readings = new ReadingRoom(_process.Catalog, _process.Plugins, PluginRoles.None, options);
        _configuration = ReadFiles();
        ShowEarly();
        _reading = _readings.Read(_configuration, isTest: false, _scripts);
        _files = FilesOf(_reading);
        _saved = new SavedConfigurations(Log);
    }

    private ILogger Log => _process.Logger;

    /// <summary>Runs the daemon from start to end.</summary>
    /// <returns>Its exit code.</returns>
    internal static int Run(DaemonOptions options, IReadOnlyList<string> arguments)
    {
        ChildLauncher launcher = new(arguments, options.IsDetached);
        EarlyChild[] early = EarlyChild.Start(options, launcher);
        try
        {
            using Supervisor supervisor = new(options, arguments, launcher, early);
            int code = supervisor.Begin() ?? supervisor._process.Loop.Run();
            if (code != ExitCodes.Ok)
            {
                supervisor._systemd.Failed(code);
            }

            return code;
        }
        finally
        {
            Drop(early);
        }
    }

    public void Dispose()
    {
        _signals?.Dispose();
        _appointment?.Dispose();
        _children.ForEach(static child => child.Dispose());
        _orphans.Dispose();
        _pidFile?.Delete();
        _coreDumps.Dispose();
        _configurationFile?.Dispose();
        _shownFile?.Dispose();
        Log.LogInformation("Stopped Keepalived v{Version}", HelpText.Version);
        _process.Dispose();
    }

    /// <summary>Everything up to the first turn of the loop; an exit code when the daemon cannot run.</summary>
    private int? Begin()
    {
        FindingLog.Write(Log, _reading.Findings);
        _known.Remember(_reading.Findings);
        DumpConfiguration();
        if (UnusableBecauseOf(_configuration, _reading) is { } code)
        {
            return code;
        }

        _process.Log.SetIdentity(RoleNames.SyslogIdentity(null) + _files.IdentitySuffix);
        LinuxFile.SetCreationMask(_options.Umask ?? _reading.Settings.Umask);
        if (!EnterNamespace())
        {
            return ExitCodes.Permission;
        }

        _pidFile = PidFile.Acquire(_files.PidFile(null, _options), Log);
        if (_pidFile is null)
        {
            return ExitCodes.Fatal;
        }

        WatchSignals();
        KeepAppointment();
        _saved.Save(_reading.Settings.SaveDirectory, _configuration);
        RunStartupScript();
        return null;
    }

    private void LogStart(IReadOnlyList<string> arguments)
    {
        Log.LogInformation("Starting Keepalived v{Version}", HelpText.Version);
        Log.LogInformation("Running on {System}", System.Runtime.InteropServices.RuntimeInformation.OSDescription);
        Log.LogInformation("Command line: 'keepalived' {Arguments}", Quoted(arguments));
        foreach (string notice in _options.Notices)
        {
            Log.LogWarning("{Notice}", notice);
        }
    }

    private static string Quoted(IReadOnlyList<string> arguments)
    {
        System.Text.StringBuilder text = new();
        foreach (string argument in arguments)
        {
            text.Append(text.Length == 0 ? "'" : " '").Append(argument).Append('\'');
        }

        return text.ToString();
    }

    private ExpandedConfiguration ReadFiles() => ConfigurationReader.Read(_options.ConfigurationFile, ReadOptions(_options));

    /// <summary>How the command line says that files are read.</summary>
    internal static ConfigurationReadOptions ReadOptions(DaemonOptions options)
    {
        ConfigurationReadOptions read = new() { IncludeChecks = options.AllConfiguration ? IncludeChecks.All : IncludeChecks.None };
        return options.ConfigurationId is { } id ? read with { ConfigId = id } : read;
    }

    /// <summary><c>-d</c>: logs the configuration as it was read, includes and conditions resolved.</summary>
    private void DumpConfiguration()
    {
        if (_options.DumpConfiguration)
        {
            for (int line = 0; line < _configuration.Lines.Length; line++)
            {
                Log.LogInformation("{Line}", System.Text.Encoding.UTF8.GetString(_configuration.TextOf(line)));
            }
        }
    }

    private int? UnusableBecauseOf(ExpandedConfiguration configuration, Reading reading)
    {
        if (!configuration.MainFileFound)
        {
            Log.LogError("Configuration file {File} cannot be read; create it or name another with -f", _options.ConfigurationFile);
            return ExitCodes.NoConfiguration;
        }

        int verdict = DiagnosticVerdict.ExitCodeFor(reading.Findings, configuration.MainFileFound);
        return verdict switch
        {
            DiagnosticVerdict.MissingParameter => ExitCodes.Configuration,
            DiagnosticVerdict.SecurityOrNoFile when reading.Findings.Any(static f => f.Class == DiagnosticClass.FileNotFound) => ExitCodes.NoConfiguration,
            _ => null,
        };
    }

    private static RuntimeFiles FilesOf(Reading reading) => new(
        RuntimeFiles.DefaultRunDirectory, reading.Globals.Instance, reading.Globals.NetworkNamespace, reading.Settings.UsePidDirectory);

    private bool EnterNamespace()
    {
        if (_files.Namespace is not { } name)
        {
            return true;
        }

        DropEarly(); // They began outside.
        try
        {
            // Only this thread changes over; the children are spawned from it and begin there.
            NetworkNamespace.Enter(Path.Combine(RuntimeFiles.DefaultRunDirectory, "netns", name));
            return true;
        }
        catch (LinuxException exception)
        {
            Log.LogError("Cannot enter network namespace {Name}: {Reason}; make it with ip netns add", name, exception.Message);
            return false;
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
            case Signals.Interrupt when _options.IgnoreInterrupt: break;
            case Signals.Terminate or Signals.Interrupt: Stop(ExitCodes.Ok); break;
            case Signals.HangUp: RequestReload(); break;
            case Signals.User1: DumpData(); break;
            case Signals.User2: Dump(DumpKind.Statistics, PluginRoles.Vrrp | PluginRoles.Bfd); break;
            case SignalNames.StatisticsClear: Dump(DumpKind.StatisticsClear, PluginRoles.Vrrp | PluginRoles.Bfd); break;
            case SignalNames.Json: Dump(DumpKind.Json, PluginRoles.Vrrp | PluginRoles.Bfd); break;
        }
    }

    private void DumpData()
    {
        // No plugin runs in the parent, so this is over when it returns.
        _ = new DumpFiles(null, _files, _process.TemporaryDirectory, Log).WriteAsync(DumpKind.Data, _reading.Settings, _reading.Globals, _process.Plugins);
        Dump(DumpKind.Data, PluginRoles.All);
    }

    private void Dump(DumpKind kind, PluginRoles roles)
    {
        foreach (Child child in _children)
        {
            if ((child.Role & roles) != 0)
            {
                child.Send(new(ControlKind.Dump, (uint)kind));
            }
        }
    }

    private void RunStartupScript()
    {
        if (_reading.Settings.StartupScript is not { } script)
        {
            StartChildren();
            return;
        }

        Log.LogInformation("Running startup script {Script}", script.Command);
        _runner.Run(script.Command, [], _reading.Settings.StartupScriptLimit, result =>
        {
            LogScript("Startup", result);
            if (!_isStopping)
            {
                StartChildren();
            }
        });
    }

    private void LogScript(string name, ScriptResult result)
    {
        if (!result.IsSuccess)
        {
            Log.LogWarning("{Name} script failed: {Reason}", name, result.TimedOut ? "time limit" : result.Failure ?? result.Exit?.ToString());
        }
    }
}
