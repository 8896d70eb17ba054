// The host room: the executable. It owns the command line, the processes (parent, children, watchdog), the loading of plugins, scripts,
// pid files, dumps and the log. Everything runs on the main thread, which is the loop thread; there is no other thread of ours.
// It knows no protocol: what a child does is decided by the plugins of its role. It never forks, never waits for "any child", never blocks.
using System.Runtime.Versioning;
using Keepalived.Host.CommandLine;

[assembly: SupportedOSPlatform("linux")]

namespace Keepalived.Host;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        DaemonOptions options = new CommandLineParser(Console.Out, Console.Error).Parse(arguments);
        return options.ExitCode;
    }
}
