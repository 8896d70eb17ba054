using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp;

/// <summary>Everything this room says to the log. Lines about an instance begin with its name in parentheses, as keepalived's do.</summary>
internal static partial class VrrpLog
{
    [LoggerMessage(1, LogLevel.Information, "({Instance}) Entering {State} STATE{Suffix}: {Cause}")]
    public static partial void Entering(ILogger logger, string instance, string state, string suffix, string cause);

    [LoggerMessage(2, LogLevel.Information, "({Instance}) Receive advertisement timeout")]
    public static partial void Timeout(ILogger logger, string instance);

    [LoggerMessage(3, LogLevel.Information, "({Instance}) sent 0 priority")]
    public static partial void SentZero(ILogger logger, string instance);

    [LoggerMessage(4, LogLevel.Information, "({Instance}) received lower priority ({Priority}) advert from {Source} - discarding")]
    public static partial void LowerPriorityDiscarded(ILogger logger, string instance, byte priority, InternetAddress? source);

    [LoggerMessage(5, LogLevel.Information, "({Instance}) Received advert from {Source} with lower priority {Priority}, ours {Own}{Consequence}")]
    public static partial void LowerPriority(ILogger logger, string instance, InternetAddress? source, byte priority, byte own, string consequence);

    [LoggerMessage(6, LogLevel.Information, "({Instance}) {Report}")]
    public static partial void Report(ILogger logger, string instance, string report);

    [LoggerMessage(7, LogLevel.Information, "({Instance}) Changing effective priority from {Previous} to {Current}: {Cause}")]
    public static partial void Priority(ILogger logger, string instance, byte previous, byte current, string cause);

    [LoggerMessage(8, LogLevel.Warning, "({Instance}) dropped advertisement from {Source}: {Reason}")]
    public static partial void Dropped(ILogger logger, string instance, InternetAddress source, string? reason);

    [LoggerMessage(9, LogLevel.Warning, "({Instance}) advertisement from {Source}: {Warning}")]
    public static partial void Suspicious(ILogger logger, string instance, InternetAddress source, string warning);

    [LoggerMessage(10, LogLevel.Error, "({Instance}) cannot send advertisements: {Reason}")]
    public static partial void SendFailed(ILogger logger, string instance, string reason);

    [LoggerMessage(11, LogLevel.Error, "({Instance}) cannot {Change} {Address} on {Interface}: {Reason}")]
    public static partial void AddressFailed(ILogger logger, string instance, string change, string address, string @interface, string reason);

    [LoggerMessage(12, LogLevel.Warning, "({Instance}) virtual address {Address} was removed by somebody else")]
    public static partial void AddressLost(ILogger logger, string instance, InternetAddress address);

    [LoggerMessage(13, LogLevel.Error, "({Instance}) cannot open its sockets: {Reason}")]
    public static partial void NoSockets(ILogger logger, string instance, string reason);

    [LoggerMessage(14, LogLevel.Information, "({Instance}) {Fact}")]
    public static partial void LinkFact(ILogger logger, string instance, string fact);

    [LoggerMessage(15, LogLevel.Information, "Advertisement for virtual_router_id {Id} from {Source}: no instance here has that id")]
    public static partial void UnknownRouter(ILogger logger, byte id, InternetAddress source);

    [LoggerMessage(16, LogLevel.Warning, "Interface {Interface} has hardware type {Type}: addresses on it are not announced")]
    public static partial void CannotAnnounce(ILogger logger, string @interface, ushort type);

    [LoggerMessage(17, LogLevel.Error, "Cannot send gratuitous ARP or neighbour advertisements: {Reason}")]
    public static partial void AnnouncementFailed(ILogger logger, string reason);

    [LoggerMessage(18, LogLevel.Warning, "The kernel's news about interfaces and addresses overran; everything is read again")]
    public static partial void Overrun(ILogger logger);

    [LoggerMessage(19, LogLevel.Error, "The kernel does not tell about interfaces and addresses: {Reason}")]
    public static partial void NewsFailed(ILogger logger, string reason);

    [LoggerMessage(20, LogLevel.Information, "({Instance}) removed by the new configuration")]
    public static partial void Removed(ILogger logger, string instance);

    [LoggerMessage(21, LogLevel.Information, "Address {Address} {Event} {Interface}")]
    public static partial void AddressSeen(ILogger logger, string address, string @event, string @interface);

    [LoggerMessage(22, LogLevel.Information, "VRRP starts after a delay of {Seconds} s")]
    public static partial void StartupDelay(ILogger logger, double seconds);

    [LoggerMessage(23, LogLevel.Warning, "({Instance}) script {Script}: {Outcome}")]
    public static partial void ScriptFailed(ILogger logger, string instance, string script, string outcome);

    [LoggerMessage(24, LogLevel.Information, "({Instance}) Sending {Count} gratuitous announcements of {Addresses} addresses ({Reason})")]
    public static partial void Announcing(ILogger logger, string instance, int count, int addresses, AnnouncementReason reason);
}
