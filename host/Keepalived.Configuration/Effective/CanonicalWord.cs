using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Keepalived.Configuration;

/// <summary>Words as <c>config show</c> writes them: one spelling for one value, quoted so that the same word is read back.</summary>
internal static class CanonicalWord
{
    private static readonly System.Buffers.SearchValues<char> _needQuotes = System.Buffers.SearchValues.Create(" \t\r\n\v\f#!{}");

    /// <summary>A plain word. An IPv6 address, with or without prefix length, is written in its normal form.</summary>
    public static string Plain(string word)
    {
        string normal = Normal(word);
        return normal.Length == 0 || normal.AsSpan().IndexOfAny(_needQuotes) >= 0 ? '"' + normal + '"' : normal;
    }

    /// <summary>A command, read with the quoting of command keywords: split into words twice.</summary>
    public static string Command(IReadOnlyList<string> words)
    {
        if (words.Count == 1 && words[0].Length > 0 && !words[0].AsSpan().ContainsAny('"', '\'', '\\') && words[0].AsSpan().IndexOfAny(_needQuotes) < 0)
        {
            return words[0];
        }

        var inner = new StringBuilder();
        foreach (string word in words)
        {
            inner.Append(inner.Length > 0 ? " " : "");
            AppendInner(inner, word);
        }

        return Escaped(inner.ToString());
    }

    /// <summary>A word read with quotes and escapes, once.</summary>
    public static string Escaped(string word)
    {
        var text = new StringBuilder("\"");
        foreach (char character in word)
        {
            _ = character switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\x22"),
                < ' ' or '\x7f' => text.Append("\\x").Append(((int)character).ToString("x2", CultureInfo.InvariantCulture)),
                _ => text.Append(character),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>A time as the shortest decimal number of seconds.</summary>
    public static string Seconds(TimeSpan time) => (time.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>An address with its prefix length, which is left out when it is the longest.</summary>
    public static string Prefix(IPAddress address, int length) =>
        length == (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            ? address.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{address}/{length}");

    private static void AppendInner(StringBuilder text, string word)
    {
        if (word.Length == 0)
        {
            text.Append("''");
        }

        foreach (char character in word)
        {
            _ = character switch
            {
                ' ' or '\'' or '\\' => text.Append('\\').Append(character),
                '"' => text.Append("\\x22"),
                < ' ' or '\x7f' => text.Append("\\x").Append(((int)character).ToString("x2", CultureInfo.InvariantCulture)),
                _ => text.Append(character),
            };
        }
    }

    private static string Normal(string word)
    {
        int slash = word.IndexOf('/', StringComparison.Ordinal);
        ReadOnlySpan<char> address = slash < 0 ? word : word.AsSpan(0, slash);
        bool mayBeAddress = address.Length is > 1 and < 46 && address.IndexOf(':') != address.LastIndexOf(':') && !address.ContainsAny('%', '[', ']');
        return mayBeAddress && IPAddress.TryParse(address, out IPAddress? parsed) ? parsed + (slash < 0 ? "" : word[slash..]) : word;
    }
}
