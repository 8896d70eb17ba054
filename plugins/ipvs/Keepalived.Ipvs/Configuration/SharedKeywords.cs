using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>Readers and keywords that several blocks of this plugin share.</summary>
internal static class SharedKeywords
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(uint.MaxValue);
    private static readonly TimeSpan _longestTimeout = TimeSpan.FromSeconds(4294);
    private static readonly TimeSpan _shortest = TimeSpan.FromMicroseconds(1);

    private const int LongestSnmpName = 255;

    public const string MethodArguments = "NAT|DR|TUN [type ipip|gue port 1..65535|gre [csum|nocsum|remcsum]]";

    /// <summary>Adds what <c>virtual_server</c> and <c>real_server</c> both say of their checks.</summary>
    public static void AddCheckDefaults<TBuilder>(IKeywordBlock<TBuilder> block)
        where TBuilder : class, ICheckedBlock
    {
        block.Keyword(new("delay_loop", "SECONDS 0.000001..4294967295", "Time from one probe to the next.") { Default = "60" }, (r, b) =>
            b.Defaults = b.Defaults with { DelayLoop = r.Seconds("interval", _shortest, _longest) });
        block.Keyword(new("retry", "INT 1..4294967295", "More tries before a server that was up is called down; a DNS_CHECK has 3 and a MISC_CHECK none if absent.") { Default = "1" }, (r, b) =>
            b.Defaults = b.Defaults with { Retry = (uint)r.Integer("number of retries", 1, uint.MaxValue) });
        block.Keyword(new("delay_before_retry", "SECONDS 0..4294967295", "Wait before a retry; 3 for HTTP_GET and SSL_GET, delay_loop for DNS_CHECK if absent.") { Default = "1" }, (r, b) =>
            b.Defaults = b.Defaults with { DelayBeforeRetry = r.Seconds("delay", TimeSpan.Zero, _longest) });
        block.Keyword(new("warmup", "SECONDS 0..4294967295", "Upper bound of the random wait before the first probe; delay_loop if absent."), (r, b) =>
            b.Defaults = b.Defaults with { Warmup = r.Seconds("warm-up", TimeSpan.Zero, _longest) });
        block.Keyword(new("connect_timeout", "SECONDS 0.000001..4294", "Time allowed for connecting.") { Default = "5" }, (r, b) =>
            b.Defaults = b.Defaults with { ConnectTimeout = r.Seconds("time-out", _shortest, _longestTimeout) });
        block.Keyword(new("virtualhost", "STRING", "Host name that HTTP checks ask for."), (r, b) => b.VirtualHost = r.Word("host name"));
        block.Keyword(new("smtp_alert", "BOOL?", "Mail when the state changes; if absent, smtp_alert_checker, else smtp_alert, else real servers only."), static (r, b) =>
            b.SmtpAlert = r.OptionalBoolean());
        block.Keyword(new("snmp_name", "STRING", "Name in SNMP, of up to 255 characters.") { HasNoEffectYet = true }, static (r, b) =>
        {
            string name = r.Word("name");
            b.SnmpName = name.Length <= LongestSnmpName ? name : throw r.Reject($"the name has {name.Length} characters", "write at most 255");
        });
    }

    /// <summary>Reads a forwarding method.</summary>
    public static ForwardingMethod ReadMethod(IKeywordReader reader)
    {
        string word = reader.Word("forwarding method");
        if (word is "NAT" or "DR" && reader.TryWord(out string option))
        {
            throw reader.Reject($"'{option}' cannot follow {word}", "only TUN has options");
        }

        return word switch
        {
            "NAT" => new(IpvsForwarding.Masquerade),
            "DR" => new(IpvsForwarding.DirectRoute),
            "TUN" => ReadTunnel(reader),
            _ => throw reader.Reject($"'{word}' is no forwarding method", "write NAT, DR or TUN"),
        };
    }

    /// <summary>Reads an address and, if it is there, a port.</summary>
    public static (IPAddress Address, int? Port) ReadServer(IKeywordReader reader, string what)
    {
        IPAddress address = ReadAddress(reader, what);
        return (address, reader.AtEnd ? null : ReadPort(reader));
    }

    /// <summary>
    /// Reads an address. Behaviour of keepalived: where one address belongs, a range or a prefix length behind it is ignored; that is said here.
    /// </summary>
    public static IPAddress ReadAddress(IKeywordReader reader, string what)
    {
        string? next = reader.Peek();
        int cut = next.AsSpan().IndexOfAny('-', '/');
        if (cut < 0 || ParseAddress(next.AsSpan(0, cut)) is not { } address)
        {
            return reader.Address($"address of the {what}");
        }

        SourceLocation location = reader.NextLocation;
        reader.Word(what);
        reader.Session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, $"a {what} has one address: '{next![cut..]}' is ignored",
            what == "virtual server" ? "write a virtual_server_group for several" : "write the address alone"));
        return address;
    }

    /// <summary>Reads a port if there is one, else 0.</summary>
    public static int ReadPort(IKeywordReader reader) => reader.AtEnd ? 0 : (int)reader.Integer("port", 0, 65535);

    /// <summary>The forms that inet_pton(3) takes; null for anything else.</summary>
    public static IPAddress? ParseAddress(ReadOnlySpan<char> text)
    {
        if (text.ContainsAny('%', '[', ']') || !IPAddress.TryParse(text, out IPAddress? address))
        {
            return null;
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 || text.SequenceEqual(address.ToString()) ? address : null;
    }

    /// <summary>Reads <c>CMD [USER [GROUP]]</c>; it is validated later, when <c>global_defs</c> is complete.</summary>
    /// <param name="reader">The line.</param>
    /// <param name="first">What an earlier line said, which counts.</param>
    public static WrittenCommand ReadCommand(IKeywordReader reader, WrittenCommand? first)
    {
        reader.RefuseSecond(first is not null);
        SourceLocation location = reader.NextLocation;
        IReadOnlyList<string> words = reader.Command("command");
        ScriptUser? user = null;
        if (!reader.AtEnd)
        {
            user = reader.Session.Scripts.ResolveUser(reader);
            if (user is null)
            {
                throw reader.Reject("the command is left out because its user is unknown", "name a user and group that exist");
            }
        }

        var arguments = new string[words.Count - 1];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = words[i + 1];
        }

        return new(new ScriptCommand(words[0], EquatableArray.Create<string>(arguments), user), location);
    }

    /// <summary>Reads a netmask or a prefix length.</summary>
    public static PersistenceNetwork ReadMask(IKeywordReader reader)
    {
        SourceLocation location = reader.NextLocation;
        if (reader.Peek() is not { } word || !word.Contains('.', StringComparison.Ordinal))
        {
            return new(AddressFamily.InterNetworkV6, (byte)reader.Integer("prefix length", 1, 128), location);
        }

        byte[] octets = reader.Address("netmask").GetAddressBytes();
        uint mask = BinaryPrimitives.ReadUInt32BigEndian(octets);
        int bits = System.Numerics.BitOperations.PopCount(mask);
        if (octets.Length != 4 || bits == 0 || mask != uint.MaxValue << (32 - bits))
        {
            throw reader.Reject($"'{word}' is no IPv4 netmask", "write something like 255.255.255.0, or a prefix length for IPv6");
        }

        return new(AddressFamily.InterNetwork, (byte)bits, location);
    }

    private static ForwardingMethod ReadTunnel(IKeywordReader reader)
    {
        var method = new ForwardingMethod(IpvsForwarding.Tunnel);
        while (reader.TryWord(out string word))
        {
            method = word switch
            {
                "type" => method with { Tunnel = ReadTunnelType(reader) },
                "port" when method.Tunnel == IpvsTunnelType.Gue => method with { TunnelPort = (int)reader.Integer("port of GUE", 1, 65535) },
                "nocsum" when method.Tunnel != IpvsTunnelType.IpIp => method with { Checksum = IpvsTunnelFlags.None },
                "csum" when method.Tunnel != IpvsTunnelType.IpIp => method with { Checksum = IpvsTunnelFlags.Checksum },
                "remcsum" when method.Tunnel == IpvsTunnelType.Gue => method with { Checksum = IpvsTunnelFlags.RemoteChecksum },
                _ => throw reader.Reject($"'{word}' does not fit this tunnel", $"write {MethodArguments}"),
            };
        }

        return method.Tunnel == IpvsTunnelType.Gue && method.TunnelPort == 0
            ? throw reader.Reject("a GUE tunnel needs a port", "write: TUN type gue port 6080")
            : method;
    }

    private static IpvsTunnelType ReadTunnelType(IKeywordReader reader)
    {
        string word = reader.Word("tunnel type");
        return word switch
        {
            "ipip" => IpvsTunnelType.IpIp,
            "gue" => IpvsTunnelType.Gue,
            "gre" => IpvsTunnelType.Gre,
            _ => throw reader.Reject($"'{word}' is no tunnel type", "write ipip, gue or gre"),
        };
    }
}
