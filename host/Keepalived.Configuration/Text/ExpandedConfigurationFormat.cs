using System.Buffers.Binary;
using System.Text;

namespace Keepalived.Configuration;

/// <summary>
/// The bytes that the parent hands to its children: a magic number, then counts, units, lines and text. Line fields are written as
/// differences in variable-length integers, so a line costs about five bytes besides its text. Both sides are the same build: there is
/// a version but no compatibility between versions.
/// </summary>
internal static class ExpandedConfigurationFormat
{
    private const uint Magic = 0x4B43_4601;

    public static void Write(ExpandedConfiguration configuration, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var buffer = new MemoryStream(configuration.Text.Length + (configuration.Lines.Length * 6) + 256);
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(magic, Magic);
        buffer.Write(magic);
        buffer.WriteByte(configuration.MainFileFound ? (byte)1 : (byte)0);
        WriteNumber(buffer, configuration.Files.Count);
        foreach (string file in configuration.Files)
        {
            WriteString(buffer, file);
        }

        WriteNumber(buffer, configuration.Units.Count);
        foreach (SourceUnit unit in configuration.Units)
        {
            WriteString(buffer, unit.File);
            buffer.WriteByte((byte)unit.Relation);
            WriteNumber(buffer, unit.ParentLine + 1);
            WriteString(buffer, unit.Detail ?? "");
            buffer.WriteByte(unit.Detail is null ? (byte)0 : (byte)1);
        }

        WriteLines(buffer, configuration.Lines);
        WriteNumber(buffer, configuration.Text.Length);
        buffer.Write(configuration.Text);
        buffer.Position = 0;
        buffer.CopyTo(stream);
    }

    public static ExpandedConfiguration Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        try
        {
            return Read(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException("A number of the expanded configuration is too large.", exception);
        }
    }

    private static ExpandedConfiguration Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        if (BinaryPrimitives.ReadUInt32BigEndian(reader.Take(4)) != Magic)
        {
            throw new InvalidDataException("This is no expanded configuration of this version of keepalived.");
        }

        bool mainFileFound = reader.Take(1)[0] != 0;
        var files = new string[reader.Count()];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = reader.String();
        }

        var units = new SourceUnit[reader.Count()];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = ReadUnit(ref reader);
        }

        var lines = new ExpandedLine[reader.Count()];
        int textLength = ReadLines(ref reader, lines, units.Length);
        if (reader.Number() != textLength)
        {
            throw new InvalidDataException("The lines and the text of the expanded configuration do not fit together.");
        }

        CheckParents(units, lines);
        return new ExpandedConfiguration(reader.Take(textLength).ToArray(), lines, units, files, [], mainFileFound);
    }

    private static SourceUnit ReadUnit(ref ByteReader reader)
    {
        string file = reader.String();
        var relation = (SourceRelation)reader.Take(1)[0];
        int parent = reader.Number() - 1;
        string detail = reader.String();
        return new SourceUnit(file, relation, parent, reader.Take(1)[0] == 0 ? null : detail);
    }

    private static void WriteLines(MemoryStream buffer, ReadOnlySpan<ExpandedLine> lines)
    {
        WriteNumber(buffer, lines.Length);
        ExpandedLine last = default;
        foreach (ExpandedLine line in lines)
        {
            WriteNumber(buffer, line.Length);
            WriteNumber(buffer, (line.Column << 1) | (int)line.Kind);
            WriteNumber(buffer, Fold(line.Unit - last.Unit));
            WriteNumber(buffer, Fold(line.Number - last.Number));
            last = line;
        }
    }

    private static int ReadLines(ref ByteReader reader, Span<ExpandedLine> lines, int units)
    {
        ExpandedLine last = default;
        int start = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            int length = reader.Number();
            int columnAndKind = reader.Number();
            int unit = last.Unit + Unfold(reader.Number());
            int number = last.Number + Unfold(reader.Number());
            if ((uint)unit >= (uint)units)
            {
                throw new InvalidDataException("A line of the expanded configuration belongs to no source.");
            }

            lines[i] = last = new ExpandedLine(start, length, unit, number, columnAndKind >> 1, (ExpandedLineKind)(columnAndKind & 1));
            start += length;
        }

        return start;
    }

    private static void CheckParents(ReadOnlySpan<SourceUnit> units, ReadOnlySpan<ExpandedLine> lines)
    {
        // A unit is opened by a line of an earlier unit; anything else would make a chain without end.
        for (int i = 0; i < units.Length; i++)
        {
            int parent = units[i].ParentLine;
            if (parent >= lines.Length || (parent >= 0 && lines[parent].Unit >= i))
            {
                throw new InvalidDataException("A source of the expanded configuration has no valid parent.");
            }
        }
    }

    private static int Fold(int value) => unchecked((value << 1) ^ (value >> 31));

    private static int Unfold(int value) => unchecked((int)((uint)value >> 1) ^ -(value & 1));

    private static void WriteNumber(MemoryStream buffer, int value)
    {
        uint rest = unchecked((uint)value);
        while (rest >= 0x80)
        {
            buffer.WriteByte((byte)(rest & 0x7F | 0x80));
            rest >>= 7;
        }

        buffer.WriteByte((byte)rest);
    }

    private static void WriteString(MemoryStream buffer, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        WriteNumber(buffer, bytes.Length);
        buffer.Write(bytes);
    }

    private ref struct ByteReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public ReadOnlySpan<byte> Take(int count)
        {
            if ((uint)count > (uint)_rest.Length)
            {
                throw new InvalidDataException("The expanded configuration ends early.");
            }

            ReadOnlySpan<byte> taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        public int Number()
        {
            uint value = 0;
            for (int shift = 0; shift < 35; shift += 7)
            {
                byte next = Take(1)[0];
                value |= unchecked((uint)(next & 0x7F) << shift);
                if (next < 0x80)
                {
                    return unchecked((int)value);
                }
            }

            throw new InvalidDataException("A number of the expanded configuration is too long.");
        }

        /// <summary>A number of items, each of at least one byte, so that a broken count cannot ask for more memory than was handed over.</summary>
        public int Count()
        {
            int count = Number();
            return (uint)count <= (uint)_rest.Length ? count : throw new InvalidDataException("A count of the expanded configuration is too large.");
        }

        public string String() => Encoding.UTF8.GetString(Take(Number()));
    }
}
