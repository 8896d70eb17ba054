using System.Text;

namespace Keepalived.Configuration;

/// <summary>What a condition came to.</summary>
internal enum ConditionResult
{
    /// <summary>The line is used.</summary>
    Holds,

    /// <summary>The line is left out.</summary>
    Fails,

    /// <summary>It names no id.</summary>
    Malformed,
}

/// <summary><c>@ID rest</c> is used only where the configuration id is ID, <c>@^ID rest</c> only where it is not.</summary>
internal static class Condition
{
    /// <summary>Decides a line that begins with <c>@</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="configId">The configuration id.</param>
    /// <param name="behind">Offset of the rest of the line.</param>
    public static ConditionResult Decide(ReadOnlySpan<byte> line, string configId, out int behind)
    {
        bool negated = line.Length > 1 && line[1] == '^';
        int start = negated ? 2 : 1;
        int length = line[start..].IndexOfAny(Separators.Blanks);
        behind = length < 0 ? line.Length : Separators.SkipBlanks(line, start + length);
        ReadOnlySpan<byte> id = length < 0 ? line[start..] : line.Slice(start, length);
        if (id.IsEmpty)
        {
            return ConditionResult.Malformed;
        }

        bool same = id.SequenceEqual(Encoding.UTF8.GetBytes(configId));
        return same != negated && behind < line.Length ? ConditionResult.Holds : ConditionResult.Fails;
    }
}
