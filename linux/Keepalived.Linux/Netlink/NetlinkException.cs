namespace Keepalived.Linux.Netlink;

/// <summary>Why a netlink request failed, by name, so that a caller decides what is harmless without knowing error numbers.</summary>
public enum NetlinkFailure
{
    /// <summary>Refused for another reason: the errno and the kernel's text say which.</summary>
    Refused,

    /// <summary>Adding what exists already (EEXIST).</summary>
    Exists,

    /// <summary>Changing or removing what does not exist (ESRCH, ENOENT, ENODEV, EADDRNOTAVAIL).</summary>
    Absent,

    /// <summary>The process lacks CAP_NET_ADMIN in the network namespace (EPERM, EACCES).</summary>
    NotPermitted,

    /// <summary>The kernel does not know the request or an option in it (EOPNOTSUPP, EPROTONOSUPPORT, EAFNOSUPPORT).</summary>
    NotSupported,

    /// <summary>The kernel has no such generic netlink family; usually a module is missing.</summary>
    FamilyMissing,

    /// <summary>The answer was lost as the receive queue was full (ENOBUFS): the request may have taken effect.</summary>
    AnswerLost,

    /// <summary>The kernel stayed silent (ETIMEDOUT).</summary>
    NoAnswer,

    /// <summary>The answer could not be understood (EBADMSG).</summary>
    Malformed,
}

/// <summary>A netlink request that failed: the operation, the errno, the kernel's own text and where in the request it points.</summary>
public sealed class NetlinkException : LinuxException
{
    /// <summary>Creates the error.</summary>
    /// <param name="operation">What was attempted.</param>
    /// <param name="errno">The kernel's error number.</param>
    /// <param name="kernelText">The text of the extended acknowledgement; null when there was none.</param>
    /// <param name="offset">The octet of the request the kernel points at; 0 for none.</param>
    /// <param name="failure">The failure when it is known better than the error number says.</param>
    /// <param name="remedy">What a person can do; null for what follows from the failure.</param>
    public NetlinkException(
        string operation, Errno errno, string? kernelText = null, uint offset = 0, NetlinkFailure? failure = null, string? remedy = null)
        : base(operation, errno, Detail(kernelText, offset, remedy ?? Remedy(failure ?? Classify(errno))))
    {
        Failure = failure ?? Classify(errno);
        KernelText = kernelText;
        Offset = offset;
    }

    /// <summary>Why, by name.</summary>
    public NetlinkFailure Failure { get; }

    /// <summary>What the kernel said in words; null when it said nothing.</summary>
    public string? KernelText { get; }

    /// <summary>The octet of the request the kernel points at; 0 for none.</summary>
    public uint Offset { get; }

    /// <summary>Names the failure that an error number means.</summary>
    public static NetlinkFailure Classify(Errno errno) => errno switch
    {
        Errno.EEXIST => NetlinkFailure.Exists,
        Errno.ESRCH or Errno.ENOENT or Errno.ENODEV or Errno.EADDRNOTAVAIL => NetlinkFailure.Absent,
        Errno.EPERM or Errno.EACCES => NetlinkFailure.NotPermitted,
        Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT or Errno.EAFNOSUPPORT => NetlinkFailure.NotSupported,
        Errno.ENOBUFS => NetlinkFailure.AnswerLost,
        Errno.ETIMEDOUT => NetlinkFailure.NoAnswer,
        Errno.EBADMSG => NetlinkFailure.Malformed,
        _ => NetlinkFailure.Refused,
    };

    private static string? Remedy(NetlinkFailure failure) =>
        failure == NetlinkFailure.NotPermitted ? "it needs CAP_NET_ADMIN in this network namespace, such as root has" : null;

    private static string? Detail(string? kernelText, uint offset, string? remedy)
    {
        string? said = kernelText is null ? null : offset > 0 ? $"the kernel says '{kernelText}' (at octet {offset})" : $"the kernel says '{kernelText}'";
        return said is null ? remedy : remedy is null ? said : $"{said}; {remedy}";
    }
}
