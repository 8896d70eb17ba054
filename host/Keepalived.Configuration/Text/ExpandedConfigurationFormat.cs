using System.Buffers.Binary;

namespace Keepalived.Configuration;

/// <summary>
/// The bytes that the parent hands to its children: a magic number, then counts, units, lines, segments and text. Line fields are written
/// as differences in variable-length integers, so a line costs about five bytes besides its text. Both sides are the same build: there is
/// a version but no compatibility between versions.
/// </summary>
internal static class ExpandedConfigurationFormat
{
    private const uint Magic = 0x4B43_4603;

    public static void Write(ExpandedConfiguration configuration, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new ByteBuffer();
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(magic, Magic);
        buffer.Write(magic);
        buffer.WriteByte(configuration.MainFileFound ? (byte)1 : (byte)0);
        buffer.WriteNumber(configuration.Files.Count);
        foreach (string file in configuration.Files)
        {
            buffer.WriteString(file);
        }

        WriteScan(buffer, RootScan.Run(configuration));
        WriteUnits(buffer, configuration.Units);
        WriteLines(buffer, configuration);
        buffer.WriteNumber(configuration.Text.Length);
        stream.Write(buffer.Written);
        stream.Write(configuration.Text);
    }

    public static ExpandedConfiguration Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ReadOnlyMemory<byte> bytes = ReadAll(stream);
        try
        {
            return Read(bytes);
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException("A number of the expanded configuration is too large.", exception);
        }
    }

    /// <summary>The text stays where it was read to, so a stream that knows its length is held once.</summary>
    private static ReadOnlyMemory<byte> ReadAll(Stream stream)
    {
        if (stream.CanSeek)
        {
            var whole = new byte[checked((int)(stream.Length - stream.Position))];
            return whole.AsMemory(0, stream.ReadAtLeast(whole, whole.Length, throwOnEndOfStream: false));
        }

        var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static ExpandedConfiguration Read(ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> bytes = content.Span;
        var reader = new ByteReader(bytes);
        if (BinaryPrimitives.ReadUInt32BigEndian(reader.Take(4)) != Magic)
        {
            throw new InvalidDataException("This is no expanded configuration of this version of keepalived.");
        }

        bool mainFileFound = reader.Byte() != 0;
        var files = new string[reader.Count()];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = reader.String();
        }

        RootScan scan = ReadScan(ref reader);
        SourceUnit[] units = ReadUnits(ref reader);
        var lines = new LineTable();
        var segments = new SegmentTable();
        int textLength = ReadLines(ref reader, lines, segments, units.Length);
        if (reader.Number() != textLength)
        {
            throw new InvalidDataException("The lines and the text of the expanded configuration do not fit together.");
        }

        int start = content.Length - reader.Left;
        reader.Take(textLength);
        return new ExpandedConfiguration(content.Slice(start, textLength), lines, units, segments, files, [], mainFileFound) { Scan = scan };
    }

    /// <summary>Units come in runs of the same file and subject: those are written once, as a table.</summary>
    private static void WriteUnits(ByteBuffer buffer, ReadOnlySpan<SourceUnit> units)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (SourceUnit unit in units)
        {
            names.TryAdd(unit.File, names.Count);
            names.TryAdd(unit.Subject ?? "", names.Count);
        }

        buffer.WriteNumber(names.Count);
        foreach (string name in names.Keys)
        {
            buffer.WriteString(name);
        }

        buffer.WriteNumber(units.Length);
        for (int i = 0; i < units.Length; i++)
        {
            SourceUnit unit = units[i];
            buffer.WriteNumber(names[unit.File]);
            buffer.WriteByte((byte)unit.Relation);
            buffer.WriteNumber(i - unit.ParentUnit);
            buffer.WriteNumber(unit.ParentNumber);
            buffer.WriteNumber(names[unit.Subject ?? ""]);
            buffer.WriteNumber(unit.Element);
        }
    }

    private static void WriteScan(ByteBuffer buffer, RootScan scan)
    {
        buffer.WriteNumber(scan.Keywords.Count);
        foreach (string keyword in scan.Keywords)
        {
            buffer.WriteString(keyword);
        }
    }

    private static RootScan ReadScan(ref ByteReader reader)
    {
        var keywords = new string[reader.Count()];
        for (int i = 0; i < keywords.Length; i++)
        {
            keywords[i] = reader.String();
        }

        return new RootScan(keywords);
    }

    private static SourceUnit[] ReadUnits(ref ByteReader reader)
    {
        var names = new string[reader.Count()];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = reader.String();
        }

        var units = new SourceUnit[reader.Count()];
        for (int i = 0; i < units.Length; i++)
        {
            int file = reader.Number();
            byte relation = reader.Byte();
            int parent = i - reader.Number();
            int parentNumber = reader.Number();
            int subject = reader.Number();
            int element = reader.Number();

            // A unit is opened by a line of an earlier unit; anything else would make a chain without end.
            if ((uint)file >= (uint)names.Length || (uint)subject >= (uint)names.Length || parent >= i || parent < -1 ||
                relation > (byte)SourceRelation.RepeatedFrom)
            {
                throw new InvalidDataException("A source of the expanded configuration has no valid name or parent.");
            }

            units[i] = new SourceUnit(
                names[file], (SourceRelation)relation, parent, parentNumber, names[subject].Length == 0 ? null : names[subject], element);
        }

        return units;
    }

    private static void WriteLines(ByteBuffer buffer, ExpandedConfiguration configuration)
    {
        buffer.WriteNumber(configuration.Lines.Length);
        ExpandedLine last = default;
        for (int i = 0; i < configuration.Lines.Length; i++)
        {
            ExpandedLine line = configuration.Lines[i];
            buffer.WriteNumber(line.Length);
            buffer.WriteNumber((line.Column << 2) | (line.IsComposed ? 2 : 0) | (int)line.Kind);
            buffer.WriteSigned(line.Unit - last.Unit);
            buffer.WriteSigned(line.Number - last.Number);
            if (line.IsComposed)
            {
                SegmentTable.Write(buffer, configuration.SegmentsOf(i));
            }

            last = line;
        }
    }

    private static int ReadLines(ref ByteReader reader, LineTable lines, SegmentTable segments, int units)
    {
        (int unit, int number, int start) = (0, 0, 0);
        int count = reader.Count();
        for (int i = 0; i < count; i++)
        {
            int length = reader.Number();
            int columnAndKind = reader.Number();
            unit += reader.Signed();
            number += reader.Signed();
            if ((uint)unit >= (uint)units || length < 0 || columnAndKind < 0)
            {
                throw new InvalidDataException("A line of the expanded configuration has no source or length.");
            }

            bool composed = (columnAndKind & 2) != 0;
            lines.Add(length, unit, number, columnAndKind >> 2, (ExpandedLineKind)(columnAndKind & 1), composed);
            if (composed)
            {
                segments.Add(i, ReadSegments(ref reader, length, units));
            }

            start += length;
        }

        return start;
    }

    private static TextSegment[] ReadSegments(ref ByteReader reader, int length, int units)
    {
        TextSegment[] segments = SegmentTable.Read(ref reader);
        for (int i = 0; i < segments.Length; i++)
        {
            TextSegment segment = segments[i];
            if ((uint)segment.Unit >= (uint)units || segment.Column < 0 || (uint)segment.Start > (uint)length ||
                (i == 0 ? segment.Start != 0 : segment.Start < segments[i - 1].Start))
            {
                throw new InvalidDataException("A part of a line of the expanded configuration has no source.");
            }
        }

        return segments.Length > 0 ? segments : throw new InvalidDataException("A composed line of the expanded configuration has no parts.");
    }
}
