using System.Text;

namespace Keepalived.Configuration;

/// <summary><c>@ID rest</c> is used only where the configuration id is ID, <c>@^ID rest</c> only where it is not.</summary>
internal static class Condition
{
    /// <summary>Decides a line that begins with <c>@</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="configId">The configuration id.</param>
    /// <param name="behind">Offset of the rest of the line.</param>
    /// <param name="namesId">False when no id follows the sign, so that it is equal to none.</param>
    /// <returns>True when the line is used and has a rest.</returns>
    public static bool Holds(ReadOnlySpan<byte> line, string configId, out int behind, out bool namesId)
    {
        bool negated = line.Length > 1 && line[1] == '^';
        int start = negated ? 2 : 1;
        int length = line[start..].IndexOfAny(Separators.Blanks);
        behind = length < 0 ? line.Length : Separators.SkipBlanks(line, start + length);
        ReadOnlySpan<byte> id = length < 0 ? line[start..] : line.Slice(start, length);
        namesId = !id.IsEmpty;
        bool same = id.SequenceEqual(Encoding.UTF8.GetBytes(configId));
        return same != negated && behind < line.Length;
    }
}
