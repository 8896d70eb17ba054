using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>What trackers say to the log. What follows from it for an instance says so itself, with its cause.</summary>
internal static partial class TrackLog
{
    [LoggerMessage(42, LogLevel.Information, "VRRP_Script({Script}) succeeded")]
    public static partial void ScriptSucceeded(ILogger logger, string script);

    [LoggerMessage(43, LogLevel.Information, "VRRP_Script({Script}) {Outcome}")]
    public static partial void ScriptFailed(ILogger logger, string script, string outcome);

    [LoggerMessage(44, LogLevel.Information, "Script `{Script}` now returning {Code}")]
    public static partial void ScriptReturns(ILogger logger, string script, int code);

    [LoggerMessage(45, LogLevel.Information, "VRRP_Script({Script}) considered {Outcome} on reload")]
    public static partial void ScriptCarried(ILogger logger, string script, string outcome);

    [LoggerMessage(46, LogLevel.Warning, "Track file {File}: {Trouble}")]
    public static partial void FileTrouble(ILogger logger, string file, string trouble);

    [LoggerMessage(47, LogLevel.Information, "Track file {File} now {Value}")]
    public static partial void FileValue(ILogger logger, string file, int value);

    [LoggerMessage(48, LogLevel.Information, "Track process {Process}: {Count} running, quorum {Quorum}")]
    public static partial void ProcessQuorum(ILogger logger, string process, int count, string quorum);

    [LoggerMessage(49, LogLevel.Warning, "The kernel does not tell of processes ({Reason}); they are counted every {Seconds} s")]
    public static partial void NoProcessEvents(ILogger logger, string reason, double seconds);

    [LoggerMessage(50, LogLevel.Warning, "The kernel's news of processes overran; all are counted again")]
    public static partial void ProcessOverrun(ILogger logger);

    [LoggerMessage(51, LogLevel.Information, "Interface {Interface} {Change}; the delay of {Seconds} s runs")]
    public static partial void LinkDelayed(ILogger logger, string @interface, string change, double seconds);

    [LoggerMessage(75, LogLevel.Information, "Interface {Interface} is polled for its link by {Method}")]
    public static partial void LinkPolled(ILogger logger, string @interface, string method);

    [LoggerMessage(76, LogLevel.Warning, "Interface {Interface} cannot be polled by {Method} ({Reason}); another way is taken")]
    public static partial void LinkMethodFails(ILogger logger, string @interface, string method, string reason);

    [LoggerMessage(77, LogLevel.Information, "Interface {Interface} {Change}, its driver says")]
    public static partial void LinkBeat(ILogger logger, string @interface, string change);

    [LoggerMessage(52, LogLevel.Information, "Tracked BFD instance {Session} is {State}")]
    public static partial void BfdSession(ILogger logger, string session, string state);
}
