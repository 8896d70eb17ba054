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

    public const string MethodArguments = "NAT|DR|TUN [type ipip|gue port 1..65535|gre [csum|nocsum|remcsum]]";

    /// <summary>Adds what <c>virtual_server</c> and <c>real_server</c> both say of their checks.</summary>
    public static void AddCheckDefaults<TBuilder>(IKeywordBlock<TBuilder> block)
        where TBuilder : class, ICheckedBlock
    {
        block.Keyword(new("delay_loop", "SECONDS 0.000001..4294967295", "Time from one probe to the next.") { Default = "60" }, (r, b) =>
            b.Defaults = b.Defaults with { DelayLoop = r.Seconds("interval", _shortest, _longest) });
        block.Keyword(new("retry", "INT 1..4294967295", "More tries before a server that was up is called down.") { Default = "1, or the checker's own" }, (r, b) =>
            b.Defaults = b.Defaults with { Retry = (uint)r.Integer("number of retries", 1, uint.MaxValue) });
        block.Keyword(new("delay_before_retry", "SECONDS 0..4294967295", "Wait before a retry.") { Default = "1, or the checker's own" }, (r, b) =>
            b.Defaults = b.Defaults with { DelayBeforeRetry = r.Seconds("delay", TimeSpan.Zero, _longest) });
        block.Keyword(new("warmup", "SECONDS 0..4294967295", "Upper bound of the random wait before the first probe.") { Default = "delay_loop" }, (r, b) =>
            b.Defaults = b.Defaults with { Warmup = r.Seconds("warm-up", TimeSpan.Zero, _longest) });
        block.Keyword(new("connect_timeout", "SECONDS 0.000001..4294", "Time allowed for connecting.") { Default = "5" }, (r, b) =>
            b.Defaults = b.Defaults with { ConnectTimeout = r.Seconds("time-out", _shortest, _longestTimeout) });
        block.Keyword(new("virtualhost", "STRING", "Host name that HTTP checks ask for."), (r, b) => b.VirtualHost = r.Word("host name"));
        block.Keyword(new("smtp_alert", "BOOL?", "Mail when the state changes.") { HasNoEffectYet = true }, (r, _) => r.OptionalBoolean());
    }

    /// <summary>Reads a forwarding method.</summary>
    public static ForwardingMethod ReadMethod(IKeywordReader reader)
    {
        string word = reader.Word("forwarding method");
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
        IPAddress address = reader.Address($"address of the {what}");
        return (address, reader.AtEnd ? null : (int)reader.Integer("port", 0, 65535));
    }

    /// <summary>Reads <c>CMD [USER [GROUP]]</c>; it is validated later, when <c>global_defs</c> is complete.</summary>
    public static WrittenCommand ReadCommand(IKeywordReader reader)
    {
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
