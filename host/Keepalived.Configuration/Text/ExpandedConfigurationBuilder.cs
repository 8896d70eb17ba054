namespace Keepalived.Configuration;

/// <summary>Collects the result of preprocessing. The text of every line is held once.</summary>
internal sealed class ExpandedConfigurationBuilder
{
    private readonly List<SourceUnit> _units = [];
    private readonly List<string> _files = [];
    private readonly FindingList _findings = new();
    private readonly SegmentTable _segments = new();
    private readonly LineTable _lines = new();
    private byte[] _text = [];
    private int _length;

    public bool MainFileFound { get; set; }

    public int LineCount => _lines.Count;

    public int OpenUnit(SourceUnit unit)
    {
        _units.Add(unit);
        return _units.Count - 1;
    }

    public SourceUnit UnitAt(int unit) => _units[unit];

    /// <summary>
    /// A file was opened. Room for its text is made at once: growing by doubling would leave several times a large configuration as garbage. What
    /// is not used of it, since indentation and comments are cut, is never touched and takes no memory.
    /// </summary>
    public void AddFile(string path, long length)
    {
        _files.Add(path);
        Grow((int)Math.Min(Array.MaxLength, _length + length));
    }

    /// <summary>Adds a finding. The same one at the same place is kept once: a line may be looked at several times.</summary>
    public void Report(Diagnostic diagnostic) => _findings.Add(diagnostic);

    /// <summary>Adds a line that stands as it is in a file.</summary>
    public void AddLine(ReadOnlySpan<byte> text, int unit, int number, int column, ExpandedLineKind kind) =>
        _lines.Add(Append(text), unit, number, column, kind);

    /// <summary>Adds a line that was put together.</summary>
    public void AddLine(ReadOnlySpan<byte> text, ReadOnlySpan<TextSegment> segments)
    {
        TextSegment first = segments[0];
        bool composed = segments.Length > 1 || first.IsValue;
        if (composed)
        {
            _segments.Add(_lines.Count, segments);
        }

        _lines.Add(Append(text), first.Unit, first.Number, first.Column, ExpandedLineKind.Statement, composed);
    }

    /// <summary>A place in a unit, whether or not there is a line for it.</summary>
    public SourceLocation LocationOf(int unit, int number, int column) => new(OriginOf(unit, number), column);

    /// <summary>Hands over what was collected; the builder is of no use afterwards.</summary>
    public ExpandedConfiguration ToConfiguration() =>
        new(_text.AsMemory(0, _length), _lines, _units.ToArray(), _segments, _files, _findings.Kept, MainFileFound) { LeftOut = [.. _findings.LeftOut] };

    private int Append(ReadOnlySpan<byte> text)
    {
        Grow(_length + text.Length);
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
        return text.Length;
    }

    /// <summary>The first time exactly, then by doubling: a thousand small files must not be copied a thousand times.</summary>
    private void Grow(int length)
    {
        if (length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(length, (int)Math.Min(Array.MaxLength, _text.Length * 2L)));
        }
    }

    private SourceOrigin OriginOf(int unit, int number)
    {
        SourceUnit source = _units[unit];
        SourceOrigin? parent = source.ParentUnit >= 0 ? OriginOf(source.ParentUnit, source.ParentNumber) : null;
        return new SourceOrigin(source.File, number, source.Relation, parent, source.Detail);
    }
}
