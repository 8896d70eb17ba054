using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// <c>reload_time_file</c>: reloads at the time that a file says. The file may come, change and go while the daemon runs. After the reload
/// it is removed, unless <c>reload_repeat</c> is set and the file has no date. Exists only where the configuration asks for it.
/// </summary>
internal sealed class ReloadAppointment : IFileWatchHandler, IDisposable
{
    // The clock may be set meanwhile, so it is looked at from time to time.
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(30);

    private readonly IScheduler _scheduler;
    private readonly ILogger _log;
    private readonly Action _reload;
    private readonly ILoopTimer _timer;
    private readonly FileWatch _watch = new();
    private readonly IDescriptorWatch _readable;
    private string _path = "";
    private bool _repeats;
    private int _directory = -1;
    private ReloadTime? _time;
    private DateTimeOffset _at;

    /// <exception cref="LinuxException">No inotify instance is to be had.</exception>
    public ReloadAppointment(IScheduler scheduler, ILogger log, Action reload)
    {
        (_scheduler, _log, _reload) = (scheduler, log, reload);
        _timer = scheduler.CreateTimer(_ => Look());
        _readable = scheduler.Watch(_watch.Descriptor, Readiness.Read, _ => _watch.OnReadable(this));
    }

    /// <summary>Takes the settings; an empty path is no file.</summary>
    public void Configure(string path, bool repeats)
    {
        _repeats = repeats;
        if (path == _path)
        {
            return;
        }

        _path = path;
        if (_directory >= 0)
        {
            _watch.Remove(_directory);
            _directory = -1;
        }

        if (path.Length > 0)
        {
            string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
            _directory = _watch.Add(directory, out Errno error);
            if (_directory < 0)
            {
                _log.LogWarning("Cannot watch {Directory} for the reload time file: {Reason}", directory, error.Text());
            }
        }

        Read();
    }

    public void Dispose()
    {
        _timer.Dispose();
        _readable.Dispose();
        _watch.Dispose();
    }

    void IFileWatchHandler.Changed(int watch, ReadOnlySpan<byte> name, FileChange change)
    {
        if (watch == _directory && Encoding.UTF8.GetString(name) == Path.GetFileName(_path))
        {
            Read();
        }
    }

    void IFileWatchHandler.Overrun() => Read();

    private DateTimeOffset WallClock => _scheduler.TimeProvider.GetUtcNow();

    private void Read()
    {
        bool had = _time is not null;
        _time = null;
        _timer.Disarm();
        if (_path.Length == 0 || !File.Exists(_path))
        {
            if (had)
            {
                _log.LogInformation("The reload that {Path} asked for is called off", _path);
            }

            return;
        }

        if (!TryReadText(out string text) || !ReloadTime.TryParse(text, out ReloadTime time))
        {
            _log.LogWarning("{Path} holds no time to reload at; write HH:MM:SS or YYYY-MM-DD HH:MM:SS, with Z behind it for UTC", _path);
            return;
        }

        _at = time.Next(WallClock, TimeZoneInfo.Local);
        if (_at <= WallClock)
        {
            _log.LogWarning("{Path} holds a time that has passed: no reload", _path);
            return;
        }

        _time = time;
        _log.LogInformation("Reload at {Time}", _at.ToString("u", System.Globalization.CultureInfo.InvariantCulture));
        Arm();
    }

    private bool TryReadText(out string text)
    {
        try
        {
            text = File.ReadAllText(_path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            text = "";
            return false;
        }
    }

    private void Arm()
    {
        TimeSpan left = _at - WallClock;
        _timer.Arm(_scheduler.Now + (left < TimeSpan.Zero ? TimeSpan.Zero : left > _longestWait ? _longestWait : left));
    }

    private void Look()
    {
        if (_time is not { } time)
        {
            return;
        }

        if (WallClock < _at)
        {
            Arm();
            return;
        }

        if (_repeats && time.Date is null)
        {
            _at = time.Next(WallClock, TimeZoneInfo.Local);
            Arm();
        }
        else
        {
            _time = null;
            Remove();
        }

        _reload();
    }

    private void Remove()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _log.LogWarning("Cannot remove {Path}: {Reason}", _path, exception.Message);
        }
    }
}
