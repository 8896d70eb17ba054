using System.Globalization;
using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Logging;

/// <summary>
/// Syslog over an own, non-blocking /dev/log datagram socket (RFC 3164 local form: <c>&lt;PRI&gt;Mmm dd hh:mm:ss identity[pid]: text</c>). When
/// the receiver goes away lines are lost until it is back, and the first that it takes says how many: a log must never hold up an advertisement.
/// Where nobody receives, that is asked once a second and no line is made.
/// </summary>
internal sealed class SyslogSink(string path, int facility, string identity, int processId) : ILogSink
{
    /// <summary>Where syslog listens.</summary>
    internal const string DefaultPath = "/dev/log";

    /// <summary>How long nobody is asked for again after nobody was there, by the clock of the lines.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private const int Warning = 4;
    private readonly byte[] _buffer = new byte[2048];
    private DatagramSender? _socket;
    private DateTimeOffset _failed = DateTimeOffset.MinValue;

    /// <summary>Name in front of each line; changes when the configuration names an instance.</summary>
    public string Identity { get; set; } = identity;

    /// <summary>Lines that nobody took since the last one that somebody did.</summary>
    internal long Lost { get; private set; }

    /// <summary>How often a receiver was looked for.</summary>
    internal int Attempts { get; private set; }

    public void Write(int priority, DateTimeOffset time, string message)
    {
        if (_socket is null && !TryConnect(time))
        {
            Lost++;
            return;
        }

        if (Lost > 0 && !TryTell(time))
        {
            Lost++;
            return;
        }

        if (!TrySend(Compose(priority, time, message), time))
        {
            Lost++;
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private bool TryTell(DateTimeOffset time)
    {
        long lost = Lost;
        if (!TrySend(Compose(Warning, time, string.Create(CultureInfo.InvariantCulture, $"{lost} lines of the log are missing here: syslog did not take them")), time))
        {
            return false;
        }

        Lost = 0;
        return true;
    }

    private bool TrySend(int length, DateTimeOffset time)
    {
        Errno error = _socket!.TrySend(_buffer.AsSpan(0, length));
        if (error == Errno.None)
        {
            return true;
        }

        if (error == Errno.EAGAIN)
        {
            return false;
        }

        // The receiver was restarted: its socket is a new one. One attempt now, the next after the pause.
        _socket.Dispose();
        _socket = null;
        _failed = DateTimeOffset.MinValue;
        return TryConnect(time) && _socket!.TrySend(_buffer.AsSpan(0, length)) == Errno.None;
    }

    private bool TryConnect(DateTimeOffset time)
    {
        // A clock that was set back must not make the pause any longer.
        if (time >= _failed && time - _failed < Pause)
        {
            return false;
        }

        Attempts++;
        _socket = DatagramSender.TryConnect(path);
        _failed = _socket is null ? time : DateTimeOffset.MinValue;
        return _socket is not null;
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
