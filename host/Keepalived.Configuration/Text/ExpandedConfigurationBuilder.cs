namespace Keepalived.Configuration;

/// <summary>Collects the result of preprocessing. The text of every line is held once.</summary>
internal sealed class ExpandedConfigurationBuilder
{
    private readonly List<ExpandedLine> _lines = [];
    private readonly List<SourceUnit> _units = [];
    private readonly List<string> _files = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly HashSet<Diagnostic> _seen = [];
    private readonly SegmentTable _segments = new();
    private byte[] _text = new byte[4096];
    private int _length;

    public bool MainFileFound { get; set; }

    public int LineCount => _lines.Count;

    public int OpenUnit(SourceUnit unit)
    {
        _units.Add(unit);
        return _units.Count - 1;
    }

    public SourceUnit UnitAt(int unit) => _units[unit];

    public void AddFile(string path) => _files.Add(path);

    /// <summary>Adds a finding. The same one at the same place is kept once: a line may be looked at several times.</summary>
    public void Report(Diagnostic diagnostic)
    {
        if (_seen.Add(diagnostic))
        {
            _diagnostics.Add(diagnostic);
        }
    }

    /// <summary>Adds a line that stands as it is in a file.</summary>
    public void AddLine(ReadOnlySpan<byte> text, int unit, int number, int column, ExpandedLineKind kind) =>
        _lines.Add(new ExpandedLine(Append(text), text.Length, unit, number, column, kind));

    /// <summary>Adds a line that was put together.</summary>
    public void AddLine(ReadOnlySpan<byte> text, ReadOnlySpan<TextSegment> segments)
    {
        TextSegment first = segments[0];
        bool composed = segments.Length > 1 || first.IsValue;
        if (composed)
        {
            _segments.Add(_lines.Count, segments);
        }

        _lines.Add(new ExpandedLine(Append(text), text.Length, first.Unit, first.Number, first.Column, ExpandedLineKind.Statement, composed));
    }

    /// <summary>A place in a unit, whether or not there is a line for it.</summary>
    public SourceLocation LocationOf(int unit, int number, int column) => new(OriginOf(unit, number), column);

    public ExpandedConfiguration ToConfiguration() =>
        new(_text.AsSpan(0, _length).ToArray(), _lines.ToArray(), _units.ToArray(), _segments, _files, _diagnostics, MainFileFound);

    private int Append(ReadOnlySpan<byte> text)
    {
        if (_length + text.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + text.Length));
        }

        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
        return _length - text.Length;
    }

    private SourceOrigin OriginOf(int unit, int number)
    {
        SourceUnit source = _units[unit];
        SourceOrigin? parent = source.ParentUnit >= 0 ? OriginOf(source.ParentUnit, source.ParentNumber) : null;
        return new SourceOrigin(source.File, number, source.Relation, parent, source.Detail);
    }
}
