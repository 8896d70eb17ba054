namespace Keepalived.Events;

/// <summary>Something that happened and that people are told of. Values only; subscribers get it with a <see cref="EventStamp"/>.</summary>
/// <param name="Cause">Why it happened, as one readable phrase.</param>
public abstract record DaemonEvent(string Cause)
{
    /// <summary>
    /// What <c>smtp_alert</c> of the object says of mail about this. Null: of virtual and real servers, what <c>global_defs</c> says; of anything
    /// else, no mail.
    /// </summary>
    public bool? SmtpAlert { get; init; }
}

/// <summary>States of a virtual router, with the numbers of keepalived's JSON.</summary>
public enum VrrpState
{
    /// <summary>Not started, or waiting for its first tracker results.</summary>
    Init = 0,

    /// <summary>Listening to a master.</summary>
    Backup = 1,

    /// <summary>Owning the virtual addresses.</summary>
    Master = 2,

    /// <summary>Unable to take part.</summary>
    Fault = 3,

    /// <summary>Removed by a reload; only in notifications.</summary>
    Deleted = 97,

    /// <summary>Stopped with the daemon; only in notifications.</summary>
    Stop = 98,
}

/// <summary>A virtual router changed its state.</summary>
/// <param name="Instance">Name of the vrrp_instance.</param>
/// <param name="Previous">State before.</param>
/// <param name="State">State now.</param>
/// <param name="Priority">Effective priority, 0..255.</param>
/// <param name="Cause">Why.</param>
public sealed record VrrpInstanceStateChanged(string Instance, VrrpState Previous, VrrpState State, int Priority, string Cause) : DaemonEvent(Cause);

/// <summary>A sync group changed its state.</summary>
/// <param name="Group">Name of the vrrp_sync_group.</param>
/// <param name="State">State now.</param>
/// <param name="Cause">Why.</param>
public sealed record VrrpGroupStateChanged(string Group, VrrpState State, string Cause) : DaemonEvent(Cause);

/// <summary>The effective priority of a virtual router changed.</summary>
/// <param name="Instance">Name of the vrrp_instance.</param>
/// <param name="State">State it is in.</param>
/// <param name="Previous">Priority before.</param>
/// <param name="Priority">Priority now.</param>
/// <param name="Cause">Why.</param>
public sealed record VrrpPriorityChanged(string Instance, VrrpState State, int Previous, int Priority, string Cause) : DaemonEvent(Cause)
{
    /// <summary><c>notify_priority_changes</c>: scripts and FIFOs are to be told. Loggers and counters look at every change.</summary>
    public bool IsNotified { get; init; }
}

/// <summary>A master heard an advertisement of lower priority.</summary>
/// <param name="Instance">Name of the vrrp_instance.</param>
/// <param name="Priority">Own effective priority.</param>
/// <param name="Cause">Who sent what.</param>
public sealed record VrrpLowerPriorityReceived(string Instance, int Priority, string Cause) : DaemonEvent(Cause);

/// <summary>A real server of a virtual server went up or down.</summary>
/// <param name="VirtualServer">Identity of the virtual server as FIFO lines write it: <c>[address]:protocol:port</c> or <c>FWM mark</c>.</param>
/// <param name="RealServer">Identity of the real server in the same form.</param>
/// <param name="IsUp">Up or down.</param>
/// <param name="Cause">The checker's verdict in the words of keepalived's mails, for example <c>TCP CHECK failed on service</c>.</param>
public sealed record RealServerStateChanged(string VirtualServer, string RealServer, bool IsUp, string Cause) : DaemonEvent(Cause)
{
    /// <summary>What the checker found, for example <c>connection refused</c>; null when there is nothing to add to the cause.</summary>
    public string? Detail { get; init; }
}

/// <summary>A virtual server gained or lost its quorum.</summary>
/// <param name="VirtualServer">Identity of the virtual server.</param>
/// <param name="IsUp">Gained or lost.</param>
/// <param name="Cause">The arithmetic.</param>
public sealed record QuorumStateChanged(string VirtualServer, bool IsUp, string Cause) : DaemonEvent(Cause);

/// <summary>A notify script has ended, or could not be started. Checks and trackers have results of their own and are not told of here.</summary>
/// <param name="Owner">Whose script it is, for example <c>VRRP instance VI_1</c>.</param>
/// <param name="Script">The command line without what was appended to it.</param>
/// <param name="Result">Exit status or signal, time-out, duration.</param>
/// <param name="Cause">The result in words.</param>
public sealed record NotifyScriptEnded(string Owner, string Script, Scripts.ScriptResult Result, string Cause) : DaemonEvent(Cause)
{
    /// <summary>The event of a result.</summary>
    public static NotifyScriptEnded Of(string owner, Scripts.ScriptCommand command, in Scripts.ScriptResult result) => new(owner, $"{command}", result, result.ToString());
}

/// <summary>When and as which event of its process an event was published.</summary>
/// <param name="Sequence">1 for the first event of the process; no gaps.</param>
/// <param name="Time">Wall-clock time.</param>
public readonly record struct EventStamp(long Sequence, DateTimeOffset Time);

/// <summary>Called on the loop for each event.</summary>
public delegate void DaemonEventHandler(EventStamp stamp, DaemonEvent daemonEvent);

/// <summary>The one stream of events of a process: every subscriber sees every event once, in order of publishing.</summary>
public interface IEventBus
{
    /// <summary>
    /// Tells all subscribers, in order of subscription, as a rule before it returns. In a flood, and to a subscriber that takes long, the rest is
    /// told in later turns of the loop; what then finds 4096 events waiting is lost to that subscriber, counted and logged. A subscriber that
    /// throws retires its plugin.
    /// </summary>
    void Publish(DaemonEvent daemonEvent);

    /// <summary>Subscribes until the result is disposed.</summary>
    IDisposable Subscribe(DaemonEventHandler handler);
}
