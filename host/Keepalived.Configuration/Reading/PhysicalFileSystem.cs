namespace Keepalived.Configuration;

/// <summary>The machine's files.</summary>
public sealed class PhysicalFileSystem : IConfigurationFileSystem
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private PhysicalFileSystem()
    {
    }

    /// <summary>The one instance.</summary>
    public static PhysicalFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public string FullPath(string path) => Path.GetFullPath(path);

    /// <inheritdoc/>
    public ConfigurationFileKind KindOf(string path)
    {
        try
        {
            var info = new FileInfo(path);
            FileSystemInfo target = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) ?? info;
            if (Directory.Exists(target.FullName))
            {
                return ConfigurationFileKind.Directory;
            }

            if (!File.Exists(target.FullName))
            {
                return ConfigurationFileKind.Missing;
            }

            if (!IsRegular(target.FullName))
            {
                return ConfigurationFileKind.Other;
            }

            bool executable = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(target.FullName) & AnyExecute) != 0;
            return executable ? ConfigurationFileKind.Executable : ConfigurationFileKind.Regular;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ConfigurationFileKind.Missing;
        }
    }

    /// <inheritdoc/>
    public Stream Open(string path) => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <inheritdoc/>
    public IEnumerable<string> Names(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)!)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>
    /// The framework does not tell FIFOs, sockets and devices from files, but all of those have no length, and opening a FIFO for reading
    /// and writing does not block (fifo(7)): what is empty is opened so and asked whether it can be positioned.
    /// </summary>
    private static bool IsRegular(string path)
    {
        if (path.StartsWith("/dev/", StringComparison.Ordinal))
        {
            return false;
        }

        if (new FileInfo(path).Length > 0)
        {
            return true;
        }

        try
        {
            using FileStream stream = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return stream.CanSeek;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
