using System.Globalization;
using System.Text;
using Keepalived.Linux.Local;

namespace Keepalived.Host.Processes;

/// <summary>
/// Tells systemd how far the daemon is (sd_notify(3)). Only when systemd itself started us: a NOTIFY_SOCKET that was inherited through somebody
/// else's service is not ours to write to.
/// </summary>
internal sealed class SystemdNotifier(string? socketPath)
{
    /// <summary>The notifier for this process; silent unless process 1 is systemd and our parent.</summary>
    internal static SystemdNotifier ForEnvironment(int parentProcessId, bool isDetached)
    {
        string? path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");

        // A daemon in the background has the variable only when it is ours: whoever started it has looked.
        return new(path is { Length: > 1 } && (isDetached || IsStartedBySystemd(parentProcessId)) ? path : null);
    }

    /// <summary>Whether this process is a service's own, so that NOTIFY_SOCKET is meant for it.</summary>
    internal static bool IsStartedBySystemd(int parentProcessId) => parentProcessId == 1 && IsSystemd();

    /// <summary>All children are ready.</summary>
    internal void Ready() => Send(string.Create(CultureInfo.InvariantCulture, $"READY=1\nMAINPID={Environment.ProcessId}"));

    /// <summary>A reload has begun; <see cref="Ready"/> ends it.</summary>
    internal void Reloading(MonotonicTime now) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={now.Nanoseconds / 1000}"));

    /// <summary>The daemon is about to end.</summary>
    internal void Stopping() => Send("STOPPING=1");

    /// <summary>The daemon ends with an exit code that is not 0, said as the errno (asm-generic/errno.h) that is nearest to it.</summary>
    internal void Failed(int exitCode)
    {
        const int NotPermitted = 1;
        const int InputOutput = 5;
        const int Invalid = 22;
        int errno = exitCode switch
        {
            ExitCodes.Permission => NotPermitted,
            ExitCodes.Configuration or ExitCodes.NoConfiguration => Invalid,
            _ => InputOutput,
        };
        Send(string.Create(CultureInfo.InvariantCulture, $"ERRNO={errno}"));
    }

    private void Send(string text)
    {
        if (socketPath is not null)
        {
            using DatagramSender? socket = DatagramSender.TryConnect(socketPath);
            socket?.TrySend(Encoding.UTF8.GetBytes(text));
        }
    }

    private static bool IsSystemd()
    {
        try
        {
            return File.ReadAllText("/proc/1/comm") == "systemd\n";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
