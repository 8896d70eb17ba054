using System.Text;

namespace Keepalived.Notify;

/// <summary>Text for header fields. Whatever comes in, what goes out is ASCII without a line end that is not ours.</summary>
internal static class HeaderText
{
    private const int LongestLine = 76;
    private const int LongestWord = 900;

    // An encoded word has at most 75 characters (RFC 2047 section 2); "=?utf-8?B?" and "?=" are 12, so 63 are left: 45 octets in base 64.
    private const int OctetsPerEncodedWord = 45;

    /// <summary>The text on one line: controls become blanks.</summary>
    public static string Plain(string text)
    {
        StringBuilder result = new(text.Length);
        foreach (char c in text)
        {
            result.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
        }

        return result.ToString();
    }

    /// <summary>A field of free text, folded (RFC 5322 section 2.2.3), in encoded words where it must be (RFC 2047).</summary>
    public static string Unstructured(string name, string text)
    {
        string plain = Plain(text);
        return NeedsEncoding(plain) ? $"{name}: {Encoded(plain)}\r\n" : Folded(name, plain);
    }

    /// <summary>A display name: bare, quoted or encoded.</summary>
    public static string Phrase(string text)
    {
        string plain = Plain(text).Trim();
        if (NeedsEncoding(plain))
        {
            return Encoded(plain);
        }

        foreach (char c in plain)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not (' ' or '-' or '_'))
            {
                return "\"" + plain.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
            }
        }

        return plain;
    }

    /// <summary>A list of addresses, one on each folded line.</summary>
    public static string AddressList(string name, IEnumerable<string> addresses) => $"{name}: {string.Join(",\r\n ", addresses)}\r\n";

    private static bool NeedsEncoding(string text)
    {
        foreach (char c in text)
        {
            if (c > '~')
            {
                return true;
            }
        }

        if (text.Contains("=?", StringComparison.Ordinal))
        {
            return true;
        }

        foreach (string word in text.Split(' '))
        {
            if (word.Length > LongestWord)
            {
                return true;
            }
        }

        return false;
    }

    private static string Encoded(string text)
    {
        StringBuilder result = new();
        byte[] octets = new byte[OctetsPerEncodedWord];
        int used = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (used + rune.Utf8SequenceLength > octets.Length)
            {
                Flush();
            }

            used += rune.EncodeToUtf8(octets.AsSpan(used));
        }

        Flush();
        return result.ToString();

        void Flush()
        {
            if (used > 0)
            {
                result.Append(result.Length == 0 ? "=?utf-8?B?" : "\r\n =?utf-8?B?").Append(Convert.ToBase64String(octets, 0, used)).Append("?=");
                used = 0;
            }
        }
    }

    private static string Folded(string name, string text)
    {
        StringBuilder result = new(name + ":");
        int column = result.Length;
        foreach (string word in text.Split(' '))
        {
            // A blank that begins a line would be lost on one that holds nothing else: only words move.
            if (column + 1 + word.Length > LongestLine && word.Length > 0 && column > name.Length + 1)
            {
                result.Append("\r\n");
                column = 0;
            }

            result.Append(' ').Append(word);
            column += 1 + word.Length;
        }

        return result.Append("\r\n").ToString();
    }
}
