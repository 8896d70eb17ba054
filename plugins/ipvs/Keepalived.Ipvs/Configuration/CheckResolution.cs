using Keepalived.Checking;

namespace Keepalived.Ipvs;

/// <summary>Fills in what a checker leaves open: from its real server, the virtual server, the built-in defaults, in that order.</summary>
internal static class CheckResolution
{
    public static readonly TimeSpan DefaultDelayLoop = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Resolves one checker.</summary>
    /// <param name="definition">The checker as written.</param>
    /// <param name="defaults">What real and virtual server say, merged.</param>
    /// <param name="virtualHost"><c>virtualhost</c> of the real server, else of the virtual server.</param>
    /// <param name="logAllFailures"><c>checker_log_all_failures</c>.</param>
    public static ResolvedChecker Resolve(CheckerDefinition definition, CheckDefaults defaults, string? virtualHost, bool logAllFailures)
    {
        CheckOptions written = definition.Options;
        TimeSpan delayLoop = written.DelayLoop ?? defaults.DelayLoop ?? DefaultDelayLoop;
        CheckOptions options = written with
        {
            ConnectTimeout = written.ConnectTimeout ?? defaults.ConnectTimeout ?? DefaultConnectTimeout,
            DelayLoop = delayLoop,
            Retry = written.Retry ?? defaults.Retry ?? definition.DefaultRetry,
            DelayBeforeRetry = written.DelayBeforeRetry ?? defaults.DelayBeforeRetry ?? definition.DefaultDelayBeforeRetry ?? delayLoop,
            Warmup = written.Warmup ?? defaults.Warmup ?? delayLoop,
            Alpha = written.Alpha ?? defaults.Alpha ?? false,
            LogAllFailures = written.LogAllFailures ?? logAllFailures,
        };
        return new(definition, options, virtualHost);
    }
}
