namespace Keepalived.Checking;

/// <summary>
/// The options that every checker has. Null means unset here and taken from the real server, the virtual server or the built-in default, in
/// that order; the engine resolves them and hands checkers a record without nulls.
/// </summary>
public sealed record CheckOptions
{
    /// <summary>Nothing set.</summary>
    public static CheckOptions Unset { get; } = new();

    /// <summary><c>connect_ip</c>; null = the real server's address.</summary>
    public System.Net.IPAddress? ConnectAddress { get; init; }

    /// <summary><c>connect_port</c>, 1..65535; null = the real server's port.</summary>
    public int? ConnectPort { get; init; }

    /// <summary><c>bindto</c>.</summary>
    public System.Net.IPAddress? BindAddress { get; init; }

    /// <summary><c>bind_port</c>, 1..65535.</summary>
    public int? BindPort { get; init; }

    /// <summary><c>bind_if</c>.</summary>
    public string? BindInterface { get; init; }

    /// <summary><c>fwmark</c> for the check's packets.</summary>
    public uint? FirewallMark { get; init; }

    /// <summary><c>connect_timeout</c>; default 5 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary><c>delay_loop</c>: from one probe to the next; default 60 s.</summary>
    public TimeSpan? DelayLoop { get; init; }

    /// <summary><c>retry</c>: more tries before an up server is called down; default 1.</summary>
    public uint? Retry { get; init; }

    /// <summary><c>delay_before_retry</c>; default 1 s, or the checker's own.</summary>
    public TimeSpan? DelayBeforeRetry { get; init; }

    /// <summary><c>warmup</c>: upper bound of the random wait before the first probe; default <c>delay_loop</c>.</summary>
    public TimeSpan? Warmup { get; init; }

    /// <summary><c>alpha</c>: start as down and let the first probe raise it; default false.</summary>
    public bool? Alpha { get; init; }

    /// <summary><c>log_all_failures</c>: log every failed try.</summary>
    public bool? LogAllFailures { get; init; }

    /// <summary>These options, and where they are unset those of the block around.</summary>
    public CheckOptions Over(CheckOptions outer)
    {
        ArgumentNullException.ThrowIfNull(outer);
        return new()
        {
            ConnectAddress = ConnectAddress ?? outer.ConnectAddress,
            ConnectPort = ConnectPort ?? outer.ConnectPort,
            BindAddress = BindAddress ?? outer.BindAddress,
            BindPort = BindPort ?? outer.BindPort,
            BindInterface = BindInterface ?? outer.BindInterface,
            FirewallMark = FirewallMark ?? outer.FirewallMark,
            ConnectTimeout = ConnectTimeout ?? outer.ConnectTimeout,
            DelayLoop = DelayLoop ?? outer.DelayLoop,
            Retry = Retry ?? outer.Retry,
            DelayBeforeRetry = DelayBeforeRetry ?? outer.DelayBeforeRetry,
            Warmup = Warmup ?? outer.Warmup,
            Alpha = Alpha ?? outer.Alpha,
            LogAllFailures = LogAllFailures ?? outer.LogAllFailures,
        };
    }
}

/// <summary>
/// A checker as configured: an immutable record whose equality decides at reload whether a running checker keeps its state. Derive one
/// per kind of checker and hold nothing in it but configuration.
/// </summary>
/// <param name="Kind">The keyword, for example <c>TCP_CHECK</c>.</param>
/// <param name="Options">The common options as written.</param>
public abstract record CheckerDefinition(string Kind, CheckOptions Options)
{
    /// <summary>Built-in number of retries where the checker's differs from 1.</summary>
    public virtual uint DefaultRetry => 1;

    /// <summary>Built-in delay before a retry where the checker's differs from 1 s; null = the delay loop.</summary>
    public virtual TimeSpan? DefaultDelayBeforeRetry => TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a failed probe of a server that is down is followed by a wait of at least <c>delay_before_retry</c>, where that is longer
    /// than <c>delay_loop</c> (behaviour of keepalived's HTTP checks).
    /// </summary>
    public virtual bool KeepsRetryDelayWhileDown => false;

    /// <summary>
    /// True for a check that is not made from time to time but waits for news: its first probe comes at once and must end at once with what is
    /// known; each further one begins where the last ended and ends when there is something new. There are no retries.
    /// </summary>
    public virtual bool WaitsToBeTold => false;

    /// <summary>
    /// Whether one checker may serve several real servers whose definitions are equal and that are probed at the same place with the same
    /// virtual host and times, where the operator wants it so (<c>checker_share_probes</c>). Say so of a check that only asks over the network:
    /// its result depends on nothing else, above all not on the names in <see cref="CheckTarget"/>, and probing has no effect that somebody counts
    /// on for each server. Default false. Never asked of one that waits to be told.
    /// </summary>
    public virtual bool MayBeShared => false;

    /// <summary>
    /// How long a probe may take before the engine gives up on it: by default four times the time-out, as connecting and each step after it
    /// have one. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> = for ever.
    /// </summary>
    /// <param name="options">The common options, resolved.</param>
    public virtual TimeSpan LongestProbe(CheckOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return WaitsToBeTold ? System.Threading.Timeout.InfiniteTimeSpan : options.ConnectTimeout!.Value * 4;
    }

    /// <summary>
    /// The verdict in the words of keepalived's mails; the cause of the event of a real server. The default is that of the checks
    /// that name no kind of their own. Without the result's reason, which the event, its mail and its line of the log carry as the detail.
    /// </summary>
    public virtual string Describe(in CheckResult result) => result.IsUp ? "CHECK succeed on service" : "CHECK failed on service";

    /// <summary>
    /// Makes the checker for one real server; null when this kind of check cannot be run by this version: the engine then says so and
    /// judges the server by its other checkers.
    /// </summary>
    public abstract IChecker? CreateChecker(CheckTarget target);
}

/// <summary>Which of the options that checkers have in common a checker's block takes.</summary>
[Flags]
public enum CheckOptionSet
{
    /// <summary>None: a checker that waits to be told (FILE_CHECK, BFD_CHECK).</summary>
    None = 0,

    /// <summary>Where and how to connect: <c>connect_ip</c> to <c>connect_timeout</c>.</summary>
    Connection = 1,

    /// <summary>When to probe and what to make of it: <c>delay_loop</c> to <c>log_all_failures</c>.</summary>
    Timing = 2,

    /// <summary><c>alpha</c>.</summary>
    Alpha = 4,

    /// <summary>All of them.</summary>
    All = Connection | Timing | Alpha,
}

/// <summary>The state of the block <c>virtual_server/real_server</c>, as a checker's keywords see it.</summary>
public interface ICheckedServer
{
    /// <summary>Adds a checker to the real server that is being read.</summary>
    void AddChecker(CheckerDefinition definition, Configuration.SourceLocation location);
}

/// <summary>The state of a checker's block while it is read; carries the common options.</summary>
public abstract class CheckerBuilder
{
    /// <summary>The common options so far.</summary>
    public CheckOptions Options { get; set; } = CheckOptions.Unset;

    /// <summary>Where the block began.</summary>
    public Configuration.SourceLocation Location { get; set; }

    /// <summary>Makes the record, reporting what does not fit; null leaves the checker out.</summary>
    public abstract CheckerDefinition? Build(Configuration.IConfigurationSession session);

    /// <summary>Adds what the block describes to its real server: usually the one checker that <see cref="Build"/> makes.</summary>
    public virtual void AddTo(ICheckedServer server, Configuration.IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (Build(session) is { } definition)
        {
            server.AddChecker(definition, Location);
        }
    }
}
