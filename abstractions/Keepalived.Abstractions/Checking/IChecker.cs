using System.Net;
using System.Runtime.InteropServices;
using Keepalived.Events;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Checking;

/// <summary>
/// Probes one real server. A checker reports a result and nothing else: the engine schedules it, retries, counts and decides, and the
/// virtual server applies weights and quorum. One instance serves one real server of one virtual server and is never run twice at once.
/// </summary>
public interface IChecker : IDisposable
{
    /// <summary>
    /// Probes once. Runs on the loop and must never block it: await only the context's sockets and timers. It should end by
    /// <see cref="CheckContext.Deadline"/>; the engine gives up on it some time later and reports it by name.
    /// </summary>
    ValueTask<CheckResult> CheckAsync(CheckContext context);
}

/// <summary>What the engine gives a probe. One object per checker, reused for every probe.</summary>
public sealed class CheckContext
{
    /// <summary>Creates the context of one checker.</summary>
    public CheckContext(CheckTarget target, CheckOptions options, ICheckSockets sockets, IScheduler scheduler, ILogger logger)
    {
        Target = target;
        Options = options;
        Sockets = sockets;
        Scheduler = scheduler;
        Logger = logger;
    }

    /// <summary>What to probe.</summary>
    public CheckTarget Target { get; }

    /// <summary>The common options with all precedence applied.</summary>
    public CheckOptions Options { get; }

    /// <summary>Sockets on the loop.</summary>
    public ICheckSockets Sockets { get; }

    /// <summary>The loop.</summary>
    public IScheduler Scheduler { get; }

    /// <summary>Programs, for checks that run one.</summary>
    /// <exception cref="InvalidOperationException">Whoever made this context gave it none.</exception>
    public IScriptRunner Scripts
    {
        get => field ?? throw new InvalidOperationException("This context was made without a script runner: set Scripts.");
        init;
    }

    /// <summary>Numbers in files, for checks that follow one.</summary>
    /// <exception cref="InvalidOperationException">Whoever made this context gave it none.</exception>
    public IFileNumbers Files
    {
        get => field ?? throw new InvalidOperationException("This context was made without files to follow: set Files.");
        init;
    }

    /// <summary>BFD sessions, for checks that follow one.</summary>
    /// <exception cref="InvalidOperationException">Whoever made this context gave it none.</exception>
    public IBfdSessions BfdSessions => OpenBfdSessions?.Invoke() ?? throw new InvalidOperationException("This context was made without BFD sessions: set OpenBfdSessions.");

    /// <summary>Where <see cref="BfdSessions"/> comes from: nothing of it exists in a process in which no check asks.</summary>
    public Func<IBfdSessions>? OpenBfdSessions { get; init; }

    /// <summary>The log, named after the checker's plugin.</summary>
    public ILogger Logger { get; }

    /// <summary>When <c>connect_timeout</c> ends for this probe; the engine sets it before each.</summary>
    public MonotonicTime Deadline { get; set; }
}

/// <summary>The real server that a checker belongs to.</summary>
/// <param name="VirtualServer">Identity of the virtual server, for messages.</param>
/// <param name="RealServer">Identity of the real server, for messages.</param>
/// <param name="EndPoint">Where to connect: <c>connect_ip</c>/<c>connect_port</c> or the real server's own.</param>
/// <param name="VirtualHost"><c>virtualhost</c> by the precedence real server, virtual server; null when unset.</param>
public sealed record CheckTarget(string VirtualServer, string RealServer, IPEndPoint EndPoint, string? VirtualHost);

/// <summary>Result of one probe.</summary>
/// <param name="IsUp">The server answered as it should.</param>
/// <param name="Reason">What was found, for logs and mails; null for nothing worth saying.</param>
/// <param name="Weight">A weight that replaces the configured one (dynamic checks); null leaves it alone.</param>
public readonly record struct CheckResult(bool IsUp, string? Reason = null, int? Weight = null)
{
    /// <summary>
    /// Wait this long before the next probe instead of the engine's own choice; for checks that work in steps, such as several URLs in turn.
    /// </summary>
    public TimeSpan? NextProbe { get; init; }

    /// <summary>
    /// Added to the configured weight, on top of what other checks add; null adds nothing. For checks that shift a weight instead of naming it.
    /// </summary>
    public int? AddedWeight { get; init; }

    /// <summary>The step passed but the check as a whole has more to do: nothing is decided yet.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The server is well.</summary>
    public static CheckResult Up(string? reason = null) => new(true, reason);

    /// <summary>The server failed the probe.</summary>
    public static CheckResult Down(string reason) => new(false, reason);

    /// <summary>The server failed the probe because a socket operation did not complete.</summary>
    /// <param name="step">What was attempted, as a verb: <c>connect</c>, <c>receive</c>.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="errno">The errno, 0 when there is none.</param>
    public static CheckResult Down(string step, SocketOutcome outcome, int errno) => Down(outcome switch
    {
        SocketOutcome.TimedOut => $"{step}: no answer in time",
        SocketOutcome.Refused => $"{step}: connection refused",
        SocketOutcome.Unreachable => errno == 0 ? $"{step}: unreachable" : $"{step}: unreachable, {TextOf(errno)}",
        SocketOutcome.Reset => $"{step}: connection reset",
        SocketOutcome.EndOfStream => $"{step}: connection closed",
        _ => $"{step}: {TextOf(errno)} (errno {errno})",
    });

    private static string TextOf(int errno) => errno == 0 ? "failed without an error" : Marshal.GetPInvokeErrorMessage(errno);
}
