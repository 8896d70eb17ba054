using System.Text;
using Keepalived.Events;

namespace Keepalived.Notify;

/// <summary>Which FIFOs a line is for besides the common one.</summary>
internal enum FifoKind
{
    /// <summary><c>notify_fifo</c>, which gets every line.</summary>
    Common,

    /// <summary><c>vrrp_notify_fifo</c>.</summary>
    Vrrp,

    /// <summary><c>lvs_notify_fifo</c>.</summary>
    Lvs,
}

/// <summary>A line for the FIFOs, byte for byte as keepalived writes it.</summary>
/// <param name="Kind">Vrrp or Lvs.</param>
/// <param name="Bytes">The line with its newline, and behind that a NUL if it is of the checkers: readers have come to rely on it.</param>
internal readonly record struct FifoLine(FifoKind Kind, byte[] Bytes)
{
    /// <summary>The line that an event is announced with; null when FIFOs are not told.</summary>
    public static FifoLine? For(DaemonEvent daemonEvent) => daemonEvent switch
    {
        VrrpInstanceStateChanged { State: not VrrpState.Init } e => Instance(e.Instance, NameOf(e.State), e.Priority),
        VrrpGroupStateChanged { State: not VrrpState.Init } e => Group(e.Group, e.State),
        VrrpPriorityChanged { IsNotified: true, State: VrrpState.Master } e => Instance(e.Instance, "MASTER_PRIORITY", e.Priority),
        VrrpPriorityChanged { IsNotified: true, State: VrrpState.Backup } e => Instance(e.Instance, "BACKUP_PRIORITY", e.Priority),
        VrrpLowerPriorityReceived e => Instance(e.Instance, "MASTER_RX_LOWER_PRI", e.Priority),
        RealServerStateChanged e => Lvs($"RS {e.RealServer} {e.VirtualServer} {UpOrDown(e.IsUp)}"),
        QuorumStateChanged e => Lvs($"VS {e.VirtualServer} {UpOrDown(e.IsUp)}"),
        _ => null,
    };

    /// <summary>The line of an instance's state.</summary>
    public static FifoLine Instance(string name, string state, int priority) => Vrrp($"INSTANCE \"{name}\" {state} {priority}");

    /// <summary>The line of a sync group's state; a group's priority is 0.</summary>
    public static FifoLine Group(string name, VrrpState state) => Vrrp($"GROUP \"{name}\" {NameOf(state)} 0");

    /// <summary>The word for a state.</summary>
    public static string NameOf(VrrpState state) => state switch
    {
        VrrpState.Master => "MASTER",
        VrrpState.Backup => "BACKUP",
        VrrpState.Fault => "FAULT",
        VrrpState.Stop => "STOP",
        VrrpState.Deleted => "DELETED",
        _ => "INIT",
    };

    private static FifoLine Vrrp(string text) => new(FifoKind.Vrrp, Encoding.UTF8.GetBytes(text + "\n"));

    private static FifoLine Lvs(string text) => new(FifoKind.Lvs, Encoding.UTF8.GetBytes(text + "\n\0"));

    private static string UpOrDown(bool isUp) => isUp ? "UP" : "DOWN";
}
