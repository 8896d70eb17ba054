using System.Globalization;
using System.Text;
using Keepalived.Bfd.Protocol;
using Keepalived.Bfd.Runtime;

namespace Keepalived.Bfd.Reporting;

/// <summary>State and counters of all sessions as JSON, one line. keepalived has none of BFD: keys are those of the data dump and of the statistics.</summary>
internal sealed class JsonDump
{
    private readonly StringBuilder _text = new();

    public static void Write(TextWriter writer, BfdRuntime runtime, MonotonicTime now)
    {
        JsonDump dump = new();
        dump._text.Append("{\"bfd\":[");
        for (int i = 0; i < runtime.Sessions.Count; i++)
        {
            dump._text.Append(i == 0 ? "{" : ",{");
            dump.WriteSession(runtime.Sessions[i], now);
            dump._text.Append('}');
        }

        dump._text.Append("]}");
        writer.Write(dump._text);
    }

    private void WriteSession(RunningSession session, MonotonicTime now)
    {
        BfdSession core = session.Core;
        Text("name", session.Settings.Name);
        Text("neighbor", session.Settings.Neighbor.ToString());
        Text("source", session.Settings.Source?.ToString());
        Number("source_port", session.SourcePort);
        Text("state", core.State.ToString());
        Text("remote_state", core.RemoteState.ToString());
        Text("diagnostic", core.Diagnostic.ToString());
        Text("remote_diagnostic", core.RemoteDiagnostic.ToString());
        Number("local_discriminator", core.LocalDiscriminator);
        Number("remote_discriminator", core.RemoteDiscriminator);
        Number("transmit_interval_us", (long)core.TransmitInterval.TotalMicroseconds);
        Number("detection_time_us", (long)core.DetectionTime.TotalMicroseconds);
        Number("last_seen_us_ago", core.LastReceived is { } last ? (long)(now - last).TotalMicroseconds : -1);
        Text("last_cause", core.LastTransition is null ? null : core.LastCause.ToString());
        WriteCounters(core.Statistics);
    }

    private void WriteCounters(BfdStatistics statistics)
    {
        Key("stats");
        _text.Append('{');
        Number("received", statistics.Received);
        Number("sent", statistics.Sent);
        Number("became_up", statistics.WentUp);
        Number("became_down", statistics.WentDown);
        Number("polls_started", statistics.PollsStarted);
        Number("polls_completed", statistics.PollsCompleted);
        Number("polls_answered", statistics.FinalsSent);
        Number("echoes_sent", statistics.EchoesSent);
        Number("echoes_returned", statistics.EchoesReturned);
        Number("dropped", statistics.Dropped.Total);
        _text.Append('}');
    }

    private void Key(string name)
    {
        if (_text[^1] is not ('{' or '['))
        {
            _text.Append(',');
        }

        _text.Append('"').Append(name).Append("\":");
    }

    private void Number<T>(string name, T value)
        where T : IFormattable
    {
        Key(name);
        _text.Append(value.ToString(null, CultureInfo.InvariantCulture));
    }

    private void Text(string name, string? value)
    {
        Key(name);
        if (value is null)
        {
            _text.Append("null");
            return;
        }

        _text.Append('"');
        foreach (char character in value)
        {
            switch (character)
            {
                case '"' or '\\':
                    _text.Append('\\').Append(character);
                    break;
                case < ' ':
                    _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                    break;
                default:
                    _text.Append(character);
                    break;
            }
        }

        _text.Append('"');
    }
}
