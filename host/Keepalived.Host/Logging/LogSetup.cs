using Keepalived.Host.CommandLine;
using Keepalived.Host.Processes;
using Keepalived.Plugins;

namespace Keepalived.Host.Logging;

/// <summary>Opens the log that the command line asks for.</summary>
internal static class LogSetup
{
    internal static void Open(DaemonLog log, DaemonOptions options, PluginRoles? role, string temporaryDirectory)
    {
        if (options.LogToConsole)
        {
            log.Add(new ConsoleSink(log.IsJson));
        }

        if (options.LogToSyslog)
        {
            log.Add(new SyslogSink(SyslogSink.DefaultPath, options.LogFacility, RoleNames.SyslogIdentity(role), Environment.ProcessId));
        }

        if (options.LogFile is { } file)
        {
            OpenFile(log, file.Length == 0 ? Path.Combine(temporaryDirectory, "keepalived.log") : file, role, options.FlushLogFile);
        }

        log.Begin();
    }

    private static void OpenFile(DaemonLog log, string name, PluginRoles? role, bool flush)
    {
        string path = FileSink.PathFor(name, RoleNames.LogFileSuffix(role));
        try
        {
            log.Add(new FileSink(path, flush, log.IsJson));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Write(Microsoft.Extensions.Logging.LogLevel.Warning, $"Cannot open log file {path}: {exception.Message}");
        }
    }
}
