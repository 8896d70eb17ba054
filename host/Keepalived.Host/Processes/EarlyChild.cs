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
/// The VRRP process, started before the configuration has been read: while the parent reads, the child's run time starts and loads its
/// plugins, and the first advertisement leaves that much earlier. Until <see cref="ControlKind.Begin"/> the child writes no log, no file and
/// touches nothing. One that turns out not to be needed is killed and nobody hears of it.
/// </summary>
internal sealed class EarlyChild : IDisposable
{
    private const int LongestLook = 64 * 1024;

    private readonly SpawnedProcess _process;
    private LinuxSocket? _control;

    private EarlyChild(SpawnedProcess process, LinuxSocket control)
    {
        _process = process;
        _control = control;
    }

    /// <summary>Starts the process if the configuration looks as if it will be needed; null when not, or when it cannot be started.</summary>
    internal static EarlyChild? TryStart(DaemonOptions options, ChildLauncher launcher)
    {
        // What the parent sets up before it starts children, and these inherit, must be there when the process begins.
        bool inheritsNothing = options is { NetworkNamespace: null, CoreDumps: false };
        if (!inheritsNothing || (options.Roles & PluginRoles.Vrrp) == 0 || !MayBeNeeded(options))
        {
            return null;
        }

        try
        {
            return new(launcher.StartChild(PluginRoles.Vrrp, new ProcessSettings(), out LinuxSocket control), control);
        }
        catch (LinuxException)
        {
            return null; // The parent tries again when it knows what it needs, and says then what is wrong.
        }
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
    /// Looks for the word of a VRRP block, or for an include that may lead to one, in the first part of the file. A guess: a process too many
    /// costs some CPU, one too few some time.
    /// </summary>
    internal static bool MayBeNeeded(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if ((text[i] == (byte)'v' && text[i..].StartsWith("vrrp_"u8)) || (text[i] == (byte)'i' && text[i..].StartsWith("include"u8)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayBeNeeded(DaemonOptions options)
    {
        if (options.StartAll)
        {
            return true;
        }

        try
        {
            // A pattern of files, a directory or a pipe is not looked into: reading a pipe would take what it holds away from the real reading.
            if (FileStatus.TryGet(options.ConfigurationFile, follow: true, out FileStatus status) != Errno.None || !status.IsRegular)
            {
                return false;
            }

            using LinuxFile file = LinuxFile.Open(options.ConfigurationFile, OpenFlags.ReadOnly);
            byte[] text = new byte[LongestLook];
            return FileDescriptors.Read(file.Descriptor, text, out int length) == Errno.None && MayBeNeeded(text.AsSpan(0, length));
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}
