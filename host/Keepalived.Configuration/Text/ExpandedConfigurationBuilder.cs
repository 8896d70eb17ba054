namespace Keepalived.Configuration;

/// <summary>Collects the result of preprocessing. The text of every line is held once.</summary>
internal sealed class ExpandedConfigurationBuilder
{
    private readonly List<ExpandedLine> _lines = [];
    private readonly List<SourceUnit> _units = [];
    private readonly List<string> _files = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private byte[] _text = new byte[4096];
    private int _length;

    public bool MainFileFound { get; set; }

    public int OpenUnit(string file, SourceRelation relation, int parentLine, string? detail = null)
    {
        _units.Add(new SourceUnit(file, relation, parentLine, detail));
        return _units.Count - 1;
    }

    public void AddFile(string path) => _files.Add(path);

    public void Report(Diagnostic diagnostic) => _diagnostics.Add(diagnostic);

    /// <summary>Adds a line and returns its index.</summary>
    public int AddLine(ReadOnlySpan<byte> text, int unit, int number, int column, ExpandedLineKind kind)
    {
        if (_length + text.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + text.Length));
        }

        text.CopyTo(_text.AsSpan(_length));
        _lines.Add(new ExpandedLine(_length, text.Length, unit, number, column, kind));
        _length += text.Length;
        return _lines.Count - 1;
    }

    /// <summary>A place in a unit that need not have become a line.</summary>
    public SourceLocation LocationOf(int unit, int number, int column)
    {
        SourceUnit source = _units[unit];
        SourceOrigin? parent = source.ParentLine >= 0 ? OriginOf(source.ParentLine) : null;
        return new SourceLocation(new SourceOrigin(source.File, number, source.Relation, parent, source.Detail), column);
    }

    public SourceLocation LocationOfLine(int line) => LocationOf(_lines[line].Unit, _lines[line].Number, _lines[line].Column);

    public ExpandedConfiguration ToConfiguration() =>
        new(_text.AsSpan(0, _length).ToArray(), _lines.ToArray(), _units.ToArray(), _files, _diagnostics, MainFileFound);

    private SourceOrigin? OriginOf(int line) => LocationOf(_lines[line].Unit, _lines[line].Number, 0).Origin;
}
