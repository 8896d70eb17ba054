using Microsoft.Extensions.Logging;

namespace Keepalived.Bfd.Runtime;

/// <summary>Everything this room says to the log.</summary>
internal static partial class BfdLog
{
    [LoggerMessage(1, LogLevel.Information, "({Session}) Entering {State} state ({Cause})")]
    public static partial void Entering(ILogger logger, string session, string state, string cause);

    [LoggerMessage(2, LogLevel.Warning, "({Session}) Entering {State} state ({Cause})")]
    public static partial void Lost(ILogger logger, string session, string state, string cause);

    [LoggerMessage(3, LogLevel.Information, "({Session}) Starting poll sequence")]
    public static partial void PollStarted(ILogger logger, string session);

    [LoggerMessage(4, LogLevel.Information, "({Session}) {Occasion}: packets every {Transmit} ms, detection time {Detection} ms")]
    public static partial void Timing(ILogger logger, string session, string occasion, double transmit, double detection);

    [LoggerMessage(5, LogLevel.Information, "({Session}) Echo packets {Change}")]
    public static partial void Echo(ILogger logger, string session, string change);

    [LoggerMessage(6, LogLevel.Error, "({Session}) cannot be run: {Trouble}; it is tried again every {Seconds} s")]
    public static partial void NoPath(ILogger logger, string session, string trouble, double seconds);

    [LoggerMessage(7, LogLevel.Warning, "({Session}) packets cannot be sent: {Error}")]
    public static partial void SendFails(ILogger logger, string session, string error);

    [LoggerMessage(8, LogLevel.Information, "({Session}) packets are sent again")]
    public static partial void SendWorks(ILogger logger, string session);

    [LoggerMessage(9, LogLevel.Warning, "({Session}) a packet of {Neighbor} was dropped: {Reason}; more of these are only counted")]
    public static partial void Dropped(ILogger logger, string session, string neighbor, string reason);

    [LoggerMessage(10, LogLevel.Warning, "A packet of {Source} was dropped: {Reason}; more of these are only counted")]
    public static partial void DroppedUnknown(ILogger logger, string source, string reason);

    [LoggerMessage(11, LogLevel.Information, "({Session}) removed by the new configuration")]
    public static partial void Removed(ILogger logger, string session);

    [LoggerMessage(12, LogLevel.Information, "({Session}) was ({Previous}), it has the same neighbour")]
    public static partial void Renamed(ILogger logger, string session, string previous);
}
