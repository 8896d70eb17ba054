namespace Keepalived.Ipvs;

/// <summary>The settings that a virtual server hands down to its real servers, and they to their checkers. Null = not written.</summary>
internal sealed record CheckDefaults
{
    /// <summary>Nothing written.</summary>
    public static CheckDefaults Unset { get; } = new();

    /// <summary><c>delay_loop</c>.</summary>
    public TimeSpan? DelayLoop { get; init; }

    /// <summary><c>retry</c>.</summary>
    public uint? Retry { get; init; }

    /// <summary><c>delay_before_retry</c>.</summary>
    public TimeSpan? DelayBeforeRetry { get; init; }

    /// <summary><c>warmup</c>.</summary>
    public TimeSpan? Warmup { get; init; }

    /// <summary><c>connect_timeout</c>.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary><c>alpha</c>.</summary>
    public bool? Alpha { get; init; }

    /// <summary>These settings, and where they are silent those of the block around.</summary>
    public CheckDefaults Over(CheckDefaults outer) => ReferenceEquals(this, Unset) ? outer : new()
    {
        DelayLoop = DelayLoop ?? outer.DelayLoop,
        Retry = Retry ?? outer.Retry,
        DelayBeforeRetry = DelayBeforeRetry ?? outer.DelayBeforeRetry,
        Warmup = Warmup ?? outer.Warmup,
        ConnectTimeout = ConnectTimeout ?? outer.ConnectTimeout,
        Alpha = Alpha ?? outer.Alpha,
    };
}
