namespace Keepalived.Vrrp.Protocol;

/// <summary>The states of RFC 9568 section 6.3, and FAULT. The numbers are those of keepalived's data files.</summary>
public enum VirtualRouterState
{
    /// <summary>Not started, stopped, or started and waiting for the first result of a tracker.</summary>
    Init = 0,

    /// <summary>Listens to the master and waits for its silence. (RFC 9568: Backup.)</summary>
    Backup = 1,

    /// <summary>Has the addresses and advertises. (RFC 9568: Active.)</summary>
    Master = 2,

    /// <summary>Something the router needs is missing; it neither listens nor sends.</summary>
    Fault = 3,
}
