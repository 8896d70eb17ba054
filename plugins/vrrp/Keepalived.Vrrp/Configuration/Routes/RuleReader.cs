using System.Globalization;
using System.Net.Sockets;
using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Reads one line of <c>virtual_rules</c> or <c>static_rules</c>. A mistake in an option leaves the rule out.</summary>
/// <param name="reader">The line.</param>
/// <param name="reading">Where the next free preference comes from, and names of tables and so on.</param>
/// <param name="isStatic">The line may name a track_group.</param>
internal sealed class RuleReader(IKeywordReader reader, VrrpReading reading, bool isStatic)
{
    private readonly SourceLocation _location = reader.Location;
    private readonly RouteNames _names = reading.RouteNames;
    private AddressFamily _family;
    private uint? _preference;
    private RuleAction? _action;
    private byte? _protocol;
    private RuleSettings _rule = new() { Preference = 0, Action = RuleAction.Lookup };

    /// <summary>Takes the whole line.</summary>
    public RuleSettings Read()
    {
        while (reader.TryWord(out string word))
        {
            if (!ReadSelector(word) && !ReadMatch(word) && !ReadAction(word) && !ReadProperty(word))
            {
                throw reader.Reject($"'{word}' is no option of a rule", "use the options of ip-rule(8)");
            }
        }

        return Finish();
    }

    private bool ReadSelector(string word)
    {
        switch (word)
        {
            case "inet" or "inet6":
                SetFamily(word == "inet" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6);
                RouteReader.SkipWordBehindFamily(reader, word);
                return true;
            case "not":
                _rule = _rule with { IsInverted = true };
                return true;
            case "from":
                _rule = _rule with { From = Network() };
                return true;
            case "to":
                _rule = _rule with { To = Network() };
                return true;
            case "dev" or "iif":
                _rule = _rule with { InputInterface = VirtualAddressReader.InterfaceName(reader) };
                return true;
            case "oif":
                _rule = _rule with { OutputInterface = VirtualAddressReader.InterfaceName(reader) };
                return true;
            default:
                return false;
        }
    }

    private bool ReadMatch(string word)
    {
        switch (word)
        {
            case "tos" or "dsfield":
                _rule = _rule with { TypeOfService = (byte)RouteReader.FindNamed(reader, _names, RouteNameKind.TypeOfService, "type of service") };
                return true;
            case "fwmark":
                ReadMark();
                return true;
            case "tunnel-id":
                _rule = _rule with { TunnelId = (ulong)reader.Integer("tunnel id", 0, long.MaxValue) };
                return true;
            case "uidrange":
                _rule = _rule with { UserIds = Range("range of user ids", uint.MaxValue) };
                return true;
            case "ipproto":
                _rule = _rule with { TransportProtocol = ReadTransport() };
                return true;
            case "sport":
                _rule = _rule with { SourcePorts = Range("range of ports", ushort.MaxValue) };
                return true;
            case "dport":
                _rule = _rule with { DestinationPorts = Range("range of ports", ushort.MaxValue) };
                return true;
            default:
                return false;
        }
    }

    private bool ReadAction(string word)
    {
        switch (word)
        {
            case "type":
                // A word in front of the action, as ip(8) has it.
                return true;
            case "table" or "lookup":
                uint table = RouteReader.FindNamed(reader, _names, RouteNameKind.Table, "routing table");
                _rule = _rule with { Table = table != 0 ? table : throw reader.Reject("table 0 is not valid", "name a table from 1 on") };
                return SetAction(RuleAction.Lookup);
            case "l3mdev":
                _rule = _rule with { UsesVrfTable = true };
                return SetAction(RuleAction.Lookup);
            case "goto":
                _rule = _rule with { Target = (uint)reader.Integer("preference to go to", 0, uint.MaxValue) };
                return SetAction(RuleAction.Goto);
            case "nop":
                return SetAction(RuleAction.Nop);
            case "blackhole":
                return SetAction(RuleAction.Blackhole);
            case "unreachable":
                return SetAction(RuleAction.Unreachable);
            case "prohibit":
                return SetAction(RuleAction.Prohibit);
            default:
                return false;
        }
    }

    private bool ReadProperty(string word)
    {
        switch (word)
        {
            case "preference" or "order" or "priority":
                _preference = (uint)reader.Integer("preference", 0, uint.MaxValue);
                return true;
            case "realms":
                _rule = _rule with { Realms = RouteReader.ReadRealms(reader, _names) };
                return true;
            case "suppress_prefixlength" or "sup_pl":
                _rule = _rule with { SuppressPrefixLength = (int)reader.Integer("prefix length", 0, int.MaxValue) };
                return true;
            case "suppress_ifgroup" or "sup_group":
                _rule = _rule with { SuppressInterfaceGroup = RouteReader.FindNamed(reader, _names, RouteNameKind.InterfaceGroup, "interface group") };
                return true;
            case "protocol":
                _protocol = (byte)RouteReader.FindNamed(reader, _names, RouteNameKind.Protocol, "protocol");
                return true;
            case "no_track":
                _rule = _rule with { IsUntracked = true };
                return true;
            case "track_group" when isStatic:
                _rule = _rule with { TrackGroup = reader.Word("name of the track_group") };
                return true;
            default:
                return false;
        }
    }

    private RuleSettings Finish()
    {
        if (_action is not { } action)
        {
            throw reader.Reject("the rule has no action", "add table, goto, nop, blackhole, unreachable, prohibit or l3mdev");
        }

        if (_preference is null)
        {
            _preference = reading.NextRulePreference--;
            reader.Session.Error(_location, $"the rule has no preference and gets {_preference}, which is hardly meant", "add preference");
        }

        if (_rule.Target is { } target && target <= _preference)
        {
            throw reader.Reject($"goto {target} does not lead behind the rule's own preference {_preference}", "go to a higher preference");
        }

        if (!_rule.IsUntracked && _protocol is { } protocol && protocol != RouteNames.KeepalivedProtocol)
        {
            _protocol = null;
            reader.Session.Warn(
                _location, $"the rule is tracked, so its protocol is {RouteNames.KeepalivedProtocol} (keepalived) and not {protocol}", "remove protocol, or add no_track");
        }

        return _rule with
        {
            Action = action,
            Preference = _preference.Value,
            Family = _family,
            Protocol = _protocol ?? RouteNames.KeepalivedProtocol,
        };
    }

    private bool SetAction(RuleAction action)
    {
        _action = _action is null
            ? action
            : throw reader.Reject("the rule has more than one action", "keep one of table, goto, nop, blackhole, unreachable, prohibit and l3mdev");
        return true;
    }

    private void SetFamily(AddressFamily family)
    {
        if (_family != AddressFamily.Unspecified && _family != family)
        {
            throw reader.Reject("IPv4 and IPv6 are mixed in one rule", "use one family in a rule");
        }

        _family = family;
    }

    private NetworkPrefix? Network()
    {
        string word = reader.Word("network");
        if (word is "default" or "any" or "all")
        {
            return null;
        }

        (Protocol.InternetAddress address, byte length) = RouteReader.ParsePrefix(reader, word, "rule", "write a network like 192.0.2.0/24, or all");
        SetFamily(address.Family);
        return new NetworkPrefix(address, length);
    }

    private void ReadMark()
    {
        string word = reader.Word("firewall mark");
        string[] parts = word.Split('/');
        ulong mark = 0;
        ulong mask = uint.MaxValue;
        bool isMark = parts.Length <= 2 && CNumber.TryParse(parts[0], out mark) && mark <= uint.MaxValue
            && (parts.Length == 1 || (CNumber.TryParse(parts[1], out mask) && mask <= uint.MaxValue));
        if (!isMark)
        {
            throw reader.Reject($"'{word}' is no firewall mark", "write MARK or MARK/MASK", DiagnosticClass.InvalidNumber);
        }

        _rule = _rule with { FirewallMark = (uint)mark, FirewallMask = parts.Length == 1 ? null : (uint)mask };
    }

    private NumberRange Range(string what, uint largest)
    {
        string word = reader.Word(what);
        string[] ends = word.Split('-');
        return ends.Length == 2
            && uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint first) && first <= largest
            && uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint last) && last <= largest
            ? new NumberRange(first, last)
            : throw reader.Reject($"'{word}' is no {what}", $"write FIRST-LAST, numbers up to {largest}", DiagnosticClass.InvalidNumber);
    }

    private byte ReadTransport()
    {
        string word = reader.Word("transport protocol");
        if (byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
        {
            return number;
        }

        return word switch
        {
            "icmp" => 1,
            "igmp" => 2,
            "tcp" => 6,
            "udp" => 17,
            "dccp" => 33,
            "gre" => 47,
            "esp" => 50,
            "ah" => 51,
            "ipv6-icmp" or "icmpv6" => 58,
            "ospf" => 89,
            "vrrp" => 112,
            "sctp" => 132,
            "udplite" => 136,
            _ => throw reader.Reject($"'{word}' is no transport protocol", "use a number or a name like tcp"),
        };
    }
}
