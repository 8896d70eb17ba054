namespace Keepalived.Plugins;

/// <summary>
/// A scope of the host's logger (<see cref="Microsoft.Extensions.Logging.ILogger.BeginScope"/>) in which lines are made as ever and then
/// dropped: for a plugin that rehearses what it will have to do fast later. Loop thread only, and not across turns of the loop. A logger
/// that returns null for it does not know it and would write the lines.
/// </summary>
public sealed class LogRehearsal
{
    private LogRehearsal()
    {
    }

    /// <summary>What the scope is begun with.</summary>
    public static LogRehearsal Scope { get; } = new();
}
