using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify;

/// <summary>Everything this room can say.</summary>
internal static partial class NotifyLog
{
    [LoggerMessage(1, LogLevel.Information, "Event {Sequence}: VRRP instance {Instance} {Previous} -> {State}, priority {Priority}: {Cause}")]
    public static partial void InstanceState(ILogger logger, long sequence, string instance, string previous, string state, int priority, string cause);

    [LoggerMessage(2, LogLevel.Information, "Event {Sequence}: VRRP sync group {Group} -> {State}: {Cause}")]
    public static partial void GroupState(ILogger logger, long sequence, string group, string state, string cause);

    [LoggerMessage(3, LogLevel.Information, "Event {Sequence}: VRRP instance {Instance} ({State}) priority {Previous} -> {Priority}: {Cause}")]
    public static partial void Priority(ILogger logger, long sequence, string instance, string state, int previous, int priority, string cause);

    [LoggerMessage(4, LogLevel.Information, "Event {Sequence}: VRRP instance {Instance}, a master with priority {Priority}, heard a lower one: {Cause}")]
    public static partial void LowerPriority(ILogger logger, long sequence, string instance, int priority, string cause);

    [LoggerMessage(5, LogLevel.Information, "Event {Sequence}: real server {RealServer} of {VirtualServer} is {State}: {Cause}")]
    public static partial void RealServer(ILogger logger, long sequence, string realServer, string virtualServer, string state, string cause);

    [LoggerMessage(6, LogLevel.Information, "Event {Sequence}: virtual server {VirtualServer} {Change} its quorum: {Cause}")]
    public static partial void Quorum(ILogger logger, long sequence, string virtualServer, string change, string cause);

    [LoggerMessage(7, LogLevel.Information, "Event {Sequence}: {Kind}: {Cause}")]
    public static partial void Other(ILogger logger, long sequence, string kind, string cause);

    [LoggerMessage(10, LogLevel.Error, "FIFO {Path} cannot be used: {Reason}")]
    public static partial void FifoNotOpened(ILogger logger, string path, string reason);

    [LoggerMessage(11, LogLevel.Warning, "FIFO {Path} is full, lines are dropped until somebody reads it")]
    public static partial void FifoFull(ILogger logger, string path);

    [LoggerMessage(12, LogLevel.Error, "The script '{Script}' of FIFO {Path} could not be started: {Reason}")]
    public static partial void ScriptNotStarted(ILogger logger, ScriptCommand script, string path, string reason);

    [LoggerMessage(13, LogLevel.Warning, "The script '{Script}' of FIFO {Path} has ended ({Status}); a reload starts it again")]
    public static partial void ScriptEnded(ILogger logger, ScriptCommand script, string path, string status);
}
