using System.Globalization;
using System.Text;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Logging;

/// <summary>
/// The log file of <c>-g</c>, appended to: <c>Sat Nov 21 08:23:51.123456700 2026: text</c>. Each process writes a file of its own, with its name
/// before the last dot. JSON lines have their time inside.
/// </summary>
internal sealed class FileSink : ILogSink
{
    private readonly StreamWriter _writer;
    private readonly bool _isBare;

    public FileSink(string path, bool flush, bool isBare = false)
    {
        _isBare = isBare;
        FileStreamOptions options = new()
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        };
        _writer = new StreamWriter(path, new UTF8Encoding(false), options) { AutoFlush = flush, NewLine = "\n" };
    }

    /// <summary>The file of one process: <c>/tmp/keepalived.log</c> becomes <c>/tmp/keepalived_vrrp.log</c>.</summary>
    internal static string PathFor(string path, string suffix)
    {
        if (suffix.Length == 0)
        {
            return path;
        }

        int dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') ? path[..dot] + suffix + path[dot..] : path + suffix;
    }

    public void Write(int priority, DateTimeOffset time, string message)
    {
        if (_isBare)
        {
            _writer.WriteLine(message);
            return;
        }

        LocalTime local = LocalTime.FromUnixSeconds(time.ToUnixTimeSeconds());
        long nanoseconds = time.Ticks % TimeSpan.TicksPerSecond * 100;
        _writer.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{local.DayName} {local.MonthName} {local.Day:D2} {local.Hour:D2}:{local.Minute:D2}:{local.Second:D2}.{nanoseconds:D9} {local.Year}: "));
        _writer.WriteLine(message);
    }

    public void Dispose() => _writer.Dispose();
}
