// The host room: the executable. It owns the command line, the processes (parent, children, watchdog), the loading of plugins, scripts,
// pid files, dumps and the log. Everything runs on the main thread, which is the loop thread; there is no other thread of ours.
// It knows no protocol: what a child does is decided by the plugins of its role. It never forks, never waits for "any child", never blocks.
//
// A development tree runs without publishing: `dotnet build Plugins.sln`, then
// `artifacts/bin/Keepalived.Host/debug/keepalived -n -l -f FILE --plugin-dir DIR`, where DIR/NAME is a link to a plugin's artifacts/bin folder.
using System.Runtime.Versioning;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Logging;
using Keepalived.Host.Processes;
using Keepalived.Linux.Local;

[assembly: SupportedOSPlatform("linux")]

namespace Keepalived.Host;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        using DescriptorWriter output = new(StandardStreams.Output);
        using DescriptorWriter error = new(StandardStreams.Error);
        if (arguments is [['-', '-', 'w', 'o', ..], ..] && arguments[0].StartsWith(CommandRunner.WorkerOption, StringComparison.Ordinal))
        {
            return CommandRunner.RunWorker(arguments, output, error);
        }

        if (CommandRunner.CommandName(arguments, out string[] rest) is { } command)
        {
            return CommandRunner.Run(command, rest, output, error);
        }

        if (arguments is ["config", ..])
        {
            return ConfigurationCommand.Run(arguments.AsSpan(1), output, error);
        }

        DaemonOptions options = new CommandLineParser(output, error).Parse(arguments);
        return options.Task switch
        {
            ProgramTask.Exit => options.ExitCode,
            ProgramTask.TestConfiguration => new ConfigurationTest(options, output, error).Test(),
            ProgramTask.ListPlugins => new ConfigurationTest(options, output, error).ListPlugins(),
            ProgramTask.ListKeywords => new ConfigurationTest(options, output, error).ListKeywords(),
            _ => Run(options, arguments, error),
        };
    }

    private static int Run(DaemonOptions options, string[] arguments, TextWriter error) =>
        options.ChildRole is { } role ? ChildHost.Run(options, role)
        : options.Foreground || options.IsDetached ? Supervisor.Run(options, WithoutHidden(arguments))
        : BackgroundDaemon.Start(arguments, error);

    /// <summary>What the user wrote: the daemon in the background was given two options more.</summary>
    private static string[] WithoutHidden(string[] arguments) =>
        Array.FindAll(arguments, static argument => argument != "--detached" && !argument.StartsWith("--control-fd=", StringComparison.Ordinal));
}
