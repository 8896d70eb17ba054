using System.Globalization;

namespace Keepalived.Vrrp.Configuration;

/// <summary>What a name in a route or rule stands for.</summary>
internal enum RouteNameKind
{
    Table,
    Protocol,
    Scope,
    Realm,
    TypeOfService,
    InterfaceGroup,
}

/// <summary>
/// Names of routing tables, protocols, scopes, realms, traffic classes and interface groups, from the files of iproute2 (the same that
/// <c>ip</c> reads): each name's file in the directory of the administrator, then that directory's NAME.d/*.conf, then the file in the directory of
/// the distribution, then what <c>ip</c> knows without any. A name means what it meant first: FRR's files call protocol 196 static, too.
/// </summary>
/// <param name="usrDirectory"><c>iproute_usr_dir</c>.</param>
/// <param name="etcDirectory"><c>iproute_etc_dir</c>.</param>
internal sealed class RouteNames(string usrDirectory, string etcDirectory)
{
    public const string DefaultUsrDirectory = "/usr/share/iproute2";
    public const string DefaultEtcDirectory = "/etc/iproute2";

    /// <summary>RTPROT_KEEPALIVED of linux/rtnetlink.h.</summary>
    public const byte KeepalivedProtocol = 18;

    private readonly Dictionary<RouteNameKind, Dictionary<string, uint>> _files = [];

    /// <summary>A number as C writes them (0x.., 0.., decimal) or a name; false for neither, or beyond the limit of its kind.</summary>
    public bool TryFind(RouteNameKind kind, string word, out uint number)
    {
        bool known = CNumber.TryParse(word, out ulong value);
        if (!known)
        {
            known = Names(kind).TryGetValue(word, out uint named);
            value = named;
        }

        number = unchecked((uint)value);
        return known && value <= Largest(kind);
    }

    private static uint Largest(RouteNameKind kind) => kind switch
    {
        RouteNameKind.Table or RouteNameKind.InterfaceGroup => uint.MaxValue,
        RouteNameKind.Realm => ushort.MaxValue,
        _ => byte.MaxValue,
    };

    private Dictionary<string, uint> Names(RouteNameKind kind)
    {
        if (_files.TryGetValue(kind, out Dictionary<string, uint>? names))
        {
            return names;
        }

        _files.Add(kind, names = new(StringComparer.Ordinal));
        string file = FileOf(kind);
        Read(Path.Combine(etcDirectory, file), names);
        string more = Path.Combine(etcDirectory, file + ".d");
        if (Directory.Exists(more))
        {
            foreach (string path in Directory.EnumerateFiles(more, "*.conf"))
            {
                Read(path, names);
            }
        }

        Read(Path.Combine(usrDirectory, file), names);
        foreach ((string name, uint number) in BuiltIn(kind))
        {
            names.TryAdd(name, number);
        }

        return names;
    }

    private static string FileOf(RouteNameKind kind) => kind switch
    {
        RouteNameKind.Table => "rt_tables",
        RouteNameKind.Protocol => "rt_protos",
        RouteNameKind.Scope => "rt_scopes",
        RouteNameKind.Realm => "rt_realms",
        RouteNameKind.TypeOfService => "rt_dsfield",
        _ => "group",
    };

    // What ip(8) knows without any file.
    private static Dictionary<string, uint> BuiltIn(RouteNameKind kind) => kind switch
    {
        RouteNameKind.Table => new(StringComparer.Ordinal) { ["default"] = 253, ["main"] = 254, ["local"] = 255 },
        RouteNameKind.Protocol => new(StringComparer.Ordinal)
        {
            ["redirect"] = 1,
            ["kernel"] = 2,
            ["boot"] = 3,
            ["static"] = 4,
            ["ra"] = 9,
            ["dhcp"] = 16,
            ["keepalived"] = KeepalivedProtocol,
        },
        RouteNameKind.Scope => new(StringComparer.Ordinal) { ["global"] = 0, ["site"] = 200, ["link"] = 253, ["host"] = 254, ["nowhere"] = 255 },
        RouteNameKind.Realm => new(StringComparer.Ordinal) { ["cosmos"] = 0 },
        RouteNameKind.InterfaceGroup => new(StringComparer.Ordinal) { ["default"] = 0 },
        _ => new(StringComparer.Ordinal),
    };

    private static void Read(string path, Dictionary<string, uint> names)
    {
        string[] lines;
        try
        {
            lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (IOException)
        {
            return;
        }
        catch (UnauthorizedAccessException)
        {
            return;
        }

        foreach (string line in lines)
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && words[0][0] != '#' && CNumber.TryParse(words[0], out ulong number) && number <= uint.MaxValue)
            {
                names.TryAdd(words[1], (uint)number);
            }
        }
    }
}

/// <summary>Numbers as strtoul(3) with base 0 reads them: 0x hexadecimal, 0 octal, else decimal.</summary>
internal static class CNumber
{
    public static bool TryParse(string text, out ulong number)
    {
        number = 0;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }

        if (text.Length < 2 || text[0] != '0')
        {
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }

        const int LongestOctal = 21;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7' || text.Length > LongestOctal)
            {
                return false;
            }

            number = (number << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
