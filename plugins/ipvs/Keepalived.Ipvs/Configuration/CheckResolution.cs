using System.Net;
using Keepalived.Checking;

namespace Keepalived.Ipvs;

/// <summary>Fills in what a checker leaves open: from its real server, the virtual server, the built-in defaults, in that order.</summary>
internal static class CheckResolution
{
    public static readonly TimeSpan DefaultDelayLoop = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _defaultConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Resolves one checker.</summary>
    /// <param name="definition">The checker as written.</param>
    /// <param name="defaults">What real and virtual server say, merged.</param>
    /// <param name="server">Where the real server listens, as written: a port that IPVS does not need is still the one to probe.</param>
    /// <param name="names">Identities of the virtual and the real server.</param>
    /// <param name="virtualHost"><c>virtualhost</c> of the real server, else of the virtual server.</param>
    /// <param name="logAllFailures"><c>checker_log_all_failures</c>.</param>
    public static ConfiguredChecker Resolve(
        CheckerDefinition definition,
        CheckDefaults defaults,
        IPEndPoint server,
        (string Virtual, string Real) names,
        string? virtualHost,
        bool logAllFailures)
    {
        CheckOptions written = definition.Options;
        TimeSpan delayLoop = written.DelayLoop ?? defaults.DelayLoop ?? DefaultDelayLoop;
        var options = written with
        {
            ConnectAddress = written.ConnectAddress ?? server.Address,
            ConnectPort = written.ConnectPort ?? server.Port,
            ConnectTimeout = written.ConnectTimeout ?? defaults.ConnectTimeout ?? _defaultConnectTimeout,
            DelayLoop = delayLoop,
            Retry = written.Retry ?? defaults.Retry ?? definition.DefaultRetry,
            DelayBeforeRetry = written.DelayBeforeRetry ?? defaults.DelayBeforeRetry ?? definition.DefaultDelayBeforeRetry ?? delayLoop,
            Warmup = written.Warmup ?? defaults.Warmup ?? delayLoop,
            Alpha = written.Alpha ?? defaults.Alpha ?? false,
            LogAllFailures = written.LogAllFailures ?? logAllFailures,
        };
        var target = new CheckTarget(names.Virtual, names.Real, new IPEndPoint(options.ConnectAddress, options.ConnectPort.Value), virtualHost);
        return new(definition, options, target);
    }
}
