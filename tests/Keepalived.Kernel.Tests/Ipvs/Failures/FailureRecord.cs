using System.Text;
using System.Text.Json;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>What our daemon said: its log (JSON lines, one for each message and event), the FIFO of events, the mail, the scripts.</summary>
internal sealed class FailureRecord(FailureLab lab, Director director)
{
    private readonly StringBuilder _events = new();
    private ILookup<string, JsonElement> _lines = Enumerable.Empty<JsonElement>().ToLookup(static _ => "");
    private HashSet<string> _notified = [];
    private string _mail = "";
    private int _skipped;

    /// <summary>Begins to read the FIFO, which the daemon has made.</summary>
    public void Listen()
    {
        var reader = new Thread(() =>
        {
            using var fifo = new FileStream(FailureConfiguration.Fifo(lab), FileMode.Open, FileAccess.Read);
            byte[] buffer = new byte[4096];
            while (fifo.Read(buffer) is var count and > 0)
            {
                lock (_events)
                {
                    _events.Append(Encoding.Latin1.GetString(buffer, 0, count));
                }
            }
        }) { IsBackground = true, Name = "reads the FIFO" };
        reader.Start();
    }

    /// <summary>What was said so far does not count.</summary>
    public void Skip() => _skipped = director.Log.Length;

    /// <summary>Takes what has been said since.</summary>
    public void Take()
    {
        _lines = director.Log[_skipped..].Split('\n').Where(static line => line.StartsWith('{') && line.EndsWith('}')).Select(static line => JsonDocument.Parse(line).RootElement)
            .ToLookup(static line => Text(line, "server") + Text(line, "real_server"));
        string notified = Path.Combine(lab.Folder, "notified");
        _notified = File.Exists(notified) ? [.. File.ReadAllLines(notified)] : [];
        _mail = File.ReadAllText(Path.Combine(lab.Folder, "mailbox.out"));
    }

    /// <summary>Causes of the lines that say that a row's check failed.</summary>
    public string[] CausesOf(int row) =>
        [.. _lines[Name(row)].Where(line => Text(line, "check") == lab.Rows[row].Check && Text(line, "message").Contains(" failed after ", StringComparison.Ordinal))
            .Select(static line => Text(line, "cause"))];

    /// <summary>What the events say of a row that went down: cause and detail.</summary>
    public (string Cause, string Detail)[] EventsOf(int row) =>
        [.. _lines[Name(row)].Where(static line => Text(line, "event") == "real_server" && Text(line, "state") == "DOWN")
            .Select(static line => (Text(line, "cause"), Text(line, "detail")))];

    /// <summary>Whether the FIFO told of it.</summary>
    public bool WasWritten(int row)
    {
        lock (_events)
        {
            return _events.ToString().Contains($"RS {Name(row)} [10.77.0.100]:tcp:{FailureConfiguration.PortOf(row)} DOWN\n\0", StringComparison.Ordinal);
        }
    }

    /// <summary>Whether its notify_down ran.</summary>
    public bool WasNotified(int row) => _notified.Contains($"row-{row}");

    /// <summary>Whether a mail tells of it.</summary>
    public bool WasMailed(string cause, string detail) => _mail.Contains($"{cause} ({detail})", StringComparison.Ordinal);

    private string Name(int row) => $"[{FailureLab.AddressOf(row)}]:tcp:{lab.Rows[row].Port}";

    private static string Text(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
