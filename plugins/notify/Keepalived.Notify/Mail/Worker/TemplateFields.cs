using System.Globalization;

namespace Keepalived.Notify;

/// <summary>What a template may name. Every field is always there, empty where an event has none, so that a name that is not is a mistake.</summary>
internal static class TemplateFields
{
    /// <summary>Fields of each event, documented in docs/options.md.</summary>
    public static readonly string[] OfEvent =
    [
        "event", "sequence", "time", "headline", "cause", "detail", "state", "previous", "priority", "instance", "group", "real_server", "virtual_server",
    ];

    /// <summary>The fields of a request: its kind and the values.</summary>
    public static (string Kind, Dictionary<string, object> Fields) Of(MailRequest request, string host)
    {
        List<Dictionary<string, object>> events = [.. request.Events.ToArray().Select(Of)];
        bool isDigest = events.Count > 1;
        Dictionary<string, object> fields = new(events[0], StringComparer.Ordinal)
        {
            ["router_id"] = request.RouterId,
            ["host"] = host,
            ["process"] = request.Process,
            ["lost"] = request.Lost == 0 ? "" : request.Lost.ToString(CultureInfo.InvariantCulture),
            ["count"] = events.Count,
            ["events"] = events,
        };
        if (isDigest)
        {
            fields["headline"] = $"{events.Count} events, the last: {request.Events[^1].Headline}";
        }

        return (isDigest ? MailKinds.Digest : request.Events[0].Kind, fields);
    }

    private static Dictionary<string, object> Of(MailEvent mailEvent)
    {
        Dictionary<string, object> fields = new(StringComparer.Ordinal);
        foreach (string name in OfEvent)
        {
            fields[name] = "";
        }

        foreach ((string name, string value) in mailEvent.Fields.ToArray())
        {
            fields[name] = value;
        }

        fields["headline"] = mailEvent.Headline;
        fields["time"] = mailEvent.Time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff zzz", CultureInfo.InvariantCulture);
        return fields;
    }
}
