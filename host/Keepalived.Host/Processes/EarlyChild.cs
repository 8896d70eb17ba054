using System.Diagnostics.CodeAnalysis;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Files;
using Keepalived.Linux.Local;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;

namespace Keepalived.Host.Processes;

/// <summary>
/// The VRRP or the checker process, started before the configuration has been read: while the parent reads, the child's run time starts and
/// loads its plugins, and the first advertisement leaves, or the first service is there, that much earlier. Until <see cref="ControlKind.Begin"/>
/// the child writes no log, no file and touches nothing. One that turns out not to be needed is killed and nobody hears of it.
/// </summary>
internal sealed class EarlyChild : IDisposable
{
    private const int LongestLook = 64 * 1024;

    private readonly SpawnedProcess _process;
    private LinuxSocket? _control;

    private EarlyChild(PluginRoles role, SpawnedProcess process, LinuxSocket control)
    {
        Role = role;
        _process = process;
        _control = control;
    }

    /// <summary>What it does.</summary>
    internal PluginRoles Role { get; }

    /// <summary>Starts the processes that the configuration looks as if it will need; none when they cannot be started.</summary>
    internal static EarlyChild[] Start(DaemonOptions options, ChildLauncher launcher)
    {
        // What the parent sets up before it starts children, and these inherit, must be there when the process begins.
        bool inheritsNothing = options is { NetworkNamespace: null, CoreDumps: false };
        if (!inheritsNothing || (options.Roles & (PluginRoles.Vrrp | PluginRoles.Checker)) == 0)
        {
            return [];
        }

        PluginRoles needed = Needed(options) & options.Roles;
        EarlyChild? router = TryStart(PluginRoles.Vrrp, needed, launcher);
        EarlyChild? checker = TryStart(PluginRoles.Checker, needed, launcher);
        return (router, checker) switch
        {
            (null, null) => [],
            (null, not null) => [checker],
            (not null, null) => [router],
            _ => [router, checker],
        };
    }

    private static EarlyChild? TryStart(PluginRoles role, PluginRoles needed, ChildLauncher launcher)
    {
        if ((role & needed) == 0)
        {
            return null;
        }

        try
        {
            return new(role, launcher.StartChild(role, new ProcessSettings(), out LinuxSocket control), control);
        }
        catch (LinuxException)
        {
            return null; // The parent tries again when it knows what it needs, and says then what is wrong.
        }
    }

    /// <summary>Lets it read while the parent still does; what counts is what it begins with.</summary>
    internal void Show(MemoryFile configuration)
    {
        Span<byte> message = stackalloc byte[ControlMessage.MaximumLength];
        int length = new ControlMessage(ControlKind.Look).Write(message);
        // One that cannot be told reads later.
        _ = _control?.SendWithDescriptors(message[..length], [configuration.Descriptor]);
    }

    /// <summary>Hands the process over; false when it has been taken or dropped.</summary>
    internal bool Take(out SpawnedProcess process, [NotNullWhen(true)] out LinuxSocket? control)
    {
        process = _process;
        control = _control;
        _control = null;
        return control is not null;
    }

    /// <summary>Ends a process that nobody took.</summary>
    public void Dispose()
    {
        if (_control is not null)
        {
            _control.Dispose();
            _control = null;
            ProcessDescriptor.KillAndReap(_process.Descriptor);
            FileDescriptors.Close(_process.Descriptor);
        }
    }

    /// <summary>
    /// Looks for words of VRRP and of virtual servers, or for an include that may lead to the former, in the first part of the file. A guess: a
    /// process too many costs some CPU, one too few some time. Where both are needed the first advertisement has the processors for itself,
    /// unless the file is so large that virtual servers would wait for long.
    /// </summary>
    /// <param name="text">The first part of the file.</param>
    /// <param name="isLarge">The file is longer than that.</param>
    internal static PluginRoles Needed(ReadOnlySpan<byte> text, bool isLarge)
    {
        PluginRoles found = PluginRoles.None;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == (byte)'v' && text[i..].StartsWith("virtual_server"u8))
            {
                found |= PluginRoles.Checker;
                i += "virtual_server"u8.Length - 1;
            }
            else if ((text[i] == (byte)'v' && text[i..].StartsWith("vrrp_"u8)) || (text[i] == (byte)'i' && text[i..].StartsWith("include"u8)))
            {
                found |= PluginRoles.Vrrp;
                if (!isLarge)
                {
                    return PluginRoles.Vrrp;
                }
            }
        }

        return found;
    }

    private static PluginRoles Needed(DaemonOptions options)
    {
        if (options.StartAll)
        {
            return PluginRoles.Vrrp;
        }

        try
        {
            // A pattern of files, a directory or a pipe is not looked into: reading a pipe would take what it holds away from the real reading.
            if (FileStatus.TryGet(options.ConfigurationFile, follow: true, out FileStatus status) != Errno.None || !status.IsRegular)
            {
                return PluginRoles.None;
            }

            using LinuxFile file = LinuxFile.Open(options.ConfigurationFile, OpenFlags.ReadOnly);
            byte[] text = new byte[LongestLook];
            return FileDescriptors.Read(file.Descriptor, text, out int length) == Errno.None
                ? Needed(text.AsSpan(0, length), isLarge: length == LongestLook)
                : PluginRoles.None;
        }
        catch (LinuxException)
        {
            return PluginRoles.None;
        }
    }
}
