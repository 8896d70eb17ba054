using System.Globalization;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>The mail server of a storm: none, ours in a few lines, or postfix's smtp-sink; and the stranger who mails in the daemon's place.</summary>
internal sealed class StormServer : IDisposable
{
    public const string PostfixSink = "/usr/sbin/smtp-sink";

    private readonly MailSink? _sink;
    private readonly ChildProcess? _process;
    private readonly MailSource? _stranger;
    private readonly string _output;

    private StormServer(MailSink? sink, ChildProcess? process, string output, MailSource? stranger = null)
    {
        _stranger = stranger;
        _sink = sink;
        _process = process;
        _output = output;
    }

    /// <summary>Mails taken so far.</summary>
    public int Taken => _sink?.Taken ?? (_process is null ? 0 : Counted());

    public static StormServer Start(StormMail mail, NetworkNamespace space, string folder)
    {
        string output = Path.Combine(folder, "sink");
        return mail switch
        {
            StormMail.None or StormMail.Absent => new StormServer(null, null, output),
            StormMail.Strangers => new StormServer(MailSink.Start(space, StormCase.MailPort), null, output, MailSource.Start(space, StormCase.MailPort)),
            StormMail.Postfix => new StormServer(
                null,
                space.Inside(() => ChildProcess.Start([PostfixSink, "-c", "-u", "nobody", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{StormCase.MailPort}"), "512"], output)),
                output),
            _ => new StormServer(
                MailSink.Start(space, StormCase.MailPort, mail switch { StormMail.Hanging => SinkManner.Silent, StormMail.Refusing => SinkManner.Refusing, _ => SinkManner.Taking }, mail == StormMail.Secure),
                null,
                output),
        };
    }

    public void Dispose()
    {
        _stranger?.Dispose();
        _sink?.Dispose();
        _process?.KillTree();
    }

    // It rewrites one line: sess=1 quit=0 mesg=17.
    private int Counted()
    {
        string text = File.ReadAllText(_output);
        int start = text.LastIndexOf("mesg=", StringComparison.Ordinal) + 5;
        int end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return start < 5 || end == start ? 0 : int.Parse(text.AsSpan(start, end - start), CultureInfo.InvariantCulture);
    }
}
