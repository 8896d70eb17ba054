using Keepalived.Configuration;

namespace Keepalived.Checking;

/// <summary>Registers a checker's block with the options that all checkers have.</summary>
public static class CheckerKeywords
{
    // A TimeSpan of this many seconds still fits the nanoseconds of MonotonicTime; keepalived sets no limit of its own.
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(uint.MaxValue);
    private static readonly TimeSpan _longestTimeout = TimeSpan.FromSeconds(4294);
    private static readonly TimeSpan _shortest = TimeSpan.FromMicroseconds(1);

    /// <summary>
    /// Adds <paramref name="name"/> to <c>virtual_server/real_server</c> with the common options; the caller adds its own keywords to the result.
    /// </summary>
    /// <param name="keywords">The tree.</param>
    /// <param name="name">The keyword, for example <c>TCP_CHECK</c>.</param>
    /// <param name="summary">One sentence on what it checks.</param>
    /// <param name="options">The common options that the block takes.</param>
    public static IKeywordBlock<TBuilder> AddChecker<TBuilder>(
        this IKeywordTree keywords, string name, string summary, CheckOptionSet options = CheckOptionSet.All)
        where TBuilder : CheckerBuilder, new()
    {
        ArgumentNullException.ThrowIfNull(keywords);
        IKeywordBlock<ICheckedServer> server = keywords.Extend<ICheckedServer>("virtual_server/real_server");
        IKeywordBlock<TBuilder> block = server.Block<TBuilder>(
            new(name, "{ … }", summary),
            (reader, _) => new TBuilder { Location = reader.Location },
            (session, target, builder) =>
            {
                if (builder.Build(session) is { } definition)
                {
                    target.AddChecker(definition, builder.Location);
                }
            });
        if (options.HasFlag(CheckOptionSet.Connection))
        {
            AddConnectOptions(block);
        }

        if (options.HasFlag(CheckOptionSet.Timing))
        {
            AddTimingOptions(block);
        }

        return block;
    }

    private static void AddConnectOptions<TBuilder>(IKeywordBlock<TBuilder> block)
        where TBuilder : CheckerBuilder
    {
        block.Keyword(new("connect_ip", "ADDRESS", "Address to connect to.") { Default = "the real server's" }, (r, b) =>
            b.Options = b.Options with { ConnectAddress = r.Address("address to connect to") });
        block.Keyword(new("connect_port", "PORT 1..65535", "Port to connect to.") { Default = "the real server's" }, (r, b) =>
            b.Options = b.Options with { ConnectPort = (int)r.Integer("port", 1, 65535) });
        block.Keyword(new("bindto", "ADDRESS", "Source address of the check."), (r, b) =>
            b.Options = b.Options with { BindAddress = r.Address("source address") });
        block.Keyword(new("bind_port", "PORT 1..65535", "Source port of the check."), (r, b) =>
            b.Options = b.Options with { BindPort = (int)r.Integer("source port", 1, 65535) });
        block.Keyword(new("bind_if", "IFNAME", "Interface that the check is bound to."), (r, b) =>
            b.Options = b.Options with { BindInterface = r.Word("interface name") });
        block.Keyword(new("fwmark", "INT 0..4294967295", "Firewall mark of the check's packets."), (r, b) =>
            b.Options = b.Options with { FirewallMark = (uint)r.Integer("firewall mark", 0, uint.MaxValue) });
        block.Keyword(new("connect_timeout", "SECONDS 0.000001..4294", "Time allowed for connecting.") { Default = "the real server's, else 5" }, (r, b) =>
            b.Options = b.Options with { ConnectTimeout = r.Seconds("time-out", _shortest, _longestTimeout) });
    }

    private static void AddTimingOptions<TBuilder>(IKeywordBlock<TBuilder> block)
        where TBuilder : CheckerBuilder
    {
        block.Keyword(new("delay_loop", "SECONDS 0.000001..4294967295", "Time from one probe to the next.") { Default = "the real server's, else 60" }, (r, b) =>
            b.Options = b.Options with { DelayLoop = r.Seconds("interval", _shortest, _longest) });
        block.Keyword(new("retry", "INT 0..4294967295", "More tries before a server that was up is called down.") { Default = "the real server's, else the checker's own" }, (r, b) =>
            b.Options = b.Options with { Retry = (uint)r.Integer("number of retries", 0, uint.MaxValue) });
        block.Keyword(new("delay_before_retry", "SECONDS 0..4294967295", "Wait before a retry.") { Default = "the real server's, else the checker's own" }, (r, b) =>
            b.Options = b.Options with { DelayBeforeRetry = r.Seconds("delay", TimeSpan.Zero, _longest) });
        block.Keyword(new("warmup", "SECONDS 0..4294967295", "Upper bound of the random wait before the first probe.") { Default = "delay_loop" }, (r, b) =>
            b.Options = b.Options with { Warmup = r.Seconds("warm-up", TimeSpan.Zero, _longest) });
        block.Keyword(new("alpha", "BOOL?", "Start as down; the first good probe raises the server.") { Default = "false" }, (r, b) =>
            b.Options = b.Options with { Alpha = r.OptionalBoolean() });
        block.Keyword(new("log_all_failures", "BOOL?", "Log every failed try.") { Default = "false" }, (r, b) =>
            b.Options = b.Options with { LogAllFailures = r.OptionalBoolean() });
    }
}
