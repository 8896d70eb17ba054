using System.Text;
using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify.Tests;

/// <summary>A bus that numbers events and calls its subscribers.</summary>
internal sealed class TestBus : IEventBus
{
    private readonly List<DaemonEventHandler> _handlers = [];
    private long _sequence;

    public int Subscribers => _handlers.Count;

    public void Publish(DaemonEvent daemonEvent)
    {
        EventStamp stamp = new(++_sequence, DateTimeOffset.UnixEpoch);
        _handlers.ForEach(handler => handler(stamp, daemonEvent));
    }

    public IDisposable Subscribe(DaemonEventHandler handler)
    {
        _handlers.Add(handler);
        return new Ending(() => _handlers.Remove(handler));
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>FIFOs in memory.</summary>
internal sealed class TestPipes : INotificationPipes
{
    public List<TestPipe> All { get; } = [];

    public HashSet<string> Broken { get; } = [];

    public TestPipe this[string path] => All.Last(pipe => pipe.Path == path);

    public INotificationPipe Open(string path, ScriptUser? owner)
    {
        if (Broken.Contains(path))
        {
            throw new IOException("it is no FIFO");
        }

        var pipe = new TestPipe(path, owner);
        All.Add(pipe);
        return pipe;
    }
}

/// <summary>A FIFO that can be full.</summary>
internal sealed class TestPipe(string path, ScriptUser? owner) : INotificationPipe
{
    private readonly StringBuilder _content = new();

    public string Path => path;

    public ScriptUser? Owner => owner;

    public bool IsFull { get; set; }

    public bool IsDisposed { get; private set; }

    public bool TryWrite(ReadOnlySpan<byte> message)
    {
        if (!IsFull)
        {
            _content.Append(Encoding.UTF8.GetString(message));
        }

        return !IsFull;
    }

    /// <summary>What was written since the last call.</summary>
    public string Take()
    {
        string content = _content.ToString();
        _content.Clear();
        return content;
    }

    public void Dispose() => IsDisposed = true;
}

/// <summary>Scripts that only pretend to run.</summary>
internal sealed class TestScripts : IScriptRunner, IScriptPolicy
{
    public List<TestRun> Runs { get; } = [];

    public HashSet<string> Insecure { get; } = [];

    public string Running => string.Join("; ", Runs.Where(run => run.IsRunning).Select(run => run.CommandLine));

    public IScriptRun Run(ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed = null)
    {
        var run = new TestRun(command + " " + string.Join(' ', extraArguments.ToArray()), limit, completed);
        Runs.Add(run);
        return run;
    }

    public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session)
    {
        if (Insecure.Contains(command.Program))
        {
            session.Report(new(DiagnosticClass.Security, DiagnosticSeverity.Error, location, $"{command.Program} is insecure"));
            return false;
        }

        return true;
    }

    public ScriptUser? ResolveUser(IKeywordReader reader) => new(1000, 1000, false, string.Join(' ', reader.Rest()));
}

/// <summary>One run of a script.</summary>
internal sealed class TestRun(string commandLine, TimeSpan limit, Action<ScriptResult>? completed) : IScriptRun
{
    public string CommandLine => commandLine;

    public TimeSpan Limit => limit;

    public bool IsRunning { get; private set; } = true;

    public void End(int code)
    {
        IsRunning = false;
        completed?.Invoke(new(new(1, code, null), false, TimeSpan.Zero, null));
    }

    public void Cancel() => IsRunning = false;
}

/// <summary>Keeps log lines.</summary>
internal sealed class TestLog : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel}: {formatter(state, exception)}");
}

/// <summary>A loop of which only posting is used.</summary>
internal sealed class PostedWork : IScheduler
{
    private readonly Queue<Action> _posted = new();

    public MonotonicTime Now => throw new NotSupportedException();

    public TimeProvider TimeProvider => throw new NotSupportedException();

    public SynchronizationContext SynchronizationContext => throw new NotSupportedException();

    public bool IsLoopThread => true;

    public void Turn()
    {
        while (_posted.TryDequeue(out Action? callback))
        {
            callback();
        }
    }

    public void Post(Action callback) => _posted.Enqueue(callback);

    public void RunAtTurnEnd(Action callback) => throw new NotSupportedException();

    public MonotonicTime ReadClock() => throw new NotSupportedException();

    public ILoopTimer CreateTimer(TimerHandler handler) => throw new NotSupportedException();

    public IDescriptorWatch Watch(int descriptor, Readiness interest, ReadinessHandler handler) => throw new NotSupportedException();

    public IDisposable WatchProcess(int processId, int processDescriptor, ProcessExitHandler handler) => throw new NotSupportedException();
}

/// <summary>A process of one role.</summary>
internal sealed class TestContext(PluginRoles role) : IDaemonContext
{
    public PluginRoles Role => role;

    public int LogDetail => 0;

    public bool ReleaseVrrp => true;

    public bool ReleaseIpvs => true;

    public bool MonitorAddresses => false;

    public string RunDirectory => "/run";

    public string TemporaryDirectory => "/tmp";

    public GlobalDefinitions Globals { get; } = new() { RouterId = "lb1" };

    public void RequestExit(int code, string reason) => throw new NotSupportedException();
}
