using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Notify;

/// <summary>A FIFO as configured.</summary>
/// <param name="Kind">Which lines it gets.</param>
/// <param name="Path">Its path.</param>
/// <param name="Owner">Who owns it; null = the daemon's user.</param>
/// <param name="Script">What reads it, started with the path as its last argument; null when nothing is to be started by this process.</param>
internal sealed record FifoSettings(FifoKind Kind, string Path, ScriptUser? Owner, ScriptCommand? Script);

/// <summary>The plugin's part of the configuration.</summary>
/// <param name="Fifos">All FIFOs, of whatever process.</param>
/// <param name="CommonScriptRole">The process that runs the script of the common FIFO: the checker process if there is one.</param>
/// <param name="WritesStatesOnReload"><c>fifo_write_vrrp_states_on_reload</c>.</param>
/// <param name="Mail">What is said of mail.</param>
/// <param name="Log"><c>log_event_limit</c>.</param>
internal sealed record NotifyConfiguration(EquatableArray<FifoSettings> Fifos, PluginRoles CommonScriptRole, bool WritesStatesOnReload, MailSettings Mail, EventLogSettings Log)
{
    public static NotifyConfiguration Empty { get; } = new([], PluginRoles.None, WritesStatesOnReload: false, MailSettings.None, EventLogSettings.Default);

    /// <summary>The FIFOs that one process writes to, with the scripts that it runs.</summary>
    public IEnumerable<FifoSettings> FifosOf(PluginRoles role)
    {
        foreach (FifoSettings fifo in Fifos.ToArray())
        {
            switch (fifo.Kind)
            {
                case FifoKind.Common:
                    yield return CommonScriptRole == role ? fifo : fifo with { Script = null };
                    break;
                case FifoKind.Vrrp when role == PluginRoles.Vrrp:
                case FifoKind.Lvs when role == PluginRoles.Checker:
                    yield return fifo;
                    break;
            }
        }
    }
}
