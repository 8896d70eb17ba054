using Keepalived.Plugins;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Logging;

/// <summary>
/// The log of a process: every line goes to every sink, at once, on the loop thread or, when that stands still, on the one that watches it. Most lines are of severity INFO, as keepalived's are;
/// debug lines appear with <c>-D</c>, trace lines with <c>-D</c> twice.
/// </summary>
internal sealed class DaemonLog(TimeProvider time, int detail, JsonLine? json = null) : ILoggerFactory
{
    private readonly List<ILogSink> _sinks = [];
    private List<Line>? _kept = [];
    private Rehearsal? _rehearsal;
    private readonly LogLevel _least = detail switch { 0 => LogLevel.Information, 1 => LogLevel.Debug, _ => LogLevel.Trace };

    /// <summary>Adds a place to write to.</summary>
    internal void Add(ILogSink sink) => _sinks.Add(sink);

    /// <summary>Removes the console, when a daemon leaves its terminal.</summary>
    internal void RemoveConsole() => _sinks.RemoveAll(static sink => sink is ConsoleSink);

    /// <summary>Changes the name in syslog.</summary>
    internal void SetIdentity(string identity)
    {
        foreach (ILogSink sink in _sinks)
        {
            if (sink is SyslogSink syslog)
            {
                syslog.Identity = identity;
            }
        }
    }

    /// <summary>True when a line of this level is written.</summary>
    internal bool IsEnabled(LogLevel level) => level >= _least && level != LogLevel.None;

    /// <summary>Lines are JSON, with the named values of messages.</summary>
    internal bool IsJson => json is not null;

    /// <summary>Writes a line to every sink; before <see cref="Begin"/> it is kept.</summary>
    internal void Write(LogLevel level, string message) => Write(level, message, (IReadOnlyList<KeyValuePair<string, object?>>?)null);

    /// <summary>Writes a line with named values, which appear where lines are JSON.</summary>
    internal void Write(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        if (!IsEnabled(level))
        {
            return;
        }

        int priority = PriorityOf(level);
        DateTimeOffset now = time.GetUtcNow();
        Line line = new(priority, now, json is null ? message : json.Compose(priority, now, message, fields));
        if (_rehearsal is { IsOn: true })
        {
            return;
        }

        if (_kept is not null)
        {
            _kept.Add(line);
        }
        else
        {
            Write(line);
        }
    }

    /// <summary>Writes a line about an exception, with its details for whoever debugs; the same as the other without one.</summary>
    internal void Write(LogLevel level, string text, Exception? exception, object? state = null)
    {
        Write(level, exception is null ? text : $"{text}: {exception.GetType().Name}: {exception.Message}", state as IReadOnlyList<KeyValuePair<string, object?>>);
        if (exception is not null)
        {
            Write(LogLevel.Debug, exception.ToString());
        }
    }

    /// <summary>The sinks are there: writes what was kept for them, and from now on everything at once.</summary>
    internal void Begin()
    {
        List<Line> kept = _kept ?? [];
        _kept = null;
        foreach (Line line in kept)
        {
            Write(line);
        }
    }

    /// <summary>From here until the result is disposed, lines are made and dropped (<see cref="LogRehearsal"/>).</summary>
    internal IDisposable Rehearse()
    {
        _rehearsal ??= new Rehearsal();
        _rehearsal.IsOn = true;
        return _rehearsal;
    }

    private void Write(Line line)
    {
        // The thread that watches the loop writes too, when the loop cannot.
        lock (_sinks)
        {
            foreach (ILogSink sink in _sinks)
            {
                sink.Write(line.Priority, line.Time, line.Message);
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new DaemonLogger(this);

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("The daemon has one log; a plugin that wants another writes it itself.");

    public void Dispose()
    {
        foreach (ILogSink sink in _sinks)
        {
            sink.Dispose();
        }

        _sinks.Clear();
    }

    private static int PriorityOf(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    private sealed record Line(int Priority, DateTimeOffset Time, string Message);

    private sealed class Rehearsal : IDisposable
    {
        public bool IsOn { get; set; }

        public void Dispose() => IsOn = false;
    }
}

/// <summary>The log as <see cref="ILogger"/>.</summary>
internal sealed class DaemonLogger(DaemonLog log) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => state is LogRehearsal ? log.Rehearse() : null;

    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // As little as possible here: this is compiled at run time for every shape of line.
        if (log.IsEnabled(logLevel))
        {
            log.Write(logLevel, formatter(state, exception), exception, log.IsJson ? state : null);
        }
    }
}
