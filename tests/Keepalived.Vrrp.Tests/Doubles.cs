using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Plugins;
using Keepalived.Scripts;
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tests;

/// <summary>One file that exists only in a test.</summary>
internal sealed class OneFile(string content) : IConfigurationFileSystem
{
    public const string Name = "/etc/k.conf";

    public string FullPath(string path) => Path.GetFullPath(path, "/");

    public ConfigurationFileKind KindOf(string path) => path == Name ? ConfigurationFileKind.Regular : ConfigurationFileKind.Missing;

    public Stream Open(string path) => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content));

    public IEnumerable<string> Names(string directory) => ["k.conf"];
}

/// <summary>Lets every script run, but those named <c>/forbidden</c>.</summary>
internal sealed class AnyScript : IScriptPolicy
{
    public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session) => command.Program != "/forbidden";

    public ScriptUser? ResolveUser(IKeywordReader reader)
    {
        string name = reader.Word("user");
        reader.Rest();
        return name == "nobody" ? new ScriptUser(65534, 65534, false, name) : null;
    }
}

/// <summary>The interfaces a test says there are.</summary>
internal sealed class SomeLinks(params LinkInfo[] links) : ISystemLinks
{
    public IReadOnlyList<LinkInfo> List(out bool isKnown)
    {
        isKnown = true;
        return links;
    }
}

/// <summary>Remembers what was run. A script succeeds at once, unless the test has said what becomes of it.</summary>
internal sealed class RecordedScripts : IScriptRunner
{
    private readonly Dictionary<string, int?> _exits = [];

    public List<string> Runs { get; } = [];

    public List<TimeSpan> Limits { get; } = [];

    /// <summary>Runs that have not ended, in order of their start.</summary>
    public List<OpenRun> Open { get; } = [];

    /// <summary>From now on a program ends with this code, or not until the test says so.</summary>
    public void Let(string program, int? exitCode) => _exits[program] = exitCode;

    public IScriptRun Run(ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed = null)
    {
        Runs.Add(string.Join(' ', [command.ToString(), .. extraArguments]));
        Limits.Add(limit);
        OpenRun run = new(this, completed);
        int? exit = _exits.TryGetValue(command.Program, out int? code) ? code : 0;
        if (exit is { } known)
        {
            run.End(known);
        }
        else
        {
            Open.Add(run);
        }

        return run;
    }

    internal sealed class OpenRun(RecordedScripts scripts, Action<ScriptResult>? completed) : IScriptRun
    {
        public bool IsRunning { get; private set; } = true;

        public bool IsCancelled { get; private set; }

        public void Cancel() => IsCancelled = true;

        public void End(int exitCode) => End(new ScriptResult(new Scheduling.ProcessExit(1, exitCode, null), false, TimeSpan.Zero, null));

        public void End(ScriptResult result)
        {
            IsRunning = false;
            scripts.Open.Remove(this);
            completed?.Invoke(result);
        }
    }
}

/// <summary>Remembers what was published, the results of scripts apart.</summary>
internal sealed class RecordedEvents : IEventBus
{
    public List<DaemonEvent> All { get; } = [];

    public List<NotifyScriptEnded> Scripts { get; } = [];

    public void Publish(DaemonEvent daemonEvent)
    {
        if (daemonEvent is NotifyScriptEnded ended)
        {
            Scripts.Add(ended);
        }
        else
        {
            All.Add(daemonEvent);
        }
    }

    public IDisposable Subscribe(DaemonEventHandler handler) => throw new InvalidOperationException("The plugin only publishes.");
}

/// <summary>Remembers log lines.</summary>
internal sealed class RecordedLog : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (Lines)
        {
            Lines.Add(formatter(state, exception));
        }
    }
}

/// <summary>A process as a plugin sees it.</summary>
internal sealed class SomeDaemon : IDaemonContext
{
    public PluginRoles Role => PluginRoles.Vrrp;

    public int LogDetail { get; init; }

    public bool ReleaseVrrp { get; init; } = true;

    public bool ReleaseIpvs => true;

    public bool MonitorAddresses => false;

    public string RunDirectory => "/run";

    public string TemporaryDirectory => "/tmp";

    public GlobalDefinitions Globals { get; } = new() { RouterId = "test" };

    public void RequestExit(int code, string reason) => throw new InvalidOperationException($"exit {code}: {reason}");
}
