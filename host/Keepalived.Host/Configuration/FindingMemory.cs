using Keepalived.Configuration;

namespace Keepalived.Host.Configuration;

/// <summary>
/// Remembers the errors of the configuration that runs. At start errors are reported and the daemon runs with the rest; a reload is refused when
/// the new text has an error that the running one does not have, so that a slip of the pen cannot take down what works.
/// </summary>
internal sealed class FindingMemory
{
    private readonly HashSet<string> _errors = new(StringComparer.Ordinal);

    /// <summary>Takes the errors of a configuration that now runs.</summary>
    internal void Remember(IReadOnlyList<Diagnostic> findings)
    {
        _errors.Clear();
        foreach (Diagnostic finding in findings)
        {
            if (finding.Severity == DiagnosticSeverity.Error)
            {
                _errors.Add(finding.Message);
            }
        }
    }

    /// <summary>The first error that the running configuration does not have, with its place; null when there is none.</summary>
    internal string? FirstNewError(IReadOnlyList<Diagnostic> findings)
    {
        foreach (Diagnostic finding in findings)
        {
            if (finding.Severity == DiagnosticSeverity.Error && !_errors.Contains(finding.Message))
            {
                return $"{finding.Location}: {finding.Message}";
            }
        }

        return null;
    }
}
