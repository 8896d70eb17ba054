using System.Globalization;
using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Tracking;

namespace Keepalived.Vrrp.Tracking;

/// <summary>The files that are tracked, as the system has them; the seam for tests.</summary>
internal interface IFileSource : IDisposable
{
    /// <summary>Readable when files have changed; -1 for a fake.</summary>
    int Descriptor { get; }

    /// <summary>Reads the beginning of a file.</summary>
    /// <returns>The octets read; 0, too, for a file that is missing, with what is wrong if that is more.</returns>
    int Read(string path, Span<byte> buffer, out string? trouble);

    /// <summary>Writes the file's first content, as <c>init_file</c> asks.</summary>
    void Initialize(string path, FileInitialization initialization, out string? trouble);

    /// <summary>Begins to tell of a directory.</summary>
    int Watch(string directory, out string? trouble);

    /// <summary>Ends telling.</summary>
    void Unwatch(int watch);

    /// <summary>Hands over what has changed.</summary>
    void OnReadable(IFileWatchHandler handler);
}

/// <summary>Real files, and inotify.</summary>
internal sealed class KernelFiles : IFileSource
{
    private const int WorldReadable = 0x1a4; // 0644
    private readonly FileWatch _watch = new();

    public int Descriptor => _watch.Descriptor;

    public int Read(string path, Span<byte> buffer, out string? trouble)
    {
        trouble = null;
        using LinuxFile? file = LinuxFile.TryOpen(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking, 0, out Errno error);
        if (file is null)
        {
            trouble = error == Errno.ENOENT ? null : error.Text();
            return 0;
        }

        error = FileDescriptors.Read(file.Descriptor, buffer, out int count);
        trouble = error == Errno.None ? null : error.Text();
        return count;
    }

    public void Initialize(string path, FileInitialization initialization, out string? trouble)
    {
        trouble = null;
        OpenFlags flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoFollow | (initialization.Overwrites ? OpenFlags.Truncate : OpenFlags.Exclusive);
        using LinuxFile? file = LinuxFile.TryOpen(path, flags, WorldReadable, out Errno error);
        if (file is null)
        {
            trouble = error == Errno.EEXIST ? null : $"cannot be written: {error.Text()}";
            return;
        }

        file.Write(Encoding.ASCII.GetBytes(initialization.Value.ToString(CultureInfo.InvariantCulture) + "\n"));
    }

    public int Watch(string directory, out string? trouble)
    {
        if (FileSystemKind.TellsNothing(directory))
        {
            trouble = $"{directory} is on a file system that tells of no changes";
            return -1;
        }

        int watch = _watch.Add(directory, out Errno error);
        trouble = watch < 0 ? $"directory {directory} cannot be watched: {error.Text()}" : null;
        return watch;
    }

    public void Unwatch(int watch) => _watch.Remove(watch);

    public void OnReadable(IFileWatchHandler handler) => _watch.OnReadable(handler);

    public void Dispose() => _watch.Dispose();
}
