using Keepalived.Host.Configuration;
using Keepalived.Host.Scripts;
using Keepalived.Linux;
using Keepalived.Linux.Processes;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;

namespace Keepalived.Host.Processes;

/// <summary>
/// Starts this program once more: as a child process with a role, or as the daemon in the background. posix_spawn instead of fork, which a
/// managed process cannot survive. Loop thread only: the parent-death signal fires when the thread that spawned ends.
/// </summary>
internal sealed class ChildLauncher(IReadOnlyList<string> arguments, bool isDetached = false)
{
    private const int ControlDescriptor = 3;
    private readonly string _program = Environment.ProcessPath ?? "/proc/self/exe";

    /// <summary>What to start to start this program.</summary>
    internal string Program => _program;

    /// <summary>Its arguments, without the program itself.</summary>
    internal IReadOnlyList<string> OwnArguments => [.. HostAssembly(), .. arguments];

    /// <summary>Starts a child process; it waits for <see cref="ControlKind.Begin"/>.</summary>
    /// <param name="role">What it does.</param>
    /// <param name="settings">How it is scheduled; a real-time policy is set before exec, so that every thread of its run time inherits it.</param>
    /// <param name="control">Our end of the socket pair.</param>
    /// <param name="without">Plugins that it must not load.</param>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    internal SpawnedProcess StartChild(PluginRoles role, ProcessSettings settings, out LinuxSocket control, params ReadOnlySpan<string> without)
    {
        string[] hidden = [$"--process-role={RoleNames.Option(role)}", $"--control-fd={ControlDescriptor}"];
        foreach (string plugin in without)
        {
            hidden = [.. hidden, $"--without-plugin={plugin}"];
        }

        SpawnOptions options = Options(hidden) with
        {
            Environment = ScriptEnvironment.ForChildren(role),
            Scheduling = ProcessScheduling.PolicyOf(settings),
        };
        return Start(options, out control);
    }

    /// <summary>Starts the daemon in a session of its own.</summary>
    /// <param name="control">Our end of the socket pair, over which it says that it has started.</param>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    internal SpawnedProcess StartDaemon(out LinuxSocket control)
    {
        SpawnOptions options = Options(["--detached", $"--control-fd={ControlDescriptor}"]) with
        {
            Environment = ScriptEnvironment.ForDaemon(SystemdNotifier.IsStartedBySystemd(ProcessControl.ParentId)),
            NewSession = true,
            WorkingDirectory = "/",
        };
        return Start(options, out control);
    }

    private SpawnedProcess Start(SpawnOptions options, out LinuxSocket control)
    {
        (LinuxSocket ours, LinuxSocket theirs) = LinuxSocket.OpenPair();
        using (theirs)
        {
            List<SpawnDescriptor> descriptors = [SpawnDescriptor.Inherit(theirs.Descriptor, ControlDescriptor)];
            if (isDetached)
            {
                // The terminal, or the pipe of whoever waits for our output to end, is not for a daemon's children.
                descriptors.AddRange([SpawnDescriptor.Null(0), SpawnDescriptor.Null(1), SpawnDescriptor.Null(2)]);
            }

            try
            {
                SpawnedProcess process = ProcessSpawner.Spawn(options with { Descriptors = descriptors });
                control = ours;
                return process;
            }
            catch (LinuxException)
            {
                ours.Dispose();
                throw;
            }
        }
    }

    private SpawnOptions Options(ReadOnlySpan<string> hidden)
    {
        List<string> all = ["keepalived", .. HostAssembly()];
        all.AddRange(hidden);
        all.AddRange(arguments);
        return new SpawnOptions { Program = _program, Arguments = all, Environment = [], CloseFrom = ControlDescriptor + 1 };
    }

    // In a development tree the program is `dotnet keepalived.dll`; installed it is the host itself.
    private string[] HostAssembly() =>
        Path.GetFileName(_program) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "keepalived.dll")] : [];
}
