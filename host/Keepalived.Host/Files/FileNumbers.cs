using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Scheduling;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Files;

/// <summary>
/// Follows numbers in files through inotify. Directories are watched, so that files may come, go and be replaced; one that cannot be watched
/// is tried again from time to time. The descriptor exists only while something is followed.
/// </summary>
internal sealed class FileNumbers(IScheduler scheduler, ILogger log) : IFileNumbers, IDisposable
{
    private const FileEvents Wanted =
        FileEvents.ClosedAfterWriting | FileEvents.MovedAway | FileEvents.MovedHere | FileEvents.Created | FileEvents.Deleted;

    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(5);
    private readonly List<FollowedFile> _files = [];
    private Inotify? _inotify;
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

    /// <summary>What the text of a file says.</summary>
    internal static int Parse(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n\v\f"u8);
        bool isNegative = text is [(byte)'-', ..];
        text = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        bool isHexadecimal = text is [(byte)'0', (byte)'x' or (byte)'X', var first, ..] && char.IsAsciiHexDigit((char)first);
        int radix = isHexadecimal ? 16 : text is [(byte)'0', ..] ? 8 : 10;
        text = isHexadecimal ? text[2..] : text;
        long value = 0;
        foreach (byte octet in text)
        {
            int digit = char.IsAsciiHexDigit((char)octet) ? Convert.ToInt32(((char)octet).ToString(), 16) : radix;
            if (digit >= radix)
            {
                break;
            }

            value = Math.Min((value * radix) + digit, 1L << 32);
        }

        return (int)Math.Clamp(isNegative ? -value : value, int.MinValue, int.MaxValue);
    }

    private static int Read(string path)
    {
        try
        {
            Span<byte> buffer = stackalloc byte[64];
            using FileStream stream = File.OpenRead(path);
            return Parse(buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private bool Watch(FollowedFile file)
    {
        try
        {
            _inotify ??= new Inotify();
            _watch ??= scheduler.Watch(_inotify.Descriptor, Readiness.Read, _ => _inotify.ReadAll(OnEvent));
            file.Watch = _inotify.WatchDirectory(file.Directory, Wanted, out _);
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

    private void OnEvent(int watch, FileEvents events, ReadOnlySpan<byte> name)
    {
        bool isAny = (events & (FileEvents.Overflow | FileEvents.WatchEnded)) != 0;
        for (int i = _files.Count - 1; i >= 0; i--)
        {
            // A handler may end any of them.
            if (i >= _files.Count || (watch >= 0 && _files[i].Watch != watch) || (!isAny && !name.SequenceEqual(_files[i].Name)))
            {
                continue;
            }

            FollowedFile file = _files[i];
            if ((events & FileEvents.WatchEnded) != 0)
            {
                Watch(file);
            }

            Refresh(file);
        }
    }

    private static void Refresh(FollowedFile file)
    {
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
            Close();
        }
        else if (file.Watch >= 0 && !_files.Exists(other => other.Watch == file.Watch))
        {
            _inotify?.EndWatch(file.Watch);
        }
    }

    private void Close()
    {
        _retryTimer?.Dispose();
        _watch?.Dispose();
        _inotify?.Dispose();
        (_retryTimer, _watch, _inotify) = (null, null, null);
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
