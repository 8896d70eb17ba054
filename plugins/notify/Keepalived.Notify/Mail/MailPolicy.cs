using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>
/// Decides which events are worth a mail, as keepalived does: what the object says, else <c>smtp_alert_checker</c>, else <c>smtp_alert</c>, else
/// real servers alone. An instance or group is not written about again in the state of the last mail about it. The VRRP plugin has asked
/// <c>smtp_alert_vrrp</c> and <c>smtp_alert</c> itself, since its dumps show the answer.
/// </summary>
internal sealed class MailPolicy
{
    private readonly Dictionary<string, VrrpState> _lastOfInstance = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VrrpState> _lastOfGroup = new(StringComparer.Ordinal);

    public bool Wants(DaemonEvent daemonEvent, MailSettings settings) => daemonEvent switch
    {
        VrrpInstanceStateChanged { SmtpAlert: true } e => IsNews(_lastOfInstance, e.Instance, e.State, settings) || IsReasserted(e),
        VrrpGroupStateChanged { SmtpAlert: true } e => IsNews(_lastOfGroup, e.Group, e.State, settings),
        RealServerStateChanged e => !settings.SuppressesCheckers && (e.SmtpAlert ?? settings.CheckerAlerts ?? settings.Alerts ?? true),
        QuorumStateChanged e => !settings.SuppressesCheckers && (e.SmtpAlert ?? settings.CheckerAlerts ?? settings.Alerts ?? false),
        _ => false,
    };

    // reassert_after_conflict says a state again on purpose; the group that may follow is heard again too.
    private bool IsReasserted(VrrpInstanceStateChanged e)
    {
        bool isReasserted = e.Previous == e.State && e.State == VrrpState.Master;
        if (isReasserted)
        {
            _lastOfGroup.Clear();
        }

        return isReasserted;
    }

    private static bool IsNews(Dictionary<string, VrrpState> last, string name, VrrpState state, MailSettings settings)
    {
        if (state == VrrpState.Init || (state == VrrpState.Fault && settings.SuppressesFaults))
        {
            return false;
        }

        if (state == VrrpState.Deleted)
        {
            last.Remove(name);
            return true;
        }

        if (last.TryGetValue(name, out VrrpState known) && known == state)
        {
            return false;
        }

        last[name] = state;
        return true;
    }
}
