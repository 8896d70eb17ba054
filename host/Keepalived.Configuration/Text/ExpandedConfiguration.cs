using System.Text;

namespace Keepalived.Configuration;

/// <summary>
/// The whole configuration after preprocessing: one block of text, the lines in it, and where each came from. The parent makes it once and
/// hands it to every child, so that all processes run the same configuration even when a file changes meanwhile. Immutable.
/// </summary>
public sealed class ExpandedConfiguration
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly LineTable _lines;
    private readonly SourceUnit[] _units;
    private readonly SegmentTable _segments;
    private readonly SourceOrigin?[] _sources;

    internal ExpandedConfiguration(
        ReadOnlyMemory<byte> text,
        LineTable lines,
        SourceUnit[] units,
        SegmentTable segments,
        IReadOnlyList<string> files,
        IReadOnlyList<Diagnostic> diagnostics,
        bool mainFileFound)
    {
        _text = text;
        _lines = lines;
        _units = units;
        _segments = segments;
        _sources = new SourceOrigin?[units.Length];
        Files = files;
        Diagnostics = diagnostics;
        MainFileFound = mainFileFound;
    }

    /// <summary>The text of all lines, end to end, as read (UTF-8 unless the operator wrote something else).</summary>
    public ReadOnlySpan<byte> Text => _text.Span;

    /// <summary>All lines in order.</summary>
    public ExpandedLines Lines => new(_lines);

    /// <summary>Where lines came from.</summary>
    public ReadOnlySpan<SourceUnit> Units => _units;

    /// <summary>Paths of the files that were read, in order of opening.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>What preprocessing found; empty in a configuration that was handed over, since the parent has reported it.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>What preprocessing found and counted only, since there is so much of it.</summary>
    public IReadOnlyList<LeftOutFindings> LeftOut { get; init; } = [];

    /// <summary>False when the main file does not exist; the configuration is then empty.</summary>
    public bool MainFileFound { get; }

    /// <summary>What stands in the root, once somebody has looked.</summary>
    internal RootScan? Scan { get; set; }

    /// <summary>The bytes of a line.</summary>
    public ReadOnlySpan<byte> TextOf(int line) => TextOf(_lines[line]);

    /// <summary>The bytes of a line.</summary>
    internal ReadOnlySpan<byte> TextOf(ExpandedLine line) => _text.Span.Slice(line.Start, line.Length);

    /// <summary>The chain of lines that led to the beginning of a line.</summary>
    public SourceOrigin OriginOf(int line) => OriginOf(_lines[line].Unit, _lines[line].Number);

    /// <summary>The place of a byte of a line; its column counts characters.</summary>
    /// <param name="line">Index of the line.</param>
    /// <param name="offset">Offset of the byte in the line; the line's length means its end.</param>
    public SourceLocation LocationOf(int line, int offset)
    {
        ExpandedLine entry = _lines[line];
        if (!entry.IsComposed)
        {
            return new(SourceOf(entry.Unit, entry.Number), entry.Number, entry.Column + SourceText.CharacterCount(TextOf(entry)[..offset]));
        }

        TextSegment[] segments = SegmentsOf(line);
        TextSegment segment = segments[TextSegment.IndexAt(segments, offset)];
        return new(SourceOf(segment.Unit, segment.Number), segment.Number, segment.ColumnAt(TextOf(entry), offset));
    }

    /// <summary>Where the parts of a composed line come from; empty for a line that stands in a file as it is.</summary>
    internal TextSegment[] SegmentsOf(int line) => _lines[line].IsComposed ? _segments.Of(line) : [];

    /// <summary>Writes the configuration for <see cref="Read"/>.</summary>
    public void Write(Stream stream) => ExpandedConfigurationFormat.Write(this, stream);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The stream holds something else or ends early.</exception>
    public static ExpandedConfiguration Read(Stream stream) => ExpandedConfigurationFormat.Read(stream);

    private SourceOrigin OriginOf(int unit, int number) => new SourceLocation(SourceOf(unit, number), number, 0).Origin!;

    /// <summary>Some line of a unit, the one asked for first: all places in the unit share it.</summary>
    private SourceOrigin SourceOf(int unit, int number)
    {
        SourceUnit source = _units[unit];
        return _sources[unit] ??= new SourceOrigin(
            source.File, number, source.Relation, source.ParentUnit >= 0 ? OriginOf(source.ParentUnit, source.ParentNumber) : null, source.Detail);
    }
}

/// <summary>Bytes of configuration text as characters.</summary>
internal static class SourceText
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8; text that is not UTF-8 is taken as Latin-1, so that no byte is lost.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return _strict.GetString(bytes);
        }

        return Encoding.Latin1.GetString(bytes);
    }

    /// <summary>The bytes that <see cref="Decode"/> makes this text of.</summary>
    public static byte[] Encode(string text) => _strict.GetBytes(text);

    /// <summary>Number of characters that <see cref="Decode"/> would show, counting a surrogate pair once.</summary>
    public static int CharacterCount(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        foreach (byte value in bytes)
        {
            count += (value & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }
}
