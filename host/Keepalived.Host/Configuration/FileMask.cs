using Keepalived.Configuration;
using Keepalived.Host.CommandLine;

namespace Keepalived.Host.Configuration;

/// <summary>The <c>umask</c> keyword: a number by C's base rules, or names of permission bits (sys/stat.h without <c>S_</c>) joined by <c>|</c>.</summary>
internal static class FileMask
{
    private const int Highest = 0x1ff;

    /// <summary>Reads the mask, which may be spread over several words.</summary>
    internal static int Read(IKeywordReader reader)
    {
        string text = reader.Word("file creation mask");
        foreach (string more in reader.Rest())
        {
            text += more;
        }

        return TryParse(text, out int mask)
            ? mask
            : throw reader.Reject($"'{text}' is no file creation mask", "give a number up to 0777 or names such as IRGRP|IWGRP|IRWXO");
    }

    internal static bool TryParse(string text, out int mask)
    {
        mask = 0;
        if (CInteger.TryParse(text, out long number))
        {
            mask = (int)Math.Min(number, Highest);
            return number <= Highest;
        }

        foreach (string name in text.Split('|', StringSplitOptions.TrimEntries))
        {
            int bits = BitsOf(name);
            if (bits == 0)
            {
                return false;
            }

            mask |= bits;
        }

        return true;
    }

    private static int BitsOf(string name)
    {
        if (name.Length < 5 || name[0] != 'I')
        {
            return 0;
        }

        bool isAll = name.StartsWith("IRWX", StringComparison.Ordinal);
        string right = isAll ? "RWX" : name[1..2];
        string who = isAll ? name[4..] : name[2..];
        int bits = right switch { "R" => 4, "W" => 2, "X" => 1, "RWX" => 7, _ => 0 };
        return (isAll, who) switch
        {
            (false, "USR") or (true, "U") => bits << 6,
            (false, "GRP") or (true, "G") => bits << 3,
            (false, "OTH") or (true, "O") => bits,
            _ => 0,
        };
    }
}
