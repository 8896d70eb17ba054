using System.Runtime.InteropServices;

namespace Keepalived.Configuration;

/// <summary>
/// The one reader of a walk, set on each line in turn: the cursor over its words. Numbers and addresses are read in the other part of
/// this class.
/// </summary>
internal sealed partial class KeywordReader(ExpandedConfiguration configuration, IConfigurationSession session) : IKeywordReader
{
    private readonly List<byte> _commandWord = [];
    private int _line;
    private int _start;
    private int _end;
    private int _offset;
    private int _keywordOffset;
    private int _lastWord;

    public IConfigurationSession Session { get; } = session;

    public string Keyword { get; private set; } = "";

    public SourceLocation Location => At(_keywordOffset);

    public SourceLocation NextLocation => At(Math.Min(Separators.SkipBlanks(Text, _offset), _end));

    public bool AtEnd => Separators.SkipBlanks(Text, _offset) >= _end;

    private ReadOnlySpan<byte> Text => configuration.Text.Slice(_start, _end);

    /// <summary>Sets the reader behind the keyword of a line.</summary>
    public void StartKeyword(Statement statement, string keyword, int keywordOffset, int behindKeyword)
    {
        _line = statement.Line;
        _start = configuration.Lines[_line].Start;
        _end = statement.End;
        _keywordOffset = _lastWord = keywordOffset;
        _offset = behindKeyword;
        Keyword = keyword;
    }

    /// <summary>Sets the reader on a line of values.</summary>
    public void StartValues(Statement statement, string keyword) => StartKeyword(statement, keyword, statement.Start, statement.Start);

    public string? Peek()
    {
        int offset = _offset;
        return PlainWord.TryTake(Text, ref offset, _end, out Range word, out int start) ? PlainWord.Decode(Text, word, start) : null;
    }

    public bool TryWord(out string word)
    {
        if (PlainWord.TryTake(Text, ref _offset, _end, out Range range, out int start))
        {
            _lastWord = start;
            word = PlainWord.Decode(Text, range, start);
            return true;
        }

        word = "";
        return false;
    }

    public string Word(string what) => TryWord(out string word) ? word : throw Missing(what);

    public IReadOnlyList<string> Rest()
    {
        var words = new List<string>();
        while (TryWord(out string word))
        {
            words.Add(word);
        }

        return words;
    }

    public IReadOnlyList<string> Command(string what)
    {
        _lastWord = Math.Min(Separators.SkipBlanks(Text, _offset), _end);
        if (!CommandWords.TryTake(Text, ref _offset, _commandWord, out int quote))
        {
            throw Missing(what);
        }

        // The first word is resolved twice, as keepalived does: once as a word of the line and once more into program and arguments.
        List<string> words = CommandWords.Split(CollectionsMarshal.AsSpan(_commandWord), out bool innerQuote);
        if (quote >= 0 || innerQuote)
        {
            _lastWord = quote >= 0 ? quote : _lastWord;
            throw Reject($"the quote in this {what} is not closed", "add the closing quote", DiagnosticClass.UnmatchedQuote);
        }

        return words.Count > 0 ? words : throw Reject($"this {what} is empty", "name a program");
    }

    public string EscapedWord(string what)
    {
        _lastWord = Math.Min(Separators.SkipBlanks(Text, _offset), _end);
        if (!CommandWords.TryTake(Text, ref _offset, _commandWord, out int quote))
        {
            throw Missing(what);
        }

        if (quote >= 0)
        {
            _lastWord = quote;
            throw Reject($"the quote in this {what} is not closed", "add the closing quote", DiagnosticClass.UnmatchedQuote);
        }

        return SourceText.Decode(CollectionsMarshal.AsSpan(_commandWord));
    }

    public KeywordRejectedException Reject(
        string message, string? remedy = null, DiagnosticClass findingClass = DiagnosticClass.GeneralError, DiagnosticNote? note = null)
    {
        var diagnostic = new Diagnostic(findingClass, DiagnosticSeverity.Error, At(_lastWord), message, remedy) { Note = note };
        Session.Report(diagnostic);
        return new KeywordRejectedException(diagnostic);
    }

    public void Warn(string message, string? remedy = null) => Session.Warn(At(_lastWord), message, remedy);

    /// <summary>Reports words that the handler did not take. They do no harm, so they do not change the verdict.</summary>
    public void ReportSurplus()
    {
        // Where a quote is not closed, which has been reported, words are not what the operator meant.
        if (!AtEnd && Comments.UnmatchedQuote(Text) < 0)
        {
            SourceLocation location = NextLocation;
            string word = Peek() ?? "";
            Session.Report(new(
                DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, $"'{word}' is one word too many for '{Keyword}' and is ignored", "remove it"));
        }
    }

    private KeywordRejectedException Missing(string what)
    {
        var diagnostic = new Diagnostic(
            DiagnosticClass.MissingParameter, DiagnosticSeverity.Error, NextLocation, $"'{Keyword}' lacks an argument: {what}", $"add the {what}");
        Session.Report(diagnostic);
        return new KeywordRejectedException(diagnostic);
    }

    private SourceLocation At(int offset) => configuration.LocationOf(_line, offset);
}
