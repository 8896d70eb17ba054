using System.Net;
using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Reads one line of <c>virtual_routes</c> or <c>static_routes</c>. Options may come in any order; a mistake in one leaves the route out.</summary>
/// <param name="reader">The line.</param>
/// <param name="names">Names of tables, protocols and so on.</param>
/// <param name="isStatic">The line may name a track_group.</param>
internal sealed partial class RouteReader(IKeywordReader reader, RouteNames names, bool isStatic)
{
    private const int LargestNextHopWeight = 256;

    private readonly SourceLocation _location = reader.Location;
    private readonly List<NextHop> _nextHops = [];
    private AddressFamily _family;
    private RouteKind _kind = RouteKind.Unicast;
    private NetworkPrefix? _destination;
    private bool _isDefault;
    private InternetAddress? _gateway;
    private InternetAddress? _alternative;
    private InternetAddress? _source;
    private NetworkPrefix? _from;
    private string? _device;
    private bool _isOnLink;
    private byte _typeOfService;
    private uint? _table;
    private string? _vrf;
    private byte? _protocol;
    private byte? _scope;
    private uint? _metric;
    private RouteRealms? _realms;
    private uint? _expires;
    private RouterPreference? _preference;
    private bool? _propagatesTtl;
    private RouteMetrics _metrics = RouteMetrics.None;
    private RouteEncapsulation? _encapsulation;
    private RoutePlace _place;
    private bool _isUntracked;
    private string? _trackGroup;

    /// <summary>Takes the whole line.</summary>
    public RouteSettings Read()
    {
        while (reader.TryWord(out string word))
        {
            if (!ReadSelector(word) && !ReadPath(word) && !ReadProperty(word) && !ReadMetric(word))
            {
                ReadDestination(word);
            }
        }

        return Finish();
    }

    // What the route is for.
    private bool ReadSelector(string word)
    {
        switch (word)
        {
            case "inet" or "inet6":
                SetFamily(word == "inet" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6);
                SkipWordBehindFamily(reader, word);
                return true;
            case "src":
                _source = Address("source address");
                return true;
            case "from":
                _from = Prefix("source network");
                return _family == AddressFamily.InterNetworkV6
                    ? true
                    : throw reader.Reject("from is for IPv6 routes only", "use a virtual_rules line with from");
            case "to":
                ReadDestination(reader.Word("destination"));
                return true;
            case "tos" or "dsfield":
                _typeOfService = (byte)Named(RouteNameKind.TypeOfService, "type of service");
                return true;
            case "add" or "append" or "prepend":
                _place = word switch { "add" => RoutePlace.Add, "append" => RoutePlace.Append, _ => RoutePlace.Prepend };
                return true;
            default:
                return ReadKind(word);
        }
    }

    private bool ReadKind(string word)
    {
        RouteKind? kind = word switch
        {
            "unicast" => RouteKind.Unicast,
            "local" => RouteKind.Local,
            "broadcast" => RouteKind.Broadcast,
            "anycast" => RouteKind.Anycast,
            "multicast" => RouteKind.Multicast,
            "blackhole" => RouteKind.Blackhole,
            "unreachable" => RouteKind.Unreachable,
            "prohibit" => RouteKind.Prohibit,
            "throw" => RouteKind.Throw,
            "nat" => RouteKind.Nat,
            _ => null,
        };
        if (kind is not { } known)
        {
            return false;
        }

        _kind = known;
        ReadDestination(reader.Word("destination"));
        return true;
    }

    // Where packets go.
    private bool ReadPath(string word)
    {
        switch (word)
        {
            case "via":
                _gateway = Gateway();
                return true;
            case "gw":
                Deprecated("gw", "via");
                _gateway ??= Address("gateway");
                return true;
            case "or":
                Deprecated("or", "nexthop");
                InternetAddress alternative = Address("gateway");
                _alternative ??= alternative;
                return true;
            case "as":
                SkipMplsNextHop();
                return true;
            case "dev" or "oif":
                _device = VirtualAddressReader.InterfaceName(reader);
                return true;
            case "onlink":
                _isOnLink = true;
                return true;
            case "vrf":
                _vrf = VirtualAddressReader.InterfaceName(reader);
                return true;
            case "encap":
                _encapsulation = EncapsulationReader.Read(reader);
                return true;
            case "nexthop":
                ReadNextHops();
                return true;
            default:
                return false;
        }
    }

    private bool ReadProperty(string word)
    {
        switch (word)
        {
            case "table":
                _table = Named(RouteNameKind.Table, "routing table");
                return true;
            case "protocol":
                _protocol = (byte)Named(RouteNameKind.Protocol, "protocol");
                return true;
            case "scope":
                _scope = (byte)Named(RouteNameKind.Scope, "scope");
                return true;
            case "metric" or "priority" or "preference":
                _metric = (uint)reader.Integer(word, 0, uint.MaxValue);
                return true;
            case "realms":
                _realms = ReadRealms(reader, names);
                return true;
            case "expires":
                _expires = (uint)reader.Integer("life time in seconds", 0, uint.MaxValue);
                return OnlyIPv6("expires");
            case "pref":
                _preference = ReadPreference();
                return OnlyIPv6("pref");
            case "ttl-propagate":
                _propagatesTtl = OneOf("ttl-propagate", ("enabled", true), ("disabled", false));
                return true;
            case "no_track":
                _isUntracked = true;
                return true;
            case "track_group" when isStatic:
                _trackGroup = reader.Word("name of the track_group");
                return true;
            default:
                return false;
        }
    }

    private void ReadDestination(string word)
    {
        if (word is "default" or "any" or "all")
        {
            (_destination, _isDefault) = (null, true);
            return;
        }

        (InternetAddress address, byte length) = ParsePrefix(reader, word, "route", "use an option of ip-route(8), or a destination like 192.0.2.0/24");
        SetFamily(address.Family);
        (_destination, _isDefault) = (new NetworkPrefix(address, length), false);
    }

    private RouteSettings Finish()
    {
        if (_destination is null && !_isDefault)
        {
            throw reader.Reject("a route must have a destination", "write default or a network like 192.0.2.0/24");
        }

        AddressFamily family = _family == AddressFamily.Unspecified ? AddressFamily.InterNetwork : _family;
        InternetAddress any = family == AddressFamily.InterNetwork ? InternetAddress.Parse("0.0.0.0") : InternetAddress.Parse("::");
        NetworkPrefix destination = _destination ?? new NetworkPrefix(any, 0);
        FinishTracking(destination);
        if (_alternative is { } alternative)
        {
            _nextHops.Insert(0, new NextHop { Gateway = alternative, Device = _device });
            _nextHops.Insert(0, new NextHop { Gateway = _gateway, Device = _device, IsOnLink = _isOnLink });
        }

        return new RouteSettings
        {
            Family = family,
            Kind = _kind,
            Destination = destination,
            Place = _place,
            Gateway = _alternative is null ? _gateway : null,
            Source = _source,
            From = _from,
            Device = _device,
            IsOnLink = _isOnLink,
            TypeOfService = _typeOfService,
            Table = _table,
            Vrf = _vrf,
            Protocol = _protocol ?? RouteNames.KeepalivedProtocol,
            Scope = _scope,
            Metric = _metric,
            Realms = _realms,
            Expires = _expires,
            Preference = _preference,
            PropagatesTtl = _propagatesTtl,
            Metrics = _metrics,
            Encapsulation = _encapsulation,
            NextHops = [.. _nextHops],
            IsUntracked = _isUntracked,
            TrackGroup = _trackGroup,
        };
    }

    private void FinishTracking(NetworkPrefix destination)
    {
        if (_isUntracked)
        {
            return;
        }

        if (_protocol is { } protocol && protocol != RouteNames.KeepalivedProtocol)
        {
            _protocol = null;
            reader.Session.Warn(
                _location, $"route {destination} is tracked, so its protocol is {RouteNames.KeepalivedProtocol} (keepalived) and not {protocol}", "remove protocol, or add no_track");
        }

        if (_device is null)
        {
            _isUntracked = true;
            reader.Session.Warn(
                _location, $"route {destination} names no interface and cannot be tracked: it is not put back when somebody removes it", "add dev IFNAME, or say no_track");
        }
    }

    private void SetFamily(AddressFamily family)
    {
        if (_family != AddressFamily.Unspecified && _family != family)
        {
            throw reader.Reject("IPv4 and IPv6 are mixed in one route", "use one family in a route");
        }

        _family = family;
    }

    private bool OnlyIPv6(string word) =>
        _family == AddressFamily.InterNetworkV6 ? true : throw reader.Reject($"{word} is for IPv6 routes only", $"remove {word}, or write the IPv6 destination before it");

    private InternetAddress Address(string what)
    {
        InternetAddress address = InternetAddress.From(reader.Address(what));
        SetFamily(address.Family);
        return address;
    }

    private InternetAddress Gateway()
    {
        if (reader.Peek() is "inet" or "inet6")
        {
            reader.TryWord(out string family);
            SetFamily(family == "inet" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6);
        }

        return Address("gateway");
    }

    private NetworkPrefix Prefix(string what)
    {
        (IPAddress address, int length) = reader.Prefix(what);
        SetFamily(address.AddressFamily);
        return new NetworkPrefix(InternetAddress.From(address), (byte)length);
    }

    private uint Named(RouteNameKind kind, string what) => FindNamed(reader, names, kind, what);

    private void Deprecated(string word, string replacement) => reader.Session.Report(new(
        DiagnosticClass.Deprecated, DiagnosticSeverity.Warning, _location, $"'{word}' in a route is deprecated", $"use {replacement}"));

    private void SkipMplsNextHop()
    {
        if (reader.Peek() == "to")
        {
            reader.TryWord(out _);
        }

        reader.Address("address");
        reader.Warn("as belongs to MPLS routes and is not used", "remove it");
    }
}
