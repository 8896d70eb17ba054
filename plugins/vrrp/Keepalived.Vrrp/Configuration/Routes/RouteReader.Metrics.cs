using System.Globalization;
using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

// Metrics (RTAX_* of linux/rtnetlink.h), and the several ways of one route.
internal sealed partial class RouteReader
{
    private bool ReadMetric(string word)
    {
        switch (word)
        {
            case "mtu":
                _metrics = _metrics with { Mtu = Lockable("MTU") };
                return true;
            case "advmss":
                _metrics = _metrics with { AdvertisedSegment = Lockable("segment size") };
                return true;
            case "reordering":
                _metrics = _metrics with { Reordering = Lockable("reordering") };
                return true;
            case "cwnd":
                _metrics = _metrics with { CongestionWindow = Lockable("congestion window") };
                return true;
            case "ssthresh":
                _metrics = _metrics with { SlowStartThreshold = Lockable("slow start threshold") };
                return true;
            case "rtt":
                _metrics = _metrics with { RoundTripTime = Time("round trip time") };
                return true;
            case "rttvar":
                _metrics = _metrics with { RoundTripVariance = Time("variance of the round trip time") };
                return true;
            case "rto_min":
                _metrics = _metrics with { MinimumRetransmissionTimeout = Time("retransmission timeout") };
                return true;
            default:
                return ReadUnlockedMetric(word);
        }
    }

    private bool ReadUnlockedMetric(string word)
    {
        switch (word)
        {
            case "hoplimit":
                _metrics = _metrics with { HopLimit = (byte)reader.Integer("hop limit", 0, byte.MaxValue) };
                return true;
            case "window":
                _metrics = _metrics with { Window = Number("window") };
                return true;
            case "initcwnd":
                _metrics = _metrics with { InitialCongestionWindow = Number("initial congestion window") };
                return true;
            case "initrwnd":
                _metrics = _metrics with { InitialReceiveWindow = Number("initial receive window") };
                return true;
            case "quickack":
                _metrics = _metrics with { QuickAck = reader.Integer("quickack", 0, 1) == 1 };
                return true;
            case "fastopen_no_cookie":
                _metrics = _metrics with { FastOpenWithoutCookie = reader.Integer("fastopen_no_cookie", 0, 1) == 1 };
                return true;
            case "features":
                _metrics = _metrics with { ExplicitCongestion = OneOf("features", ("ecn", true)) };
                return true;
            case "congctl":
                bool isLocked = TakeLock();
                _metrics = _metrics with { CongestionControl = reader.Word("algorithm"), IsCongestionControlLocked = isLocked };
                return true;
            default:
                return false;
        }
    }

    private RouteMetric Lockable(string what)
    {
        bool isLocked = TakeLock();
        return new RouteMetric(Number(what), isLocked);
    }

    private RouteTimeMetric Time(string what)
    {
        bool isLocked = TakeLock();
        string word = reader.Word(what);
        (string digits, decimal unit, bool isRaw) =
            word.EndsWith("ms", StringComparison.Ordinal) ? (word[..^2], 1m, false)
            : word.EndsWith('s') ? (word[..^1], 1000m, false)
            : (word, 1m, true);
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && value <= uint.MaxValue / unit
            ? new RouteTimeMetric((uint)(value * unit), isRaw, isLocked)
            : throw reader.Reject($"'{word}' is no {what}", "write a number followed by ms or s", DiagnosticClass.InvalidNumber);
    }

    private bool TakeLock() => reader.Peek() == "lock" && reader.TryWord(out _);

    private uint Number(string what) => (uint)reader.Integer(what, 0, uint.MaxValue);

    private T OneOf<T>(string option, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        string word = reader.Word(option);
        foreach ((string choice, T value) in choices)
        {
            if (choice == word)
            {
                return value;
            }
        }

        throw reader.Reject($"'{word}' is no value of {option}", $"use {choices[0].Word}{(choices.Length > 1 ? " or " + choices[1].Word : "")}");
    }

    private RouterPreference ReadPreference()
    {
        if (reader.Peek() is "low" or "medium" or "high")
        {
            reader.TryWord(out string name);
            return name switch { "low" => RouterPreference.Low, "medium" => RouterPreference.Medium, _ => RouterPreference.High };
        }

        return (RouterPreference)reader.Integer("preference", 0, byte.MaxValue);
    }

    private void ReadNextHops()
    {
        bool isMore = true;
        while (isMore)
        {
            _nextHops.Add(ReadNextHop(out isMore));
        }
    }

    private NextHop ReadNextHop(out bool isMore)
    {
        NextHop hop = new();
        while (reader.Peek() is { } word)
        {
            if (word is not ("via" or "dev" or "oif" or "weight" or "onlink" or "encap" or "realms" or "as" or "nexthop"))
            {
                break;
            }

            reader.TryWord(out word);
            switch (word)
            {
                case "nexthop":
                    isMore = true;
                    return hop;
                case "as":
                    SkipMplsNextHop();
                    break;
                default:
                    hop = ReadNextHopOption(word, hop);
                    break;
            }
        }

        isMore = false;
        return hop;
    }

    private NextHop ReadNextHopOption(string word, NextHop hop) => word switch
    {
        "via" => hop with { Gateway = Gateway() },
        "dev" or "oif" => hop with { Device = VirtualAddressReader.InterfaceName(reader) },
        "onlink" => hop with { IsOnLink = true },
        "encap" => hop with { Encapsulation = EncapsulationReader.Read(reader) },
        "realms" => hop with { Realms = ReadRealms(reader, names) },
        _ => hop with { Weight = (int)reader.Integer("weight", 1, LargestNextHopWeight) },
    };

    /// <summary>Takes a number or a name of the files of iproute2.</summary>
    public static uint FindNamed(IKeywordReader reader, RouteNames names, RouteNameKind kind, string what)
    {
        string word = reader.Word(what);
        return names.TryFind(kind, word, out uint number) ? number : throw reader.Reject($"there is no {what} '{word}'", "use a number, or a name that ip(8) knows");
    }

    /// <summary>Takes <c>FROM/TO</c> or <c>TO</c>, each a number or a name.</summary>
    public static RouteRealms ReadRealms(IKeywordReader reader, RouteNames names)
    {
        string word = reader.Word("realms");
        string[] parts = word.Split('/');
        uint from = 0;
        bool known = names.TryFind(RouteNameKind.Realm, parts[^1], out uint to) && (parts.Length == 1 || names.TryFind(RouteNameKind.Realm, parts[0], out from));
        return known && parts.Length <= 2 ? new RouteRealms((ushort)from, (ushort)to) : throw reader.Reject($"'{word}' names no realms", "write FROM/TO or TO, numbers 0..65535 or names of rt_realms");
    }

    /// <summary>keepalived drops the word behind <c>inet</c> and <c>inet6</c>, and files written for it count on that.</summary>
    public static void SkipWordBehindFamily(IKeywordReader reader, string family)
    {
        SourceLocation location = reader.NextLocation;
        if (reader.TryWord(out string word))
        {
            reader.Session.Report(new(
                DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, $"'{word}', the word behind {family}, is skipped, here as in keepalived", $"remove {family}: the family follows from the addresses"));
        }
    }

    /// <summary>Makes a network of a word that may as well be a mistyped option.</summary>
    public static (InternetAddress Address, byte Length) ParsePrefix(IKeywordReader reader, string word, string of, string remedy)
    {
        int slash = word.IndexOf('/', StringComparison.Ordinal);
        string addressText = slash < 0 ? word : word[..slash];
        if (!InternetAddress.TryParse(addressText, out InternetAddress address))
        {
            throw reader.Reject($"'{word}' is neither an option nor an address of a {of}", remedy);
        }

        int longest = address.Length * 8;
        if (slash < 0)
        {
            return (address, (byte)longest);
        }

        return byte.TryParse(word.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out byte length) && length <= longest
            ? (address, length)
            : throw reader.Reject($"'{word[(slash + 1)..]}' is no prefix length of {addressText}", $"write a number from 0 to {longest}", DiagnosticClass.InvalidNumber);
    }
}
