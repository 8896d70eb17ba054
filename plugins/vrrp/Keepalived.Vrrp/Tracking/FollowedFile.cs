using System.Globalization;
using System.Text;
using Keepalived.Linux.Files;
using Keepalived.Scheduling;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>A <c>track_file</c>: says the number that its file begins with; 0 while the file is missing or empty.</summary>
internal sealed class FollowedFile : TrackedObject
{
    private const int EnoughForANumber = 128;
    private readonly FileFollower _follower;
    private string? _trouble;

    public FollowedFile(TrackedFile settings, FileFollower follower)
    {
        Settings = settings;
        _follower = follower;
        string path = Path.GetFullPath(settings.Path);
        Directory = Path.GetDirectoryName(path) ?? "/";
        FileName = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        follower.Add(this);
    }

    /// <inheritdoc/>
    public override string Title => "track_file " + Settings.Name;

    /// <summary>Configuration in force.</summary>
    public TrackedFile Settings { get; set; }

    /// <summary>Where the file is.</summary>
    public string Directory { get; }

    /// <summary>The file's name there, as the kernel tells it.</summary>
    public byte[] FileName { get; }

    /// <summary>The watch of the directory; negative while there is none.</summary>
    public int Watch { get; set; } = -1;

    /// <summary>It has changed and was not read since.</summary>
    public bool IsStale { get; set; }

    /// <summary>The same file for the same purpose.</summary>
    public bool IsSame(TrackedFile settings) => settings.Name == Settings.Name && settings.Path == Settings.Path;

    /// <inheritdoc/>
    public override void Dispose() => _follower.Remove(this);

    /// <summary>Reads the file again.</summary>
    public void Refresh(IFileSource files, ILogger logger)
    {
        IsStale = false;
        Span<byte> buffer = stackalloc byte[EnoughForANumber];
        int length = files.Read(Settings.Path, buffer, out string? trouble);
        Say(logger, trouble);
        int value = FileNumber.Parse(buffer[..length]);
        if (State.Condition == TrackedCondition.Number && State.Number != value)
        {
            TrackLog.FileValue(logger, Settings.Name, value);
        }

        Become(new TrackedState(TrackedCondition.Number, value), string.Create(CultureInfo.InvariantCulture, $"value {value}"));
    }

    /// <summary>Says what is wrong with the file, once.</summary>
    public void Say(ILogger logger, string? trouble)
    {
        if (trouble is not null && trouble != _trouble)
        {
            TrackLog.FileTrouble(logger, Settings.Name, trouble);
        }

        _trouble = trouble ?? _trouble;
    }
}

/// <summary>Follows the directories of all tracked files with one inotify instance.</summary>
internal sealed class FileFollower : IFileWatchHandler, IDisposable
{
    private static readonly TimeSpan _retryInterval = TimeSpan.FromSeconds(1);
    private readonly IFileSource _files;
    private readonly IScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly List<FollowedFile> _followed = [];
    private readonly IDescriptorWatch? _watch;
    private readonly ILoopTimer _retry;
    private bool _isReading;

    public FileFollower(IFileSource files, IScheduler scheduler, ILogger logger)
    {
        _files = files;
        _scheduler = scheduler;
        _logger = logger;
        _retry = scheduler.CreateTimer(_ => Retry());
        _watch = files.Descriptor < 0 ? null : scheduler.Watch(files.Descriptor, Readiness.Read, _ => OnReadable());
    }

    /// <summary>Follows a file from now on, and makes it if it is to be made.</summary>
    public void Add(FollowedFile file)
    {
        if (file.Settings.Initial is { } initialization)
        {
            _files.Initialize(file.Settings.Path, initialization, out string? trouble);
            file.Say(_logger, trouble);
        }

        _followed.Add(file);
        // Watched before it is read: what changes in between is told.
        Watch(file);
        file.Refresh(_files, _logger);
    }

    /// <summary>Follows a file no longer.</summary>
    public void Remove(FollowedFile file)
    {
        _followed.Remove(file);
        if (file.Watch >= 0 && !_followed.Exists(other => other.Watch == file.Watch))
        {
            _files.Unwatch(file.Watch);
        }
    }

    public void Changed(int watch, ReadOnlySpan<byte> name, FileChange change)
    {
        for (int i = 0; i < _followed.Count; i++)
        {
            FollowedFile file = _followed[i];
            if (file.Watch != watch)
            {
                continue;
            }

            if (change == FileChange.WatchGone)
            {
                file.Watch = -1;
                _retry.Arm(_scheduler.Now + _retryInterval);
                file.IsStale = true;
            }
            else if (name.SequenceEqual(file.FileName))
            {
                file.IsStale = true;
            }
        }

        RefreshUnlessReading();
    }

    public void Overrun()
    {
        for (int i = 0; i < _followed.Count; i++)
        {
            _followed[i].IsStale = true;
        }

        RefreshUnlessReading();
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _retry.Dispose();
        _files.Dispose();
    }

    // Each file is read once however much is told of it: whoever writes one all the time would keep the loop here, as reading it anew finds another
    // value, and hundreds of instances that follow it take their time.
    private void OnReadable()
    {
        _isReading = true;
        _files.OnReadable(this);
        _isReading = false;
        RefreshUnlessReading();
    }

    private void RefreshUnlessReading()
    {
        for (int i = 0; i < _followed.Count && !_isReading; i++)
        {
            if (_followed[i].IsStale)
            {
                _followed[i].Refresh(_files, _logger);
            }
        }
    }

    // A directory that is not there may come; nobody tells of that but a look.
    private void Retry()
    {
        foreach (FollowedFile file in _followed)
        {
            if (file.Watch < 0 && Watch(file))
            {
                file.Refresh(_files, _logger);
            }
        }
    }

    private bool Watch(FollowedFile file)
    {
        file.Watch = _files.Watch(file.Directory, out string? trouble);
        file.Say(_logger, trouble);
        if (file.Watch < 0 && !_retry.IsArmed)
        {
            _retry.Arm(_scheduler.Now + _retryInterval);
        }

        return file.Watch >= 0;
    }
}
