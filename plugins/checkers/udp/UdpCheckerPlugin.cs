// UDP_CHECK: a real server is well when a datagram to it raises no ICMP error and, if asked for, is answered as it should. The plugin owns
// the keywords, the record and the probe; when to probe, how often to retry and what to do about the result is the engine's business. Runs
// on the loop thread of the checker process; uses only the contract.
using Keepalived.Checkers.Udp;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("checker-udp", PluginRoles.Checker, typeof(UdpCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "UDP_CHECK")]

namespace Keepalived.Checkers.Udp;

/// <summary>Registers <c>UDP_CHECK</c>.</summary>
public sealed class UdpCheckerPlugin : IPlugin
{
    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<UdpCheckBuilder> block = keywords.AddChecker<UdpCheckBuilder>(
            new KeywordSpec("UDP_CHECK", "{ … }", "A datagram to the server raises no ICMP error and, with require_reply, is answered."),
            CheckOptionSet.All,
            CheckOptionDefaults.Usual);
        block.Keyword(new("payload", "HEX…", "What to send, in hexadecimal; 32 octets of text if absent."), static (r, b) =>
            b.Payload = HexPattern.Read(r, "payload", mayHaveWildcards: false));
        block.Keyword(new("require_reply", "[HEX…]", "An answer must come; X in the digits stands for any nibble."), static (r, b) =>
        {
            b.RequireReply = true;
            b.Reply = r.AtEnd ? default : HexPattern.Read(r, "reply", mayHaveWildcards: true);
        });
        block.Keyword(new("min_reply_length", "INT 0..65535", "Shortest answer that is accepted, in octets; needs require_reply.") { Default = "0" }, static (r, b) =>
            b.ShortestReply = (int)r.Integer("length", 0, 65535));
        block.Keyword(new("max_reply_length", "INT 0..65535", "Longest answer that is accepted, in octets; needs require_reply.") { Default = "255" }, static (r, b) =>
            b.LongestReply = (int)r.Integer("length", 0, 65535));
    }
}

/// <summary>A <c>UDP_CHECK</c> block while it is read.</summary>
internal sealed class UdpCheckBuilder : CheckerBuilder
{
    public HexPattern Payload { get; set; }

    public bool RequireReply { get; set; }

    public HexPattern Reply { get; set; }

    public int ShortestReply { get; set; }

    public int LongestReply { get; set; } = UdpCheckDefinition.DefaultLongestReply;

    /// <inheritdoc/>
    public override CheckerDefinition Build(IConfigurationSession session)
    {
        if (ShortestReply > LongestReply)
        {
            session.Error(Location, $"UDP_CHECK: min_reply_length {ShortestReply} is more than max_reply_length {LongestReply}: the check would always fail", "swap the two");
        }

        return new UdpCheckDefinition(Options, Payload.Octets, RequireReply, Reply, ShortestReply, LongestReply);
    }
}

/// <summary>A <c>UDP_CHECK</c> as configured.</summary>
/// <param name="Options">The common options.</param>
/// <param name="Payload"><c>payload</c>; empty = the built-in text.</param>
/// <param name="RequireReply"><c>require_reply</c>: silence is a failure.</param>
/// <param name="Reply">What the answer must begin with; empty = anything.</param>
/// <param name="ShortestReply"><c>min_reply_length</c>, 0..65535.</param>
/// <param name="LongestReply"><c>max_reply_length</c>, 0..65535.</param>
internal sealed record UdpCheckDefinition(
    CheckOptions Options, EquatableArray<byte> Payload, bool RequireReply, HexPattern Reply, int ShortestReply, int LongestReply)
    : CheckerDefinition("UDP_CHECK", Options)
{
    /// <summary><c>max_reply_length</c> where nothing is written.</summary>
    public const int DefaultLongestReply = 255;

    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => result.IsUp ? "UDP CHECK succeed on service" : "UDP CHECK failed on service";

    /// <inheritdoc/>
    public override bool MayBeShared => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new UdpChecker(this);
}
