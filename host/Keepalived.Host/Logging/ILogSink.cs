namespace Keepalived.Host.Logging;

/// <summary>A place where log lines go.</summary>
internal interface ILogSink : IDisposable
{
    /// <summary>Writes one line.</summary>
    /// <param name="priority">Severity of syslog(3): 0 emergency … 7 debug.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="message">The text without line end.</param>
    void Write(int priority, DateTimeOffset time, string message);
}
