namespace Keepalived.Notify;

/// <summary>A recipient or sender as written in the configuration: <c>user@host</c>, or a name and <c>&lt;user@host&gt;</c>.</summary>
/// <param name="Address">What stands in the envelope.</param>
/// <param name="DisplayName">The name in front; null when there is none.</param>
internal sealed record MailboxAddress(string Address, string? DisplayName)
{
    private const int LongestAddress = 254; // RFC 5321 section 4.5.3.1.3: a path has 256 with its brackets

    /// <summary>Reads an address; says why when it is none.</summary>
    public static MailboxAddress? Parse(string text, out string? problem)
    {
        int open = text.LastIndexOf('<');
        string address = text.Trim();
        string? name = null;
        if (open >= 0)
        {
            int close = text.IndexOf('>', open);
            address = (close < 0 ? text[(open + 1)..] : text[(open + 1)..close]).Trim();
            name = Unquote(text[..open].Trim());
        }

        problem = text.Any(char.IsControl) ? "it holds a control character" : ProblemOf(address);
        return problem is null ? new(address, string.IsNullOrEmpty(name) ? null : name) : null;
    }

    private static string Unquote(string name) =>
        name is ['"', .., '"'] ? name[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal) : name;

    private static string? ProblemOf(string address)
    {
        if (address.Length is 0 or > LongestAddress)
        {
            return address.Length == 0 ? "it is empty" : $"it is longer than {LongestAddress} characters";
        }

        foreach (char c in address)
        {
            if (c is <= ' ' or >= '\u007f')
            {
                return c > '\u007f' ? "it is not ASCII (write the domain in its xn-- form)" : "it holds a blank or a control character";
            }

            if (c is '<' or '>' or ',' or ';' or '\\' or '"' or '(' or ')' or ':' && !address.Contains('['))
            {
                return $"it holds '{c}'";
            }
        }

        int at = address.LastIndexOf('@');
        return at == 0 || at == address.Length - 1 ? "a side of its @ is empty" : null;
    }
}
