using Keepalived.Scripts;

namespace Keepalived.Vrrp.Reporting;

/// <summary>Commands as dumps write them: every word in single quotes, so that a shell would read the same words.</summary>
internal static class CommandText
{
    public static string Quote(ScriptCommand command) =>
        string.Join(' ', command.Arguments.Prepend(command.Program).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
