using Keepalived.Host.Scripts;
using Keepalived.Linux;
using Keepalived.Linux.Local;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling;

namespace Keepalived.Host.Processes;

/// <summary>
/// Going to the background. A managed process cannot fork, so the program starts itself once more in a session of its own and waits until that
/// one says that it runs; then it ends with 0, and whoever started it finds the pid file written. A daemon that cannot start says why on
/// the terminal that it still has, and its exit code becomes ours.
/// </summary>
internal static class BackgroundDaemon
{
    /// <summary>Starts the daemon and waits for it.</summary>
    /// <returns>The exit code of the process that the user started.</returns>
    internal static int Start(IReadOnlyList<string> arguments, TextWriter error)
    {
        using EventLoop loop = new();
        IScheduler scheduler = loop.ForOwner("keepalived");
        try
        {
            SpawnedProcess daemon = new ChildLauncher(arguments).StartDaemon(out LinuxSocket socket);
            using ControlChannel control = new(scheduler, socket, (message, _) => OnMessage(loop, message), static () => { });
            using IDisposable watch = scheduler.WatchProcess(
                daemon.ProcessId, daemon.Descriptor, exit => loop.Stop(exit.ExitCode ?? ExitCodes.InternalError));
            return loop.Run();
        }
        catch (LinuxException exception)
        {
            error.WriteLine($"Cannot start the daemon: {exception.Message}");
            return ExitCodes.Fatal;
        }
    }

    /// <summary>Tells the process that waits that the daemon runs, and lets go of the terminal.</summary>
    internal static void ReportStarted(int descriptor)
    {
        using LinuxSocket socket = new(descriptor);
        byte[] buffer = new byte[ControlMessage.MaximumLength];
        int length = new ControlMessage(ControlKind.Ready).Write(buffer);
        _ = socket.Send(buffer.AsSpan(0, length), out _);
        StandardStreams.Silence();
    }

    private static void OnMessage(EventLoop loop, ControlMessage message)
    {
        if (message.Kind == ControlKind.Ready)
        {
            loop.Stop(ExitCodes.Ok);
        }
    }
}
