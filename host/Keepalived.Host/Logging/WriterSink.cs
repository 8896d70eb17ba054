namespace Keepalived.Host.Logging;

/// <summary>Lines without time to a text writer, for <c>-t</c>.</summary>
internal sealed class WriterSink(TextWriter writer) : ILogSink
{
    public void Write(int priority, DateTimeOffset time, string message) => writer.WriteLine(message);

    public void Dispose()
    {
    }
}
