using System.Collections;
using System.Globalization;
using System.Text;
using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>
/// An event as named fields, which the log, its JSON form and the mail templates have in common. Names are stable: machines read them. As text
/// it is one line of <c>name=value</c> pairs; a value that holds a blank or a sign of the notation is quoted.
/// </summary>
internal sealed class EventDescription : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _fields;

    private EventDescription(string kind, string subject, EventStamp stamp, List<KeyValuePair<string, object?>> fields)
    {
        Kind = kind;
        Object = subject;
        Stamp = stamp;
        _fields = fields;
    }

    /// <summary>Kind of event, for example <c>vrrp_instance</c>.</summary>
    public string Kind { get; }

    /// <summary>What it is about; with the kind the key of rate limits.</summary>
    public string Object { get; }

    /// <summary>Its number and time.</summary>
    public EventStamp Stamp { get; }

    /// <inheritdoc/>
    public int Count => _fields.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => _fields[index];

    /// <summary>Describes an event.</summary>
    public static EventDescription Of(EventStamp stamp, DaemonEvent daemonEvent)
    {
        (string kind, string subject) = KindOf(daemonEvent);
        List<KeyValuePair<string, object?>> fields = [new("event", kind), new("sequence", stamp.Sequence)];
        AddFields(fields, daemonEvent);
        fields.Add(new("cause", daemonEvent.Cause));
        return new(kind, subject, stamp, fields);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The line of the log.</summary>
    public override string ToString()
    {
        StringBuilder line = new();
        foreach ((string name, object? value) in _fields)
        {
            if (line.Length > 0)
            {
                line.Append(' ');
            }

            line.Append(name).Append('=');
            AppendValue(line, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }

        return line.ToString();
    }

    /// <summary>The kind of an event and what it is about, without the rest.</summary>
    public static (string Kind, string Object) KindOf(DaemonEvent daemonEvent) => daemonEvent switch
    {
        VrrpInstanceStateChanged e => ("vrrp_instance", e.Instance),
        VrrpGroupStateChanged e => ("vrrp_group", e.Group),
        VrrpPriorityChanged e => ("vrrp_priority", e.Instance),
        VrrpLowerPriorityReceived e => ("vrrp_lower_priority", e.Instance),
        RealServerStateChanged e => ("real_server", e.VirtualServer + " " + e.RealServer),
        QuorumStateChanged e => ("virtual_server", e.VirtualServer),
        BfdSessionStateChanged e => ("bfd_session", e.Session),
        NotifyScriptEnded e => ("script", e.Owner + " " + e.Script),
        _ => (daemonEvent.GetType().Name, ""),
    };

    private static void AddFields(List<KeyValuePair<string, object?>> fields, DaemonEvent daemonEvent)
    {
        switch (daemonEvent)
        {
            case VrrpInstanceStateChanged e:
                fields.AddRange([new("instance", e.Instance), new("previous", FifoLine.NameOf(e.Previous)), new("state", FifoLine.NameOf(e.State)), new("priority", e.Priority)]);
                break;
            case VrrpGroupStateChanged e:
                fields.AddRange([new("group", e.Group), new("state", FifoLine.NameOf(e.State))]);
                break;
            case VrrpPriorityChanged e:
                fields.AddRange([new("instance", e.Instance), new("state", FifoLine.NameOf(e.State)), new("previous", e.Previous), new("priority", e.Priority)]);
                break;
            case VrrpLowerPriorityReceived e:
                fields.AddRange([new("instance", e.Instance), new("priority", e.Priority)]);
                break;
            case RealServerStateChanged e:
                fields.AddRange([new("real_server", e.RealServer), new("virtual_server", e.VirtualServer), new("state", UpOrDown(e.IsUp))]);
                if (e.Detail is not null)
                {
                    fields.Add(new("detail", e.Detail));
                }

                break;
            case QuorumStateChanged e:
                fields.AddRange([new("virtual_server", e.VirtualServer), new("state", UpOrDown(e.IsUp))]);
                break;
            case BfdSessionStateChanged e:
                fields.AddRange([new("session", e.Session), new("previous", e.Previous.ToString()), new("state", e.State.ToString())]);
                break;
            case NotifyScriptEnded e:
                AddScript(fields, e);
                break;
        }
    }

    private static void AddScript(List<KeyValuePair<string, object?>> fields, NotifyScriptEnded ended)
    {
        fields.AddRange([new("owner", ended.Owner), new("script", ended.Script), new("ok", ended.Result.IsSuccess)]);
        if (ended.Result.Exit is { ExitCode: { } code })
        {
            fields.Add(new("exit_code", code));
        }

        if (ended.Result.Exit is { Signal: { } signal })
        {
            fields.Add(new("signal", signal));
        }

        fields.AddRange([new("timed_out", ended.Result.TimedOut), new("duration_ms", (long)ended.Result.Duration.TotalMilliseconds)]);
    }

    private static string UpOrDown(bool isUp) => isUp ? "UP" : "DOWN";

    private static void AppendValue(StringBuilder line, string value)
    {
        bool isPlain = value.Length > 0;
        foreach (char c in value)
        {
            isPlain &= c > ' ' && c is not ('"' or '=' or '\\' or '\u007f');
        }

        if (isPlain)
        {
            line.Append(value);
            return;
        }

        line.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"' or '\\': line.Append('\\').Append(c); break;
                case '\n': line.Append("\\n"); break;
                case < ' ' or '\u007f': line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"); break;
                default: line.Append(c); break;
            }
        }

        line.Append('"');
    }
}
