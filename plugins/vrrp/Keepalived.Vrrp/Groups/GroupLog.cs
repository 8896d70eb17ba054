using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Groups;

/// <summary>What sync groups say to the log.</summary>
internal static partial class GroupLog
{
    [LoggerMessage(40, LogLevel.Information, "VRRP_Group({Group}) Syncing instances to {State} state: {Cause}")]
    public static partial void Syncing(ILogger logger, string group, string state, string cause);

    [LoggerMessage(41, LogLevel.Warning, "VRRP_Group({Group}) script {Script}: {Outcome}")]
    public static partial void ScriptFailed(ILogger logger, string group, string script, string outcome);
}
