using Keepalived.Events;
using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Runtime.Rehearsal;

/// <summary>Events that nobody hears, scripts that are never run, lines that nobody reads.</summary>
internal sealed class SilentServices : IEventBus, IScriptRunner, ILogger, IScriptRun, IDisposable
{
    bool IScriptRun.IsRunning => false;

    public void Publish(DaemonEvent daemonEvent)
    {
    }

    public IDisposable Subscribe(DaemonEventHandler handler) => this;

    public IScriptRun Run(ScriptCommand command, ReadOnlySpan<string> extraArguments, TimeSpan limit, Action<ScriptResult>? completed = null) => this;

    public void Cancel()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => false;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
    }

    public void Dispose()
    {
    }
}
