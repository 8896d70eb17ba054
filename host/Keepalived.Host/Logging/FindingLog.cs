using Keepalived.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Logging;

/// <summary>Writes findings about the configuration into the log, one line each.</summary>
internal static class FindingLog
{
    internal static void Write(ILogger log, IReadOnlyList<Diagnostic> findings)
    {
        foreach (Diagnostic finding in findings)
        {
            log.Log(LevelOf(finding.Severity), "{Finding}", DiagnosticPrinter.FormatLine(finding));
        }
    }

    private static LogLevel LevelOf(DiagnosticSeverity severity) => severity switch
    {
        DiagnosticSeverity.Error => LogLevel.Error,
        DiagnosticSeverity.Warning => LogLevel.Warning,
        _ => LogLevel.Information,
    };
}
