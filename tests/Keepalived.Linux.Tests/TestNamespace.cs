using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Tests;

/// <summary>
/// A network namespace of one test, with lo up and a veth pair "left" and "right". Skips the test where it cannot be made.
/// </summary>
internal sealed partial class TestNamespace : IDisposable
{
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;
    private const int CloneNewNet = 0x40000000;

    private static int s_count;

    internal TestNamespace()
    {
        Name = $"kalinux{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
        if (!ToolRunner.TryRun("ip", ["netns", "add", Name], out string output))
        {
            Assert.Skip($"needs root and iproute2 to make a network namespace: {output}");
        }

        Ip("link", "set", "lo", "up");
        Ip("link", "add", "left", "type", "veth", "peer", "name", "right");
    }

    internal string Name { get; }

    internal string Ip(params string[] arguments) => ToolRunner.Run("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs on a thread of its own that has entered the namespace; sockets opened there stay in it.</summary>
    internal T Enter<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                SwitchTo();
                result = work();
            }
            catch (Exception caught)
            {
                error = ExceptionDispatchInfo.Capture(caught);
            }
        });
        thread.Start();
        thread.Join();
        error?.Throw();
        return result;
    }

    internal void Enter(Action work) => Enter(() =>
    {
        work();
        return true;
    });

    public void Dispose() => ToolRunner.TryRun("ip", ["netns", "del", Name], out _);

    private void SwitchTo()
    {
        int fd = Open($"/run/netns/{Name}", OpenReadOnly | OpenCloseOnExec, 0);
        if (fd < 0 || SetNs(fd, CloneNewNet) < 0)
        {
            LinuxException.ThrowLast($"enter namespace {Name}");
        }

        _ = LibC.Close(fd);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(int fd, int type);
}
