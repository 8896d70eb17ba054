using System.Globalization;
using System.Text;

namespace Keepalived.Configuration;

/// <summary>What a <c>~SEQ</c>, <c>~SEQx</c> or <c>~LST</c> repeats its line with.</summary>
/// <param name="Subject">Its name and variables, for findings.</param>
/// <param name="Names">The variables.</param>
/// <param name="Count">Number of rounds; more than any limit allows when there are more than <see cref="long.MaxValue"/>.</param>
/// <param name="Values">The value of a variable in a round, both from 0.</param>
internal sealed record Repetition(string Subject, IReadOnlyList<string> Names, long Count, Func<long, int, string> Values)
{
    /// <summary>Characters of one parameter.</summary>
    public const int LongestParameter = 64;

    /// <summary>Recognises the beginning of a repetition. False for an ordinary line that begins with <c>~</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="open">Offset of the parenthesis; -1 when it is missing.</param>
    /// <param name="close">Offset of the closing one; -1 when it is missing.</param>
    public static bool Begins(ReadOnlySpan<byte> line, out int open, out int close)
    {
        open = close = -1;
        if (!line.StartsWith("~SEQ"u8) && !line.StartsWith("~LST"u8))
        {
            return false;
        }

        int at = line.StartsWith("~SEQx"u8) ? 5 : 4;
        at = Separators.SkipBlanks(line, at);
        if (at < line.Length && line[at] == '(')
        {
            open = at;
            int length = line[at..].IndexOf((byte)')');
            close = length < 0 ? -1 : at + length;
        }

        return true;
    }

    /// <summary>Reads the parameters. Null when they make no repetition; <paramref name="problem"/> then says why.</summary>
    /// <param name="keyword">The line up to the parenthesis.</param>
    /// <param name="parameters">What stands between the parentheses.</param>
    /// <param name="problem">What is wrong, with its offset in the parameters and what to do.</param>
    public static Repetition? Parse(ReadOnlySpan<byte> keyword, string parameters, out RepetitionProblem problem) =>
        keyword.StartsWith("~LST"u8) ? ParseList(parameters, out problem) : ParseSequence(parameters, keyword.StartsWith("~SEQx"u8), out problem);

    private static Repetition? ParseSequence(string parameters, bool hexadecimal, out RepetitionProblem problem)
    {
        const string Form = "write ~SEQ(NAME, [START, [STEP,]] END)";
        string[] parts = parameters.Split(',');
        problem = parts.Length is < 2 or > 4
            ? new(0, "a ~SEQ takes a name and one to three numbers", Form)
            : CheckName(parts[0].Trim(), 0) ?? default;
        var numbers = new long[Math.Max(0, parts.Length - 1)];
        int offset = parts[0].Length + 1;
        for (int i = 0; i < numbers.Length && problem.Message is null; offset += parts[i + 1].Length + 1, i++)
        {
            string text = parts[i + 1].Trim();
            problem = text.Length > LongestParameter
                ? TooLong(offset)
                : TryInteger(text, out numbers[i]) ? default : new(offset, $"'{text}' is no whole number", Form);
        }

        if (problem.Message is not null)
        {
            return null;
        }

        long end = numbers[^1];
        long start = numbers.Length > 1 ? numbers[0] : end < 0 ? -1 : 1;
        long step = numbers.Length > 2 ? numbers[1] : start <= end ? 1 : -1;
        problem = CheckSteps(start, step, end, hexadecimal);
        string name = parts[0].Trim();
        return problem.Message is not null ? null : new(
            $"{(hexadecimal ? "~SEQx" : "~SEQ")}({name})",
            [name],
            CountSteps(start, step, end),
            (round, _) => unchecked(start + (round * step)).ToString(hexadecimal ? "x" : "d", CultureInfo.InvariantCulture));
    }

    private static RepetitionProblem CheckSteps(long start, long step, long end, bool hexadecimal)
    {
        if (step == 0)
        {
            return new(0, "this ~SEQ has a step of 0 and would never end", "write a step that leads from the start to the end");
        }

        if (start != end && start < end != step > 0)
        {
            return new(0, $"this ~SEQ leads from {start} away from {end} in steps of {step}", step > 0 ? "write a negative step" : "write a positive step");
        }

        return hexadecimal && (start < 0 || end < 0)
            ? new(0, "~SEQx counts without negative numbers", "write numbers from 0 on, or ~SEQ")
            : default;
    }

    private static long CountSteps(long start, long step, long end)
    {
        UInt128 distance = (UInt128)(step > 0 ? (Int128)end - start : (Int128)start - end);
        return (long)UInt128.Min((distance / (UInt128)Int128.Abs(step)) + 1, long.MaxValue);
    }

    private static Repetition? ParseList(string parameters, out RepetitionProblem problem)
    {
        const string Form = "write ~LST(NAME, VALUE, …) or ~LST({NAME, NAME}, {VALUE, VALUE}, …)";
        problem = default;
        var groups = new List<List<string>>();
        for (int offset = 0; offset <= parameters.Length && problem.Message is null;)
        {
            problem = TakeGroup(parameters, ref offset, groups, Form);
        }

        if (problem.Message is null && groups.Count < 2)
        {
            problem = new(0, "this ~LST has no values", Form);
        }

        if (problem.Message is not null)
        {
            return null;
        }

        List<string> names = groups[0];
        problem = names.Select(name => CheckName(name, 0)).FirstOrDefault(found => found is not null) ?? default;
        for (int i = 1; i < groups.Count && problem.Message is null; i++)
        {
            problem = groups[i].Count <= names.Count
                ? default
                : new(0, $"element {i} of this ~LST has {groups[i].Count} values for {names.Count} name{(names.Count == 1 ? "" : "s")}", "write as many values as names");
        }

        return problem.Message is not null ? null : new(
            $"~LST({string.Join(',', names)})",
            names,
            groups.Count - 1,
            (round, name) => groups[(int)round + 1] is var group && name < group.Count ? group[name] : "");
    }

    /// <summary>Takes one value or one group of values in braces, and the comma behind it.</summary>
    private static RepetitionProblem TakeGroup(string text, ref int offset, List<List<string>> groups, string form)
    {
        int start = offset + text.AsSpan(offset).Length - text.AsSpan(offset).TrimStart().Length;
        bool braced = start < text.Length && text[start] == '{';
        int close = braced ? text.IndexOf('}', start) : -1;
        if (braced && close < 0)
        {
            return new(start, "this brace of ~LST is not closed", form);
        }

        int comma = text.IndexOf(',', braced ? close : offset);
        int end = comma < 0 ? text.Length : comma;
        if (braced && text.AsSpan(close + 1, end - close - 1).Trim().Length > 0)
        {
            return new(close + 1, "a comma is missing behind this group of ~LST", form);
        }

        List<string> values = braced ? [.. text[(start + 1)..close].Split(',').Select(part => part.Trim())] : [text[offset..end].Trim()];
        int at = start;
        offset = end + 1;
        groups.Add(values);
        foreach (string value in values)
        {
            if (value.Length > LongestParameter)
            {
                return TooLong(at);
            }

            if (value.AsSpan().ContainsAny(" \t\"{}"))
            {
                // A quote is legal in keepalived, where it opens in one value and closes in another; nobody means that.
                if (!value.Contains('"', StringComparison.Ordinal) || value.AsSpan().ContainsAny(" \t{}"))
                {
                    return new(at, $"'{value}' is no value of ~LST: it has a blank or a brace in it", "separate values by commas");
                }
            }
        }

        return default;
    }

    private static RepetitionProblem? CheckName(string name, int offset) =>
        name.Length > LongestParameter ? TooLong(offset)
        : name.Length > 0 && Definition.NameLength(Encoding.UTF8.GetBytes(name)) == name.Length ? null
        : new(offset, $"'{name}' is no name for a variable", "use letters, digits and underscores, no digit in front");

    private static RepetitionProblem TooLong(int offset) =>
        new(offset, $"this parameter has more than {LongestParameter} characters", "use a definition in the repeated line instead");

    /// <summary>A number in C's bases; nothing at all counts as 0, as keepalived takes it.</summary>
    private static bool TryInteger(string text, out long value)
    {
        value = 0;
        ReadOnlySpan<char> digits = text.AsSpan();
        bool negative = digits.StartsWith("-");
        digits = digits.StartsWith("-") || digits.StartsWith("+") ? digits[1..] : digits;
        if (digits.IsEmpty)
        {
            return text.Length == 0;
        }

        bool hexadecimal = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        int numberBase = hexadecimal ? 16 : digits[0] == '0' ? 8 : 10;
        Int128 sum = 0;
        digits = hexadecimal ? digits[2..] : digits;
        foreach (char digit in digits)
        {
            int worth = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : 99;
            sum = (sum * numberBase) + worth;
            if (worth >= numberBase || sum > (Int128)long.MaxValue + (negative ? 1 : 0))
            {
                return false;
            }
        }

        value = (long)(negative ? -sum : sum);
        return !digits.IsEmpty;
    }
}

/// <summary>Why the parameters of a repetition make none.</summary>
/// <param name="Offset">Where in the parameters.</param>
/// <param name="Message">What is wrong; null when nothing is.</param>
/// <param name="Remedy">What to do.</param>
internal readonly record struct RepetitionProblem(int Offset, string? Message, string? Remedy);
