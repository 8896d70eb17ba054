namespace Keepalived.Configuration;

/// <summary>Collects the result of preprocessing. The text of every line is held once.</summary>
internal sealed class ExpandedConfigurationBuilder
{
    private readonly List<SourceUnit> _units = [];
    private readonly List<string> _files = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly HashSet<Diagnostic> _seen = [];
    private readonly SegmentTable _segments = new();
    private byte[] _text = [];
    private int _length;
    private ExpandedLine[] _lines = [];
    private int _lineCount;

    public bool MainFileFound { get; set; }

    public int LineCount => _lineCount;

    public int OpenUnit(SourceUnit unit)
    {
        _units.Add(unit);
        return _units.Count - 1;
    }

    public SourceUnit UnitAt(int unit) => _units[unit];

    /// <summary>A file was opened. Room for it is made at once: growing by doubling would leave several times a large configuration as garbage.</summary>
    public void AddFile(string path, ReadOnlySpan<byte> content)
    {
        _files.Add(path);
        Grow(ref _text, _length + content.Length);
        Grow(ref _lines, _lineCount + content.Count((byte)'\n') + 1);
    }

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
        Append(new ExpandedLine(Append(text), text.Length, unit, number, column, kind));

    /// <summary>Adds a line that was put together.</summary>
    public void AddLine(ReadOnlySpan<byte> text, ReadOnlySpan<TextSegment> segments)
    {
        TextSegment first = segments[0];
        bool composed = segments.Length > 1 || first.IsValue;
        if (composed)
        {
            _segments.Add(_lineCount, segments);
        }

        Append(new ExpandedLine(Append(text), text.Length, first.Unit, first.Number, first.Column, ExpandedLineKind.Statement, composed));
    }

    /// <summary>A place in a unit, whether or not there is a line for it.</summary>
    public SourceLocation LocationOf(int unit, int number, int column) => new(OriginOf(unit, number), column);

    /// <summary>Hands over what was collected; the builder is of no use afterwards.</summary>
    public ExpandedConfiguration ToConfiguration()
    {
        Array.Resize(ref _text, _length);
        Array.Resize(ref _lines, _lineCount);
        return new(_text, _lines, _units.ToArray(), _segments, _files, _diagnostics, MainFileFound);
    }

    private int Append(ReadOnlySpan<byte> text)
    {
        if (_length + text.Length > _text.Length)
        {
            Grow(ref _text, _length + text.Length);
        }

        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
        return _length - text.Length;
    }

    private void Append(in ExpandedLine line)
    {
        if (_lineCount == _lines.Length)
        {
            Grow(ref _lines, _lineCount + 1);
        }

        _lines[_lineCount++] = line;
    }

    /// <summary>The first time exactly, then by doubling: a thousand small files must not be copied a thousand times.</summary>
    private static void Grow<T>(ref T[] array, int length)
    {
        if (length > array.Length)
        {
            Array.Resize(ref array, Math.Max(length, array.Length * 2));
        }
    }

    private SourceOrigin OriginOf(int unit, int number)
    {
        SourceUnit source = _units[unit];
        SourceOrigin? parent = source.ParentUnit >= 0 ? OriginOf(source.ParentUnit, source.ParentNumber) : null;
        return new SourceOrigin(source.File, number, source.Relation, parent, source.Detail);
    }
}
