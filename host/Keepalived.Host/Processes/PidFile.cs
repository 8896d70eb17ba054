using System.Globalization;
using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Local;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// A pid file: <c>PID\n</c>, mode 0644, no symbolic link followed, locked for the life of the process by a lock of the open file, which the
/// kernel drops however the process ends. Somebody else's lock means that the daemon is already running.
/// </summary>
internal sealed class PidFile
{
    private const int Permissions = 0x1a4; // 0644
    private readonly string _path;
    private readonly int _descriptor;

    private PidFile(string path, int descriptor)
    {
        _path = path;
        _descriptor = descriptor;
    }

    /// <summary>Locks and writes the file; null (logged) when another process holds it or it cannot be written.</summary>
    internal static PidFile? Acquire(string path, ILogger log)
    {
        try
        {
            CreateDirectory(path);
            int descriptor = ProcessControl.OpenOrCreate(path, Permissions);
            if (!ProcessControl.TryLock(descriptor))
            {
                FileDescriptors.Close(descriptor);
                log.LogError("daemon is already running: another process holds {Path}; stop it, or use another pid file or instance", path);
                return null;
            }

            ProcessControl.Empty(descriptor, Permissions);
            FileDescriptors.Write(descriptor, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"), out _);
            return new(path, descriptor);
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
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It stays behind without its lock, which is what counts.
        }

        FileDescriptors.Close(_descriptor);
    }

    private static void CreateDirectory(string path)
    {
        string? directory = Path.GetDirectoryName(path);
        if (directory is { Length: > 0 } && !Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, (UnixFileMode)0x1ed); // 0755
        }
    }
}
