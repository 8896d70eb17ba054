using Microsoft.Extensions.Logging;

namespace Keepalived.Testing;

/// <summary>One message of a log.</summary>
/// <param name="Level">Its level.</param>
/// <param name="Id">Its event id.</param>
/// <param name="Message">Its text, complete.</param>
/// <param name="Exception">The exception logged with it.</param>
public sealed record LogEntry(LogLevel Level, EventId Id, string Message, Exception? Exception)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Level}: {Message}";
}

/// <summary>A logger that keeps everything.</summary>
public class RecordingLogger : ILogger
{
    private readonly List<LogEntry> _entries = [];

    /// <summary>All messages so far.</summary>
    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>The texts of all messages so far.</summary>
    public IReadOnlyList<string> Messages => _entries.ConvertAll(entry => entry.Message);

    /// <summary>What is below this level is not kept, and the code under test is told so.</summary>
    public LogLevel Minimum { get; set; } = LogLevel.Trace;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= Minimum && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (IsEnabled(logLevel))
        {
            _entries.Add(new LogEntry(logLevel, eventId, formatter(state, exception), exception));
        }
    }
}

/// <summary>A logger that keeps everything, for code that wants a typed one.</summary>
/// <typeparam name="T">Whose log it is.</typeparam>
public sealed class RecordingLogger<T> : RecordingLogger, ILogger<T>;
