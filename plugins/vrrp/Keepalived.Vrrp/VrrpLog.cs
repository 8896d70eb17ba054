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

    [LoggerMessage(12, LogLevel.Warning, "({Instance}) virtual address {Address} was removed by {Author}")]
    public static partial void AddressLost(ILogger logger, string instance, InternetAddress address, string author);

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

    [LoggerMessage(25, LogLevel.Information, "({Instance}) remains MASTER, announces and notifies again: {Cause}")]
    public static partial void ConflictEnded(ILogger logger, string instance, string cause);

    [LoggerMessage(60, LogLevel.Warning, "({Owner}) cannot {Action} {Entry}: {Reason}")]
    public static partial void RoutingFailed(ILogger logger, string owner, string action, string entry, string reason);

    [LoggerMessage(61, LogLevel.Warning, "({Owner}) {Author} removed {Entry}: putting it back{HowOften}")]
    public static partial void Restoring(ILogger logger, string owner, string author, string entry, string howOften);

    [LoggerMessage(62, LogLevel.Information, "({Instance}) cannot run while {Reason}")]
    public static partial void DependencyDown(ILogger logger, string instance, string reason);

    [LoggerMessage(63, LogLevel.Information, "({Instance}): Success creating VMAC interface {Name}")]
    public static partial void VirtualLinkMade(ILogger logger, string instance, string name);

    [LoggerMessage(64, LogLevel.Information, "({Instance}) Found matching interface {Name}")]
    public static partial void VirtualLinkFound(ILogger logger, string instance, string name);

    [LoggerMessage(65, LogLevel.Information, "({Instance}) Success removing VMAC interface {Name}")]
    public static partial void VirtualLinkRemoved(ILogger logger, string instance, string name);

    [LoggerMessage(66, LogLevel.Error, "({Instance}) interface {Name}: {Reason}")]
    public static partial void NoVirtualLink(ILogger logger, string instance, string name, string reason);

    [LoggerMessage(67, LogLevel.Warning, "Cannot set net/{Name} to {Value}: {Reason}")]
    public static partial void SysctlFailed(ILogger logger, string name, string value, string reason);

    [LoggerMessage(68, LogLevel.Information, "use_vmac or no_accept/strict specified: using nftables {Why}")]
    public static partial void UsesNftables(ILogger logger, string why);

    [LoggerMessage(80, LogLevel.Error, "There is no vrrp_instance {Instance} for lvs_sync_daemon to follow: no synchronisation daemon is run")]
    public static partial void SyncDaemonWithoutInstance(ILogger logger, string instance);

    [LoggerMessage(81, LogLevel.Error, "The IPVS synchronisation daemon cannot be changed: {Reason}")]
    public static partial void SyncDaemonFailed(ILogger logger, string reason);

    [LoggerMessage(69, LogLevel.Error, "Packets to addresses that are not accepted cannot be dropped: {Reason}")]
    public static partial void FirewallFailed(ILogger logger, string reason);

    [LoggerMessage(84, LogLevel.Warning, "vrrp_iptables cannot be done: {Reason}. Using nftables; {Remedy}, or write nftables instead of vrrp_iptables")]
    public static partial void NoIptables(ILogger logger, string reason, string remedy);

    [LoggerMessage(85, LogLevel.Warning, "iptables without ipsets, with rules for each address: {Reason}")]
    public static partial void NoIpsets(ILogger logger, string reason);
}
