using Keepalived.Host.CommandLine;
using Keepalived.Host.Processes;
using Keepalived.Plugins;

namespace Keepalived.Host.Logging;

/// <summary>Makes the log that the command line asks for.</summary>
internal static class LogSetup
{
    internal static DaemonLog Create(DaemonOptions options, PluginRoles? role, TimeProvider time, string temporaryDirectory)
    {
        DaemonLog log = new(time, options.LogDetail);
        if (options.LogToConsole)
        {
            log.Add(new ConsoleSink());
        }

        if (options.LogToSyslog)
        {
            log.Add(new SyslogSink(SyslogSink.DefaultPath, options.LogFacility, RoleNames.SyslogIdentity(role), Environment.ProcessId));
        }

        if (options.LogFile is { } file)
        {
            string path = FileSink.PathFor(file.Length == 0 ? Path.Combine(temporaryDirectory, "keepalived.log") : file, RoleNames.LogFileSuffix(role));
            try
            {
                log.Add(new FileSink(path, options.FlushLogFile));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                log.Write(Microsoft.Extensions.Logging.LogLevel.Warning, $"Cannot open log file {path}: {exception.Message}");
            }
        }

        return log;
    }
}
