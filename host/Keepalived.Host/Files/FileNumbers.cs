using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Scheduling;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Files;

/// <summary>
/// Follows numbers in files. Directories are watched, so that files may come, go and be replaced; one that cannot be watched
/// is tried again from time to time. The descriptor exists only while something is followed.
/// </summary>
internal sealed class FileNumbers(IScheduler scheduler, ILogger log) : IFileNumbers, IFileWatchHandler, IDisposable
{
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(5);
    private readonly List<FollowedFile> _files = [];
    private FileWatch? _directories;
    private IDescriptorWatch? _watch;
    private ILoopTimer? _retryTimer;

    public IFileNumber Follow(string path, Action changed)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(changed);
        var file = new FollowedFile(this, path, changed);
        _files.Add(file);
        if (!Watch(file))
        {
            log.LogWarning("File {Path} cannot be followed: its directory cannot be watched; it is tried again every {Seconds} s", path, _retry.TotalSeconds);
        }

        // After the watch has begun: what is written in between is seen then.
        file.Value = Read(file.Path);
        return file;
    }

    public void Dispose()
    {
        _files.Clear();
        Close();
    }

    void IFileWatchHandler.Changed(int watch, ReadOnlySpan<byte> name, FileChange change)
    {
        foreach (FollowedFile file in _files)
        {
            if (file.Watch != watch || (change != FileChange.WatchGone && !name.SequenceEqual(file.Name)))
            {
                continue;
            }

            if (change == FileChange.WatchGone)
            {
                Watch(file);
            }

            file.IsStale = true;
        }
    }

    void IFileWatchHandler.Overrun()
    {
        _files.ForEach(static file => file.IsStale = true);
    }

    private static int Read(string path)
    {
        // Not blocking: a FIFO in the place of the file must not hold up the loop.
        using LinuxFile? file = LinuxFile.TryOpen(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking, 0, out _);
        if (file is null)
        {
            return 0;
        }

        Span<byte> buffer = stackalloc byte[64];
        return FileDescriptors.Read(file.Descriptor, buffer, out int count) == Errno.None ? FileNumber.Parse(buffer[..count]) : 0;
    }

    private bool Watch(FollowedFile file)
    {
        try
        {
            _directories ??= new FileWatch();
            _watch ??= scheduler.Watch(_directories.Descriptor, Readiness.Read, _ => OnReadable());
            file.Watch = _directories.Add(file.Directory, out _);
        }
        catch (Exception exception) when (exception is LinuxException or IOException)
        {
            file.Watch = -1;
        }

        if (file.Watch < 0)
        {
            _retryTimer ??= scheduler.CreateTimer(_ => Retry());
            _retryTimer.Arm(scheduler.Now + _retry);
        }

        return file.Watch >= 0;
    }

    // Each file is read once however much is told of it: whoever writes one all the time would keep the loop here.
    private void OnReadable()
    {
        _directories?.OnReadable(this);

        // Whoever is told may end any of them, and with the last one the watch.
        foreach (FollowedFile file in _files.FindAll(static file => file.IsStale))
        {
            Refresh(file);
        }
    }

    private void Retry()
    {
        foreach (FollowedFile file in _files.ToArray())
        {
            if (file.Watch < 0 && !file.IsDisposed && Watch(file))
            {
                Refresh(file);
            }
        }
    }

    private static void Refresh(FollowedFile file)
    {
        file.IsStale = false;
        int value = Read(file.Path);
        if (value != file.Value && !file.IsDisposed)
        {
            file.Value = value;
            file.Changed();
        }
    }

    private void End(FollowedFile file)
    {
        _files.Remove(file);
        if (_files.Count == 0)
        {
            scheduler.Post(CloseIfUnused); // not now: this may be a file's own news
        }
        else if (file.Watch >= 0 && !_files.Exists(other => other.Watch == file.Watch))
        {
            _directories?.Remove(file.Watch);
        }
    }

    private void CloseIfUnused()
    {
        if (_files.Count == 0)
        {
            Close();
        }
    }

    private void Close()
    {
        _retryTimer?.Dispose();
        _watch?.Dispose();
        _directories?.Dispose();
        (_retryTimer, _watch, _directories) = (null, null, null);
    }

    private sealed class FollowedFile : IFileNumber
    {
        private readonly FileNumbers _owner;

        public FollowedFile(FileNumbers owner, string path, Action changed)
        {
            _owner = owner;
            Path = System.IO.Path.GetFullPath(path);
            Directory = System.IO.Path.GetDirectoryName(Path) ?? "/";
            Name = Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(Path));
            Changed = changed;
        }

        public string Path { get; }

        public string Directory { get; }

        public byte[] Name { get; }

        public Action Changed { get; }

        public int Watch { get; set; } = -1;

        public int Value { get; set; }

        /// <summary>It has changed and was not read since.</summary>
        public bool IsStale { get; set; }

        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            if (!IsDisposed)
            {
                IsDisposed = true;
                _owner.End(this);
            }
        }
    }
}
