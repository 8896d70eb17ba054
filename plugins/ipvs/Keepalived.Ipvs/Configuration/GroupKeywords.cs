using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Keepalived.Configuration;

namespace Keepalived.Ipvs;

/// <summary>The block <c>virtual_server_group</c>, whose lines are addresses and marks.</summary>
internal static class GroupKeywords
{
    public static void Register(IKeywordTree keywords) => keywords.Root.Lines<GroupDraft>(
        new("virtual_server_group", "NAME { ADDRESS[-LAST|-ADDRESS|/LENGTH] [PORT] | fwmark INT 0..4294967295 [inet|inet6] … }",
            "Addresses, ranges of them and firewall marks that share one pool of real servers."),
        static (reader, _) => new(reader.Word("name of the group"), reader.Location),
        static (reader, group) => group.Entries.Add(ReadEntry(reader)),
        static (session, _, group) => Close(session, group));

    private static void Close(IConfigurationSession session, GroupDraft group)
    {
        if (group.Entries.Count == 0)
        {
            session.Error(group.Location, $"virtual_server_group {group.Name} has no usable entry: it is left out", "add lines with addresses or marks");
        }
        else if (!session.Get<IpvsReading>().Groups.TryAdd(group.Name, group))
        {
            session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, group.Location,
                $"virtual_server_group {group.Name} is there already: this one is left out", "merge the two blocks")
            {
                Note = new(session.Get<IpvsReading>().Groups[group.Name].Location, "the first is here"),
            });
        }
    }

    private static GroupEntry ReadEntry(IKeywordReader reader)
    {
        if (reader.Peek() == "fwmark")
        {
            reader.Word("fwmark");
            uint mark = (uint)reader.Integer("firewall mark", 0, uint.MaxValue);
            return mark > 0
                ? new(null, 0, 0, mark, ReadFamily(reader))
                : throw reader.Reject("mark 0 is what packets without a mark carry", "choose a mark from 1");
        }

        string word = reader.Word("address");
        (IPAddress first, uint more) = ReadRange(reader, word);
        return new(first, more, SharedKeywords.ReadPort(reader), 0, first.AddressFamily);
    }

    private static AddressFamily ReadFamily(IKeywordReader reader)
    {
        if (!reader.TryWord(out string word))
        {
            return AddressFamily.Unspecified;
        }

        return word switch
        {
            "inet" => AddressFamily.InterNetwork,
            "inet6" => AddressFamily.InterNetworkV6,
            _ => throw reader.Reject($"'{word}' cannot follow a mark", "write inet, inet6 or nothing"),
        };
    }

    private static (IPAddress First, uint More) ReadRange(IKeywordReader reader, string word)
    {
        int cut = word.AsSpan().IndexOfAny('-', '/');
        IPAddress first = SharedKeywords.ParseAddress(cut < 0 ? word : word.AsSpan(0, cut))
            ?? throw reader.Reject($"'{word}' is no address or range of addresses", "write for example 192.0.2.1, 192.0.2.1-9 or 192.0.2.0/28");
        if (cut < 0)
        {
            return (first, 0);
        }

        string rest = word[(cut + 1)..];
        BigInteger start = Number(first);
        BigInteger last = word[cut] == '/' ? EndOfNetwork(reader, first, rest, word) : EndOfRange(reader, first, rest, word);
        return last > start && last - start <= uint.MaxValue
            ? (first, (uint)(last - start))
            : throw reader.Reject($"the range {word} does not end after its start, or has more than 4294967296 addresses", "write the smaller address first");
    }

    private static BigInteger EndOfNetwork(IKeywordReader reader, IPAddress first, string length, string word)
    {
        int bits = first.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int prefix) || prefix < 1 || prefix > bits)
        {
            throw reader.Reject($"'{length}' is no prefix length for {first}", $"write a number from 1 to {bits}", DiagnosticClass.InvalidNumber);
        }

        BigInteger hosts = BigInteger.One << (bits - prefix);
        BigInteger start = Number(first);
        return start % hosts == 0
            ? start + hosts - 1
            : throw reader.Reject($"{word} is no network: its address has bits behind the prefix", "write the first address of the network");
    }

    private static BigInteger EndOfRange(IKeywordReader reader, IPAddress first, string end, string word)
    {
        if (SharedKeywords.ParseAddress(end) is { } last)
        {
            return last.AddressFamily == first.AddressFamily ? Number(last) : throw reader.Reject($"the range {word} has ends of two families", "write one family");
        }

        bool isIPv4 = first.AddressFamily == AddressFamily.InterNetwork;
        int size = isIPv4 ? 256 : 65536;
        BigInteger start = Number(first);
        return int.TryParse(end, isIPv4 ? NumberStyles.None : NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int part) && part < size
            ? start - (start % size) + part
            : throw reader.Reject($"'{end}' is no end for the range {word}", isIPv4 ? "write a last octet from 0 to 255, or an address" : "write a last group from 0 to ffff, or an address");
    }

    private static BigInteger Number(IPAddress address) => new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}
