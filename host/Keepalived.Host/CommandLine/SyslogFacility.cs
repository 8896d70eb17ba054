namespace Keepalived.Host.CommandLine;

/// <summary>Facility codes of syslog(3), as the -S option names them.</summary>
internal static class SyslogFacility
{
    /// <summary>LOG_DAEMON, the default.</summary>
    internal const int Daemon = 3;

    private const int User = 1;
    private const int Local0 = 16;

    /// <summary>Reads <c>0</c>..<c>7</c>, <c>local0</c>..<c>local7</c>, <c>user</c> or <c>daemon</c>.</summary>
    internal static bool TryParse(string text, out int facility)
    {
        ReadOnlySpan<char> digit = text.StartsWith("local", StringComparison.Ordinal) ? text.AsSpan(5) : text;
        if (digit is [>= '0' and <= '7'])
        {
            facility = Local0 + (digit[0] - '0');
            return true;
        }

        facility = text == "user" ? User : Daemon;
        return text is "user" or "daemon";
    }
}
