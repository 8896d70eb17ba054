using System.Globalization;
using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Logging;

/// <summary>
/// Syslog over an own, non-blocking /dev/log datagram socket (RFC 3164 local form: <c>&lt;PRI&gt;Mmm dd hh:mm:ss identity[pid]: text</c>). When
/// the receiver goes away lines are lost until it is back: a log must never hold up an advertisement.
/// </summary>
internal sealed class SyslogSink(string path, int facility, string identity, int processId) : ILogSink
{
    /// <summary>Where syslog listens.</summary>
    internal const string DefaultPath = "/dev/log";

    private readonly byte[] _buffer = new byte[2048];
    private DatagramSender? _socket;

    /// <summary>Name in front of each line; changes when the configuration names an instance.</summary>
    public string Identity { get; set; } = identity;

    public void Write(int priority, DateTimeOffset time, string message)
    {
        int length = Compose(priority, time, message);
        _socket ??= DatagramSender.TryConnect(path);
        Errno error = _socket?.TrySend(_buffer.AsSpan(0, length)) ?? Errno.None;
        if (error is Errno.None or Errno.EAGAIN)
        {
            return;
        }

        // The receiver was restarted: its socket is a new one. One attempt now, the next with the next line.
        _socket!.Dispose();
        _socket = DatagramSender.TryConnect(path);
        _socket?.TrySend(_buffer.AsSpan(0, length));
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private int Compose(int priority, DateTimeOffset time, string message)
    {
        LocalTime local = LocalTime.FromUnixSeconds(time.ToUnixTimeSeconds());
        Span<char> head = stackalloc char[160];
        int value = (facility << 3) | priority;
        ReadOnlySpan<char> name = Identity.AsSpan(0, Math.Min(Identity.Length, 100));
        head.TryWrite(
            CultureInfo.InvariantCulture,
            $"<{value}>{local.MonthName} {local.Day,2} {local.Hour:D2}:{local.Minute:D2}:{local.Second:D2} {name}[{processId}]: ",
            out int headLength);
        int length = Encoding.UTF8.GetBytes(head[..headLength], _buffer);
        Encoding.UTF8.GetEncoder().Convert(message, _buffer.AsSpan(length), true, out _, out int used, out _);
        return length + used;
    }
}
