using System.Globalization;
using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// A pid file: <c>PID\n</c>, mode 0644, no symbolic link followed, locked for the life of the process by a lock of the open file, which the
/// kernel drops however the process ends. Somebody else's lock means that the daemon is already running.
/// </summary>
internal sealed class PidFile
{
    private const UnixFileMode Permissions = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly string _path;
    private readonly LinuxFile _file;

    private PidFile(string path, LinuxFile file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Locks and writes the file; null (logged) when another process holds it or it cannot be written.</summary>
    internal static PidFile? Acquire(string path, ILogger log)
    {
        try
        {
            CreateDirectory(path);
            LinuxFile file = LinuxFile.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow, (int)Permissions);
            if (!file.TryLock())
            {
                file.Dispose();
                log.LogError("daemon is already running: another process holds {Path}; stop it, or use another pid file or instance", path);
                return null;
            }

            File.SetUnixFileMode(path, Permissions);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            return new(path, file);
        }
        catch (Exception exception) when (exception is LinuxException or IOException or UnauthorizedAccessException)
        {
            log.LogError("Cannot write pid file {Path}: {Reason}", path, exception.Message);
            return null;
        }
    }

    /// <summary>Removes the file and drops the lock.</summary>
    internal void Delete()
    {
        _ = LinuxFile.Unlink(_path);
        _file.Dispose();
    }

    private static void CreateDirectory(string path)
    {
        string? directory = Path.GetDirectoryName(path);
        if (directory is { Length: > 0 } && !Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, Permissions | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }
}
