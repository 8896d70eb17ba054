using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>Every message that this plugin logs.</summary>
internal static partial class IpvsLog
{
    [LoggerMessage(1, LogLevel.Information, "Checking {Server} of {Service} with {Check} every {Interval} s")]
    public static partial void CheckStarted(this ILogger logger, string server, string service, string check, double interval);

    [LoggerMessage(2, LogLevel.Information, "{Check} of {Server} of {Service} succeeded: {Cause}")]
    public static partial void CheckSucceeded(this ILogger logger, string check, string server, string service, string cause);

    [LoggerMessage(3, LogLevel.Information, "{Check} of {Server} of {Service} failed after {Retries} retries: {Cause}")]
    public static partial void CheckFailed(this ILogger logger, string check, string server, string service, uint retries, string cause);

    [LoggerMessage(4, LogLevel.Information, "{Check} of {Server} of {Service} failed, try {Try}: {Cause}")]
    public static partial void TryFailed(this ILogger logger, string check, string server, string service, uint @try, string cause);

    [LoggerMessage(5, LogLevel.Error, "{Check} of {Server} of {Service} threw an exception, which counts as a failure")]
    public static partial void CheckThrew(this ILogger logger, Exception exception, string check, string server, string service);

    [LoggerMessage(6, LogLevel.Error, "{Check} of {Server} of {Service} has not answered for {Seconds} s, which counts as a failure; the checker must end by its deadline")]
    public static partial void CheckStuck(this ILogger logger, string check, string server, string service, double seconds);

    [LoggerMessage(7, LogLevel.Information, "{Check} of {Server} of {Service} still fails: {Cause}")]
    public static partial void StillFailing(this ILogger logger, string check, string server, string service, string cause);

    [LoggerMessage(8, LogLevel.Warning, "{Check} of {Server} of {Service} cannot be run by this version and is left out: the server is judged by its other checks")]
    public static partial void CheckCannotRun(this ILogger logger, string check, string server, string service);

    [LoggerMessage(9, LogLevel.Information, "{Check} of {Server} of {Service} waits for news")]
    public static partial void CheckFollows(this ILogger logger, string server, string service, string check);

    [LoggerMessage(10, LogLevel.Information, "Real server {Server} of {Service} is UP ({Consequence}): {Cause}")]
    public static partial void ServerUp(this ILogger logger, string server, string service, string consequence, string cause);

    [LoggerMessage(11, LogLevel.Information, "Real server {Server} of {Service} is DOWN ({Consequence}): {Cause}")]
    public static partial void ServerDown(this ILogger logger, string server, string service, string consequence, string cause);

    [LoggerMessage(12, LogLevel.Information, "Weight of real server {Server} of {Service} is now {Weight}: {Cause}")]
    public static partial void WeightChanged(this ILogger logger, string server, string service, long weight, string cause);

    [LoggerMessage(13, LogLevel.Information, "Virtual server {Service} is UP: {Cause}")]
    public static partial void QuorumUp(this ILogger logger, string service, string cause);

    [LoggerMessage(14, LogLevel.Information, "Virtual server {Service} is DOWN: {Cause}")]
    public static partial void QuorumDown(this ILogger logger, string service, string cause);

    [LoggerMessage(15, LogLevel.Information, "Sorry server {Server} of {Service} takes over")]
    public static partial void SorryServerIn(this ILogger logger, string server, string service);

    [LoggerMessage(16, LogLevel.Information, "Sorry server {Server} of {Service} is no longer needed")]
    public static partial void SorryServerOut(this ILogger logger, string server, string service);

    [LoggerMessage(20, LogLevel.Error, "IPVS is not available: {Reason}. Virtual servers are not run: no health checks, no notifications. Remedy: {Remedy}, then restart or reload")]
    public static partial void NoIpvs(this ILogger logger, string reason, string remedy);

    [LoggerMessage(21, LogLevel.Information, "Loading the kernel module ip_vs")]
    public static partial void LoadingModule(this ILogger logger);

    [LoggerMessage(22, LogLevel.Error, "The kernel refused a change to the IPVS table: {Error}")]
    public static partial void TableChangeRefused(this ILogger logger, string? error);

    [LoggerMessage(23, LogLevel.Error, "Virtual service {Service} is not set up, as the kernel has no scheduler {Scheduler} (modprobe its ip_vs module) or not its persistence engine: {Error}")]
    public static partial void SchedulerMissing(this ILogger logger, string service, string scheduler, string? error);

    [LoggerMessage(24, LogLevel.Information, "Removing real server {Server} from {Service}: it is left from an earlier run and has no place there now")]
    public static partial void StaleDestinationRemoved(this ILogger logger, string server, string service);

    [LoggerMessage(17, LogLevel.Information, "The checks of {Service} are suspended: its address is not on this machine")]
    public static partial void ChecksSuspended(this ILogger logger, string service);

    [LoggerMessage(18, LogLevel.Information, "The checks of {Service} go on: its address is on this machine now")]
    public static partial void ChecksResumed(this ILogger logger, string service);

    [LoggerMessage(26, LogLevel.Error, "The addresses of this machine cannot be watched, so that services with ha_suspend are not checked: {Error}")]
    public static partial void AddressesUnknown(this ILogger logger, string error);

    [LoggerMessage(27, LogLevel.Warning, "The IPVS synchronisation daemons could not be changed: {Error}")]
    public static partial void SyncDaemonsRefused(this ILogger logger, string error);

    [LoggerMessage(28, LogLevel.Error, "nftables cannot mark packets for virtual server groups: {Error}. {Consequence}. Remedy: a kernel from 5.6 with nf_tables, no other user of the table, then restart or reload")]
    public static partial void MarksRefused(this ILogger logger, string error, string consequence);

    [LoggerMessage(29, LogLevel.Warning, "nftables_ipvs and its options cannot be changed by a reload: they stay as they were until a restart")]
    public static partial void MarksStay(this ILogger logger);

    [LoggerMessage(30, LogLevel.Warning, "{Service} shares addresses and ports with a virtual server before it, which gets their packets: the common part is left out of the mark of this one")]
    public static partial void MarkShared(this ILogger logger, string service);

    [LoggerMessage(25, LogLevel.Warning, "The IPVS time-outs could not be changed: {Error}")]
    public static partial void TimeoutsRefused(this ILogger logger, string error);

    [LoggerMessage(26, LogLevel.Error, "{Check} of {Server} of {Service} threw {Count} times in a row: it is not run any more and its server stays down until a reload changes the check or its plugin, {Plugin}; report this to the plugin's author")]
    public static partial void CheckRetired(this ILogger logger, string check, string server, string service, string plugin, int count);
}
