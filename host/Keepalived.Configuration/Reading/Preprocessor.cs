namespace Keepalived.Configuration;

/// <summary>One preprocessing run: follows includes, cuts comments, decides conditions, collects lines.</summary>
internal sealed partial class Preprocessor(ConfigurationReadOptions options)
{
    /// <summary>Deeper is a cycle through symbolic links; keepalived itself would run out of descriptors.</summary>
    private const int DeepestInclude = 100;

    /// <summary>Files of one configuration; bounds includes that double at every level.</summary>
    private const int MostFiles = 20_000;

    private readonly ExpandedConfigurationBuilder _builder = new();
    private readonly IConfigurationFileSystem _files = options.FileSystem;
    private readonly List<string> _open = [];
    private IncludeChecks _checks = options.IncludeChecks;
    private int _filesRead;

    public ExpandedConfiguration ToConfiguration() => _builder.ToConfiguration();

    public void ReadMain(string path)
    {
        string fullPath = _files.FullPath(path);
        ConfigurationFileKind kind = _files.KindOf(fullPath);
        _builder.MainFileFound = kind == ConfigurationFileKind.Regular;
        if (kind == ConfigurationFileKind.Regular)
        {
            ReadFile(path, fullPath, SourceRelation.Main, parentLine: -1);
            return;
        }

        var location = new SourceLocation(new SourceOrigin(path, 0, SourceRelation.Main, null, null), 0);
        Warn(location, $"the configuration file '{path}' {Describe(kind)}", "name an existing file with -f; it must be regular and not executable");
    }

    private void ReadFile(string name, string fullPath, SourceRelation relation, int parentLine)
    {
        byte[] content;
        try
        {
            content = _files.Read(fullPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Unreadable(name, parentLine, $"the file '{name}' cannot be read: {exception.Message}");
            return;
        }

        _filesRead++;
        _builder.AddFile(fullPath);
        int unit = _builder.OpenUnit(name, relation, parentLine);
        IncludeChecks outer = _checks;
        _open.Add(fullPath);
        var lines = new SourceLines(content);
        while (lines.MoveNext())
        {
            ReadLine(lines, unit);
        }

        _open.RemoveAt(_open.Count - 1);
        _checks = outer;
    }

    private void ReadLine(SourceLines raw, int unit)
    {
        if (raw.Fault != SourceLineFault.None)
        {
            Refuse(raw, unit);
            return;
        }

        ReadOnlySpan<byte> text = Comments.Cut(raw.Line, out int leading, out bool quoted);
        if (text.IsEmpty)
        {
            return;
        }

        int column = 1 + raw.Offset + SourceText.CharacterCount(raw.Line[..leading]);
        if (IncludeDirective.TryParse(text, out IncludeDirective include))
        {
            int line = _builder.AddLine(text, unit, raw.Number, column, ExpandedLineKind.Directive);
            Include(include, line, _builder.LocationOf(unit, raw.Number, column + SourceText.CharacterCount(text[..include.Column])));
            return;
        }

        if (IncludeCheckDirective.Matches(text))
        {
            int number = raw.Number;
            _builder.AddLine(text, unit, number, column, ExpandedLineKind.Directive);
            _checks = IncludeCheckDirective.Apply(text, _checks, (offset, word) => Error(
                DiagnosticClass.GeneralError,
                _builder.LocationOf(unit, number, column + offset),
                $"'{word}' is no include check",
                "write read, match, wildcard_match or brace_match, all but a first one with + or - in front"));
            return;
        }

        AddStatement(text, unit, raw.Number, column, quoted);
    }

    private void AddStatement(ReadOnlySpan<byte> text, int unit, int number, int column, bool quoted)
    {
        if (text[0] == '@')
        {
            bool holds = Condition.Holds(text, options.ConfigId, out int behind, out bool namesId);
            if (!namesId)
            {
                int line = _builder.AddLine(text, unit, number, column, ExpandedLineKind.Directive);
                Warn(_builder.LocationOfLine(line), "this condition names no configuration id", "write @ID or @^ID, then a blank, then the line");
            }

            if (!holds)
            {
                return;
            }

            column += SourceText.CharacterCount(text[..behind]);
            text = text[behind..];
        }

        ReportUnsupported(text, unit, number, column, out ExpandedLineKind kind);
        _builder.AddLine(text, unit, number, column, kind);
        int quote = Comments.UnmatchedQuote(text);
        if (quote < 0 && quoted)
        {
            // The last quote has a backslash, which keeps it from ending the string for comments but not for words.
            quote = text.IndexOf((byte)'"');
        }

        if (quote >= 0)
        {
            Error(
                DiagnosticClass.UnmatchedQuote,
                _builder.LocationOf(unit, number, column + SourceText.CharacterCount(text[..quote])),
                "this quote is not closed on its line",
                "add the closing quote");
        }
    }

    private void ReportUnsupported(ReadOnlySpan<byte> text, int unit, int number, int column, out ExpandedLineKind kind)
    {
        bool isDefinition = text[0] == '$' && text.IndexOf((byte)'=') is > 1 and var equals && text[..equals].IndexOfAny(Separators.Blanks) < 0;
        bool isRepetition = text.StartsWith("~SEQ"u8) || text.StartsWith("~LST"u8);
        kind = isDefinition || isRepetition ? ExpandedLineKind.Directive : ExpandedLineKind.Statement;
        if (kind == ExpandedLineKind.Directive)
        {
            Error(
                DiagnosticClass.GeneralError,
                _builder.LocationOf(unit, number, column),
                isDefinition ? "definitions ($NAME=…) are not supported in this version" : "~SEQ and ~LST are not supported in this version",
                "write the lines out");
        }
    }

    private void Refuse(SourceLines raw, int unit)
    {
        bool tooLong = raw.Fault == SourceLineFault.TooLong;
        Error(
            DiagnosticClass.GeneralError,
            _builder.LocationOf(unit, raw.Number, 1 + raw.Offset),
            tooLong
                ? $"this line is longer than {SourceLines.LongestRead} bytes: its first {SourceLines.LongestRead} bytes are dropped and the rest is read as a line of its own"
                : "this line contains a NUL byte and is ignored",
            tooLong ? "break the line up" : "remove the NUL byte");
    }

    private static string Describe(ConfigurationFileKind kind) => kind switch
    {
        ConfigurationFileKind.Missing => "does not exist",
        ConfigurationFileKind.Executable => "is executable",
        ConfigurationFileKind.Directory => "is a directory",
        _ => "is no regular file",
    };

    private void Error(DiagnosticClass findingClass, SourceLocation location, string message, string remedy) =>
        _builder.Report(new(findingClass, DiagnosticSeverity.Error, location, message, remedy));

    /// <summary>A finding that does not change the verdict, as keepalived only mentions it.</summary>
    private void Warn(SourceLocation location, string message, string remedy) =>
        _builder.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, message, remedy));
}
