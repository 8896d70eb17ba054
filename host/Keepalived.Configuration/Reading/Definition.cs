using System.Text;

namespace Keepalived.Configuration;

/// <summary>A line of a definition's value, with where its bytes come from.</summary>
internal readonly record struct DefinitionLine(byte[] Text, TextSegment[] Segments);

/// <summary>
/// <c>$NAME=VALUE</c>. A value of several lines can only be used at the end of a line. Each definition of a name is an object of its own: a
/// name that is defined anew inside its own value is no recursion.
/// </summary>
/// <param name="Subject">The name with its sign, a string of this definition alone, by which units that came of it know it.</param>
internal sealed record Definition(string Subject)
{
    public List<DefinitionLine> Lines { get; } = [];

    /// <summary>True for what repetitions and the program define: their text stands nowhere in a file.</summary>
    public bool IsValue { get; init; }

    public bool IsMultiLine => Lines.Count > 1;

    /// <summary>A definition whose value is made, not read.</summary>
    public static Definition OfValue(string name, ReadOnlySpan<byte> value)
    {
        var definition = new Definition("$" + name) { IsValue = true };
        definition.Lines.Add(new DefinitionLine(value.ToArray(), []));
        return definition;
    }

    /// <summary>Length of the identifier at the beginning of a text; 0 when there is none.</summary>
    public static int NameLength(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetter((char)text[length]) || text[length] == '_' || (length > 0 && char.IsAsciiDigit((char)text[length]))))
        {
            length++;
        }

        return length;
    }

    /// <summary>Recognises <c>$NAME=</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out string name, out int valueStart)
    {
        name = "";
        valueStart = 0;
        if (line.Length < 3 || line[0] != '$')
        {
            return false;
        }

        int length = NameLength(line[1..]);
        if (length == 0 || length + 1 >= line.Length || line[length + 1] != '=')
        {
            return false;
        }

        name = Encoding.ASCII.GetString(line.Slice(1, length));
        valueStart = Separators.SkipBlanks(line, length + 2);
        return true;
    }
}
