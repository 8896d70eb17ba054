using System.Globalization;
using System.Text;

namespace Keepalived.Host.Logging;

/// <summary>
/// A log line as one JSON object (<c>--log-format json</c>): time, process, pid, level and message always, in this order, then the named values
/// of the message. Names begin with a small letter.
/// </summary>
internal sealed class JsonLine(string process, int processId)
{
    private static readonly string[] _levels = ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"];
    private static readonly string[] _taken = ["time", "process", "pid", "level", "message"];
    private readonly StringBuilder _text = new();

    public string Compose(int priority, DateTimeOffset time, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        // The thread that watches the loop writes too, when the loop cannot.
        lock (_text)
        {
            return ComposeAlone(priority, time, message, fields);
        }
    }

    private string ComposeAlone(int priority, DateTimeOffset time, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        _text.Clear();
        _text.Append(CultureInfo.InvariantCulture, $"{{\"time\":\"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}Z\",\"process\":");
        AppendText(process);
        _text.Append(CultureInfo.InvariantCulture, $",\"pid\":{processId},\"level\":\"{_levels[priority]}\",\"message\":");
        AppendText(message);
        for (int i = 0; i < (fields?.Count ?? 0); i++)
        {
            AppendField(fields![i]);
        }

        return _text.Append('}').ToString();
    }

    private void AppendField(KeyValuePair<string, object?> field)
    {
        string name = field.Key.TrimStart('@');
        if (name.Length == 0 || name[0] == '{')
        {
            return;
        }

        name = char.ToLowerInvariant(name[0]) + name[1..];
        if (Array.IndexOf(_taken, name) >= 0)
        {
            name += "_";
        }

        _text.Append(',');
        AppendText(name);
        _text.Append(':');
        AppendValue(field.Value);
    }

    private void AppendValue(object? value)
    {
        switch (value)
        {
            case null: _text.Append("null"); break;
            case bool flag: _text.Append(flag ? "true" : "false"); break;
            case byte or sbyte or short or ushort or int or uint or long or ulong: _text.Append(CultureInfo.InvariantCulture, $"{value}"); break;
            case double number when double.IsFinite(number): _text.Append(number.ToString("R", CultureInfo.InvariantCulture)); break;
            default: AppendText(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""); break;
        }
    }

    private void AppendText(string text)
    {
        _text.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool isTorn = char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                && !(char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(text[i - 1]));
            switch (c)
            {
                case '"' or '\\': _text.Append('\\').Append(c); break;
                case '\n': _text.Append("\\n"); break;
                case '\t': _text.Append("\\t"); break;
                case < ' ' or '\u007f': _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: _text.Append(isTorn ? '\ufffd' : c); break;
            }
        }

        _text.Append('"');
    }
}
