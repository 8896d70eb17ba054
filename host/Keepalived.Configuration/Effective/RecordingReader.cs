using System.Globalization;
using System.Net;

namespace Keepalived.Configuration;

/// <summary>A reader that tells the recorder what the handler took. Handed to handlers only while something is recorded.</summary>
internal sealed class RecordingReader(KeywordReader reader, ConfigurationRecorder recorder) : IKeywordReader
{
    public IConfigurationSession Session => reader.Session;

    public string Keyword => reader.Keyword;

    public SourceLocation Location => reader.Location;

    public SourceLocation NextLocation => reader.NextLocation;

    public bool AtEnd => reader.AtEnd;

    public string? Peek() => reader.Peek();

    public bool TryWord(out string word)
    {
        bool taken = reader.TryWord(out word);
        if (taken)
        {
            recorder.Took(CanonicalWord.Plain(word));
        }

        return taken;
    }

    public string Word(string what)
    {
        string word = reader.Word(what);
        recorder.Took(CanonicalWord.Plain(word));
        return word;
    }

    public long Integer(string what, long minimum, long maximum)
    {
        long value = reader.Integer(what, minimum, maximum);
        recorder.Took(value.ToString(CultureInfo.InvariantCulture));
        return value;
    }

    public TimeSpan Seconds(string what, TimeSpan minimum, TimeSpan maximum, int decimals = 6)
    {
        TimeSpan value = reader.Seconds(what, minimum, maximum, decimals);
        recorder.Took(CanonicalWord.Seconds(value));
        return value;
    }

    public bool OptionalBoolean()
    {
        bool value = reader.OptionalBoolean();
        recorder.Took(value ? "true" : "false");
        return value;
    }

    public IPAddress Address(string what)
    {
        IPAddress value = reader.Address(what);
        recorder.Took(value.ToString());
        return value;
    }

    public (IPAddress Address, int PrefixLength) Prefix(string what)
    {
        (IPAddress Address, int PrefixLength) value = reader.Prefix(what);
        recorder.Took(CanonicalWord.Prefix(value.Address, value.PrefixLength));
        return value;
    }

    public IReadOnlyList<string> Command(string what)
    {
        IReadOnlyList<string> value = reader.Command(what);
        recorder.Took(CanonicalWord.Command(value));
        return value;
    }

    public string EscapedWord(string what)
    {
        string value = reader.EscapedWord(what);
        recorder.Took(CanonicalWord.Escaped(value));
        return value;
    }

    public IReadOnlyList<string> Rest()
    {
        IReadOnlyList<string> words = reader.Rest();
        foreach (string word in words)
        {
            recorder.Took(CanonicalWord.Plain(word));
        }

        return words;
    }

    public KeywordRejectedException Reject(
        string message, string? remedy = null, DiagnosticClass findingClass = DiagnosticClass.GeneralError, DiagnosticNote? note = null) =>
        reader.Reject(message, remedy, findingClass, note);

    public void Warn(string message, string? remedy = null) => reader.Warn(message, remedy);
}
