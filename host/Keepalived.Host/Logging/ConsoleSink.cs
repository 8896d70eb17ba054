using System.Globalization;
using System.Text;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Logging;

/// <summary>Lines as keepalived -l writes them to stderr: <c>Sat Nov 21 08:23:51 2026: text</c>; bare, when the text is JSON, without the time.</summary>
internal sealed class ConsoleSink(bool isBare = false) : ILogSink
{
    private readonly byte[] _buffer = new byte[4096];

    public void Write(int priority, DateTimeOffset time, string message)
    {
        if (isBare)
        {
            StandardStreams.Write(StandardStreams.Error, Encoding.UTF8.GetBytes(message + "\n"));
            return;
        }

        LocalTime local = LocalTime.FromUnixSeconds(time.ToUnixTimeSeconds());
        Span<char> head = stackalloc char[40];
        head.TryWrite(
            CultureInfo.InvariantCulture,
            $"{local.DayName} {local.MonthName} {local.Day,2} {local.Hour:D2}:{local.Minute:D2}:{local.Second:D2} {local.Year}: ",
            out int headLength);
        int length = Encoding.UTF8.GetBytes(head[..headLength], _buffer);
        Encoding.UTF8.GetEncoder().Convert(message, _buffer.AsSpan(length, _buffer.Length - length - 1), true, out _, out int used, out _);
        length += used;
        _buffer[length++] = (byte)'\n';
        StandardStreams.Write(StandardStreams.Error, _buffer.AsSpan(0, length));
    }

    public void Dispose()
    {
    }
}
