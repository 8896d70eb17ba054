namespace Keepalived.Configuration;

/// <summary>
/// One preprocessing run: follows includes, cuts comments, decides conditions, puts in definitions, repeats lines, collects what comes of it.
/// Most lines need none of that and are copied once, into the result.
/// </summary>
internal sealed partial class Preprocessor
{
    /// <summary>Deeper is a cycle through symbolic links; keepalived itself would run out of descriptors.</summary>
    private const int DeepestInclude = 100;

    /// <summary>Files of one configuration; bounds includes that double at every level.</summary>
    private const int MostFiles = 20_000;

    private readonly ConfigurationReadOptions _options;
    private readonly ExpandedConfigurationBuilder _builder = new();
    private readonly IConfigurationFileSystem _files;
    private readonly List<string> _open = [];
    private readonly RootBlockTracker _blocks = new();
    private IncludeChecks _checks;
    private int _filesRead;

    public Preprocessor(ConfigurationReadOptions options)
    {
        _options = options;
        _files = options.FileSystem;
        _checks = options.IncludeChecks;
        _predefined = new PredefinedNames(options);
        _budget = new ExpansionBudget(options.MostExpandedLines);
    }

    private string CurrentDirectory => Path.GetDirectoryName(_open[^1]) ?? "/";

    public ExpandedConfiguration ToConfiguration() => _builder.ToConfiguration();

    public void ReadMain(string path)
    {
        string fullPath = _files.FullPath(path);
        ConfigurationFileKind kind = _files.KindOf(fullPath);
        _builder.MainFileFound = kind == ConfigurationFileKind.Regular;
        var location = new SourceLocation(new SourceOrigin(path, 0, SourceRelation.Main, null, null), 0);
        if (kind == ConfigurationFileKind.Regular)
        {
            ReadFile(fullPath, new SourceUnit(path, SourceRelation.Main, -1, 0), location);
            return;
        }

        Warn(location, $"the configuration file '{path}' {Describe(kind)}", "name an existing file with -f; it must be regular and not executable");
    }

    private void ReadFile(string fullPath, SourceUnit file, SourceLocation includedAt)
    {
        Stream content;
        try
        {
            content = _files.Open(fullPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Unreadable(file, includedAt, $"the file '{file.File}' cannot be read: {exception.Message}");
            return;
        }

        using (content)
        {
            _filesRead++;
            _builder.AddFile(fullPath, content.Length);
            IncludeChecks outer = _checks;
            _open.Add(fullPath);
            ReadLines(new SourceLines(content), _builder.OpenUnit(file), file, includedAt);
            _open.RemoveAt(_open.Count - 1);
            _checks = outer;
        }
    }

    private void ReadLines(SourceLines lines, int unit, SourceUnit file, SourceLocation includedAt)
    {
        while (true)
        {
            try
            {
                if (!lines.MoveNext())
                {
                    return;
                }
            }
            catch (IOException exception)
            {
                Unreadable(file, includedAt, $"the file '{file.File}' cannot be read to its end: {exception.Message}");
                return;
            }

            ReadLine(lines, unit);
        }
    }

    private void ReadLine(SourceLines raw, int unit)
    {
        if (raw.Fault != SourceLineFault.None)
        {
            Refuse(raw, unit);
            return;
        }

        if (_unfinished is not null && raw.Line.IsEmpty)
        {
            FinishDefinition();
            return;
        }

        ReadOnlySpan<byte> text = Comments.Cut(raw.Line, out int leading, out bool quoted);
        bool continues = Comments.TakeContinuation(raw.Line, leading, ref text);
        if (text.IsEmpty && !continues)
        {
            return;
        }

        int column = 1 + raw.Offset + SourceText.CharacterCount(raw.Line[..leading]);
        if (_unfinished is null && !continues && IsPlain(text))
        {
            AddStatement(text, unit, raw.Number, column, quoted);
            return;
        }

        ReadSpecial(raw, text, unit, column, continues);
    }

    /// <summary>A line that preprocessing acts on, or one that could be.</summary>
    private void ReadSpecial(SourceLines raw, ReadOnlySpan<byte> text, int unit, int column, bool continues)
    {
        _builder.AddLine(text.IsEmpty ? "\\"u8 : text, unit, raw.Number, column, ExpandedLineKind.Directive);
        LineText line = Rent();
        line.Set(text, unit, raw.Number, column);
        if (continues)
        {
            line.Append("\\"u8, new TextSegment(0, unit, raw.Number, 1 + raw.Offset + SourceText.CharacterCount(raw.Line[..raw.Line.LastIndexOf((byte)'\\')])));
        }

        if (_unfinished is not null)
        {
            ReportOpenQuote(line);
            ContinueDefinition(line);
        }
        else
        {
            Process(line, _outerDepth);
        }

        Return(line);
    }

    /// <summary>True for a line that means what it says. Every rule of preprocessing begins with one of these characters or words.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> text) =>
        text[0] is not ((byte)'@' or (byte)'~') && !text.Contains((byte)'$') && !text.StartsWith("include"u8) && !text.StartsWith("random_seed"u8);

    private void AddStatement(ReadOnlySpan<byte> text, int unit, int number, int column, bool quoted)
    {
        _builder.AddLine(text, unit, number, column, ExpandedLineKind.Statement);
        _blocks.Follow(text);
        int quote = Comments.UnmatchedQuote(text);
        if (quote < 0 && quoted)
        {
            // The last quote has a backslash, which keeps it from ending the string for comments but not for words.
            quote = text.IndexOf((byte)'"');
        }

        if (quote >= 0)
        {
            ReportOpenQuote(_builder.LocationOf(unit, number, column + SourceText.CharacterCount(text[..quote])));
        }
    }

    private void ReportOpenQuote(SourceLocation location) =>
        Error(DiagnosticClass.UnmatchedQuote, location, "this quote is not closed on its line", "add the closing quote");

    private void ReportOpenQuote(LineText line)
    {
        if (Comments.UnmatchedQuote(line.Text) is >= 0 and var quote)
        {
            ReportOpenQuote(LocationOf(line, quote));
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

    private SourceLocation LocationOf(LineText line, int offset)
    {
        TextSegment segment = line.SegmentAt(offset);
        return _builder.LocationOf(segment.Unit, segment.Number, segment.Column);
    }

    private static string Describe(ConfigurationFileKind kind) => kind switch
    {
        ConfigurationFileKind.Missing => "does not exist",
        ConfigurationFileKind.Executable => "is executable",
        ConfigurationFileKind.Directory => "is a directory",
        _ => "is no regular file",
    };

    private void Error(DiagnosticClass findingClass, SourceLocation location, string message, string? remedy) =>
        _builder.Report(new(findingClass, DiagnosticSeverity.Error, location, message, remedy));

    /// <summary>A finding that does not change the verdict, as keepalived only mentions it.</summary>
    private void Warn(SourceLocation location, string message, string remedy) =>
        _builder.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, message, remedy));
}
