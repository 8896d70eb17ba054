using System.Globalization;
using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>Turns events into what mails say of them: the worker's part, but for a headline in the log.</summary>
internal static class MailEvents
{
    public static MailEvent Of(EventStamp stamp, DaemonEvent daemonEvent)
    {
        EventDescription description = EventDescription.Of(stamp, daemonEvent);
        List<KeyValuePair<string, string>> fields = [];
        foreach ((string name, object? value) in description)
        {
            fields.Add(new(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }

        return new(description.Kind, stamp.Sequence, stamp.Time, HeadlineOf(daemonEvent), [.. fields]);
    }

    /// <summary>The subject behind the router's name, as keepalived has it: people sort their mail by it.</summary>
    public static string HeadlineOf(DaemonEvent daemonEvent) => daemonEvent switch
    {
        VrrpInstanceStateChanged e => $"VRRP Instance {e.Instance} - {WordsOf(e.State)}",
        VrrpGroupStateChanged e => $"VRRP Group {e.Group} - {WordsOf(e.State)}",
        RealServerStateChanged e => $"Realserver {e.RealServer} of virtual server {e.VirtualServer} - {(e.IsUp ? "UP" : "DOWN")}",
        QuorumStateChanged e => $"Virtualserver {e.VirtualServer} - {(e.IsUp ? "UP" : "DOWN")}",
        _ => daemonEvent.Cause,
    };

    private static string WordsOf(VrrpState state) => state switch
    {
        VrrpState.Stop => "Stopping",
        VrrpState.Deleted => "Deleted",
        _ => $"Entering {FifoLine.NameOf(state)} state",
    };
}
