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
        where TBuilder : CheckerBuilder, new() => keywords.AddChecker<TBuilder>(new KeywordSpec(name, "{ … }", summary), options, CheckOptionDefaults.Usual);

    /// <summary>Adds a checker whose keyword or defaults need more to be said.</summary>
    /// <param name="keywords">The tree.</param>
    /// <param name="spec">The keyword.</param>
    /// <param name="options">The common options that the block takes.</param>
    /// <param name="defaults">The built-in values that the options are documented with.</param>
    public static IKeywordBlock<TBuilder> AddChecker<TBuilder>(
        this IKeywordTree keywords, KeywordSpec spec, CheckOptionSet options, CheckOptionDefaults defaults)
        where TBuilder : CheckerBuilder, new()
    {
        ArgumentNullException.ThrowIfNull(keywords);
        IKeywordBlock<ICheckedServer> server = keywords.Extend<ICheckedServer>("virtual_server/real_server");
        IKeywordBlock<TBuilder> block = server.Block<TBuilder>(
            spec,
            static (reader, _) => new TBuilder { Location = reader.Location },
            static (session, server, builder) => builder.AddTo(server, session));
        block.AddCheckOptions(options, defaults);
        return block;
    }

    /// <summary>Adds common options to a block: for checkers that take them in a block of their own too.</summary>
    /// <param name="block">The block.</param>
    /// <param name="options">The options that it takes.</param>
    /// <param name="defaults">The built-in values that the options are documented with.</param>
    /// <param name="replacedBy">For options that are deprecated at this place, what to use instead.</param>
    public static void AddCheckOptions<TBuilder>(
        this IKeywordBlock<TBuilder> block, CheckOptionSet options, CheckOptionDefaults defaults, string? replacedBy = null)
        where TBuilder : CheckerBuilder
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(defaults);
        if (options.HasFlag(CheckOptionSet.Connection))
        {
            AddConnectOptions(block, replacedBy);
        }

        if (options.HasFlag(CheckOptionSet.Timing))
        {
            AddTimingOptions(block, defaults, replacedBy);
        }

        if (options.HasFlag(CheckOptionSet.Alpha))
        {
            block.Keyword(new("alpha", "BOOL?", "Start as down and let the first good probe raise the server; the real server's setting if absent.") { Default = "false", ReplacedBy = replacedBy, IsQuietlyDeprecated = true },
                static (r, b) => b.Options = b.Options with { Alpha = r.OptionalBoolean() });
        }
    }

    private static void AddConnectOptions<TBuilder>(IKeywordBlock<TBuilder> block, string? replacedBy)
        where TBuilder : CheckerBuilder
    {
        block.Keyword(new("connect_ip", "ADDRESS", "Address to connect to; the real server's if absent.") { ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { ConnectAddress = r.Address("address to connect to") });
        block.Keyword(new("connect_port", "PORT 1..65535", "Port to connect to; the real server's if absent.") { ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { ConnectPort = (int)r.Integer("port", 1, 65535) });
        block.Keyword(new("bindto", "ADDRESS", "Source address of the check.") { ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { BindAddress = r.Address("source address") });
        block.Keyword(new("bind_port", "PORT 1..65535", "Source port of the check.") { ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { BindPort = (int)r.Integer("source port", 1, 65535) });
        block.Keyword(new("bind_if", "IFNAME", "Interface that the check is bound to.") { ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { BindInterface = r.Word("interface name") });
        block.Keyword(new("fwmark", "INT 0..4294967295", "Firewall mark of the check's packets; 0 is none.") { Default = "0", ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { FirewallMark = (uint)r.Integer("firewall mark", 0, uint.MaxValue) });
        block.Keyword(new("connect_timeout", "SECONDS 0.000001..4294", "Time allowed for connecting; the real server's setting if absent.") { Default = "5", ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { ConnectTimeout = r.Seconds("time-out", _shortest, _longestTimeout) });
    }

    private static void AddTimingOptions<TBuilder>(IKeywordBlock<TBuilder> block, CheckOptionDefaults defaults, string? replacedBy)
        where TBuilder : CheckerBuilder
    {
        block.Keyword(new("delay_loop", "SECONDS 0.000001..4294967295", "Time from one probe to the next; the real server's setting if absent.") { Default = "60", ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { DelayLoop = r.Seconds("interval", _shortest, _longest) });
        block.Keyword(new("retry", "INT 0..4294967295", "More tries before a server that was up is called down; the real server's setting if absent.") { Default = defaults.Retry, ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { Retry = (uint)r.Integer("number of retries", 0, uint.MaxValue) });
        block.Keyword(new("delay_before_retry", "SECONDS 0..4294967295", "Wait before a retry; the real server's setting if absent.") { Default = defaults.DelayBeforeRetry, ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { DelayBeforeRetry = r.Seconds("delay", TimeSpan.Zero, _longest) });
        block.Keyword(new("warmup", "SECONDS 0..4294967295", "Upper bound of the random wait before the first probe; delay_loop if absent.") { ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { Warmup = r.Seconds("warm-up", TimeSpan.Zero, _longest) });
        block.Keyword(new("log_all_failures", "BOOL?", "Log every failed try; checker_log_all_failures if absent.") { Default = "false", ReplacedBy = replacedBy, IsQuietlyDeprecated = true }, static (r, b) =>
            b.Options = b.Options with { LogAllFailures = r.OptionalBoolean() });
    }
}

/// <summary>The built-in values that a checker's options are documented with, where checkers differ.</summary>
/// <param name="Retry">Number of retries.</param>
/// <param name="DelayBeforeRetry">Seconds before a retry; null = the delay loop.</param>
public sealed record CheckOptionDefaults(string Retry, string? DelayBeforeRetry)
{
    /// <summary>One retry after a second.</summary>
    public static CheckOptionDefaults Usual { get; } = new("1", "1");
}
