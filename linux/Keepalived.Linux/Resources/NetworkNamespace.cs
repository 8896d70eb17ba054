// sched.h: setns(2).
using System.Runtime.InteropServices;
using Keepalived.Linux.Files;

namespace Keepalived.Linux.Resources;

/// <summary>
/// Network namespaces. Entering one changes the calling thread and what it starts from then on, no other thread: a process that lives
/// in a namespace is one that was started by a thread in it.
/// </summary>
public static partial class NetworkNamespace
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET

    /// <summary>Moves the calling thread into the namespace that a file stands for, such as <c>/run/netns/NAME</c>.</summary>
    /// <exception cref="LinuxException">ENOENT: no such namespace; EPERM: needs CAP_SYS_ADMIN.</exception>
    public static void Enter(string path)
    {
        using LinuxFile file = LinuxFile.Open(path, OpenFlags.ReadOnly);
        Enter(file.Descriptor, path);
    }

    /// <summary>Moves the calling thread into the namespace of an open file.</summary>
    /// <param name="descriptor">The file.</param>
    /// <param name="name">For the message of an error.</param>
    /// <exception cref="LinuxException">EINVAL: no network namespace; EPERM: needs CAP_SYS_ADMIN.</exception>
    public static void Enter(int descriptor, string name)
    {
        if (SetNamespace(descriptor, NewNetwork) != 0)
        {
            LinuxException.ThrowLast($"enter the network namespace {name}");
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
