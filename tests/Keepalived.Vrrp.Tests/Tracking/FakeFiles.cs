using System.Globalization;
using System.Text;
using Keepalived.Linux.Files;
using Keepalived.Tracking;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary>Files that exist only in a test.</summary>
internal sealed class FakeFiles : IFileSource
{
    private readonly Dictionary<int, string> _watches = [];
    private int _next = 1;

    public Dictionary<string, string> Contents { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Directories { get; } = ["/d"];

    /// <summary>What is told of changes.</summary>
    public IFileWatchHandler? Handler { get; set; }

    public int Descriptor => 3000;

    public int Watches => _watches.Count;

    public Action? Ready { get; set; }

    /// <summary>How often a file was read.</summary>
    public int Reads { get; private set; }

    /// <summary>What happens while a file is being read.</summary>
    public Action? Reading { get; set; }

    private Queue<Action<IFileWatchHandler>> News { get; } = new();

    public int Read(string path, Span<byte> buffer, out string? trouble)
    {
        trouble = null;
        Reads++;
        Reading?.Invoke();
        return Contents.TryGetValue(path, out string? text) ? Encoding.UTF8.GetBytes(text, buffer) : 0;
    }

    public void Initialize(string path, FileInitialization initialization, out string? trouble)
    {
        trouble = null;
        if (initialization.Overwrites || !Contents.ContainsKey(path))
        {
            Contents[path] = initialization.Value.ToString(CultureInfo.InvariantCulture) + "\n";
        }
    }

    public int Watch(string directory, out string? trouble)
    {
        trouble = Directories.Contains(directory) ? null : $"directory {directory} cannot be watched";
        if (trouble is not null)
        {
            return -1;
        }

        foreach ((int watch, string watched) in _watches)
        {
            if (watched == directory)
            {
                return watch;
            }
        }

        _watches.Add(_next, directory);
        return _next++;
    }

    public void Unwatch(int watch) => _watches.Remove(watch);

    public void OnReadable(IFileWatchHandler handler)
    {
        while (News.TryDequeue(out Action<IFileWatchHandler>? news))
        {
            news(handler);
        }
    }

    /// <summary>Somebody writes a file, or removes it.</summary>
    public void Write(string path, string? content)
    {
        if (content is null)
        {
            Contents.Remove(path);
        }
        else
        {
            Contents[path] = content;
        }

        byte[] name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        foreach ((int watch, string directory) in _watches)
        {
            if (directory == Path.GetDirectoryName(path))
            {
                News.Enqueue(handler => handler.Changed(watch, name, content is null ? FileChange.Gone : FileChange.Content));
            }
        }

        Ready?.Invoke();
    }

    /// <summary>Somebody removes a whole directory.</summary>
    public void Drop(string directory)
    {
        Directories.Remove(directory);
        foreach ((int watch, string watched) in _watches)
        {
            if (watched == directory)
            {
                _watches.Remove(watch);
                News.Enqueue(handler => handler.Changed(watch, default, FileChange.WatchGone));
            }
        }

        Ready?.Invoke();
    }

    public void Overrun()
    {
        News.Enqueue(handler => handler.Overrun());
        Ready?.Invoke();
    }

    public void Dispose()
    {
    }
}
