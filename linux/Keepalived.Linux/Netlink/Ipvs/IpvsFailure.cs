namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>What was asked of IPVS: error numbers mean different things for different requests.</summary>
public enum IpvsVerb
{
    /// <summary>Add a virtual service.</summary>
    AddService,
    /// <summary>Change a virtual service.</summary>
    EditService,
    /// <summary>Delete a virtual service and its real servers.</summary>
    DeleteService,
    /// <summary>Add a real server.</summary>
    AddDestination,
    /// <summary>Change a real server.</summary>
    EditDestination,
    /// <summary>Delete a real server.</summary>
    DeleteDestination,
    /// <summary>Start a synchronisation daemon.</summary>
    StartDaemon,
    /// <summary>Stop a synchronisation daemon.</summary>
    StopDaemon,
}

/// <summary>Why IPVS refused, by name: the caller decides which are harmless.</summary>
public enum IpvsFailure
{
    /// <summary>It did not.</summary>
    None,
    /// <summary>What was to be added is there already, or the daemon runs already.</summary>
    Exists,
    /// <summary>There is no such virtual service.</summary>
    ServiceAbsent,
    /// <summary>The virtual service has no such real server.</summary>
    DestinationAbsent,
    /// <summary>No such daemon runs.</summary>
    DaemonAbsent,
    /// <summary>The interface does not exist.</summary>
    InterfaceAbsent,
    /// <summary>The kernel has neither the scheduler nor a module for it, or not the persistence engine.</summary>
    SchedulerMissing,
    /// <summary>The kernel cannot do it: IPv6, or the family mix, or the tunnel type.</summary>
    NotSupported,
    /// <summary>CAP_NET_ADMIN is missing.</summary>
    NotPermitted,
    /// <summary>The answer was lost or never came: the change may have taken effect.</summary>
    Unknown,
    /// <summary>Anything else: a value out of range, no memory.</summary>
    Refused,
}

/// <summary>Names IPVS failures.</summary>
public static class IpvsFailures
{
    /// <summary>What an error number means as the answer to a request.</summary>
    /// <param name="verb">The request.</param>
    /// <param name="errno">The answer.</param>
    public static IpvsFailure Classify(IpvsVerb verb, Errno errno) => errno switch
    {
        Errno.None => IpvsFailure.None,
        Errno.EEXIST => IpvsFailure.Exists,
        Errno.ESRCH => verb == IpvsVerb.StopDaemon ? IpvsFailure.DaemonAbsent : IpvsFailure.ServiceAbsent,
        Errno.ENOENT => verb is IpvsVerb.AddService or IpvsVerb.EditService ? IpvsFailure.SchedulerMissing : IpvsFailure.DestinationAbsent,
        Errno.ENODEV => IpvsFailure.InterfaceAbsent,
        Errno.EAFNOSUPPORT or Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT => IpvsFailure.NotSupported,
        Errno.EPERM or Errno.EACCES => IpvsFailure.NotPermitted,
        Errno.ENOBUFS or Errno.ETIMEDOUT => IpvsFailure.Unknown,
        _ => IpvsFailure.Refused,
    };
}
