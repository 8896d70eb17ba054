namespace Keepalived.Linux.Netlink;

/// <summary>Names and numbers of linux/netlink.h and linux/socket.h that every netlink family shares.</summary>
internal static class NetlinkAbi
{
    // Address and socket families, options (linux/socket.h, asm-generic/socket.h).
    internal const int AfUnspec = 0;
    internal const int AfInet = 2;
    internal const int AfInet6 = 10;
    internal const int AfNetlink = 16;
    internal const int SockRaw = 3;
    internal const int SockNonblock = 0x800;
    internal const int SockCloexec = 0x80000;
    internal const int SolSocket = 1;
    internal const int SoRcvbuf = 8;
    internal const int SoAttachFilter = 26;
    internal const int SoRcvbufForce = 33;
    internal const int MsgTrunc = 0x20;
    internal const int MsgDontwait = 0x40;
    internal const short PollIn = 1;

    // Socket options of level SOL_NETLINK.
    internal const int SolNetlink = 270;
    internal const int AddMembership = 1;
    internal const int CapAck = 10;
    internal const int ExtAck = 11;
    internal const int GetStrictChk = 12;

    // struct nlmsghdr: u32 len, u16 type, u16 flags, u32 seq, u32 pid.
    internal const int HeaderLength = 16;
    internal const int TypeOffset = 4;
    internal const int FlagsOffset = 6;
    internal const int SequenceOffset = 8;
    internal const int PortOffset = 12;

    // nlmsg_type below NLMSG_MIN_TYPE.
    internal const ushort Noop = 1;
    internal const ushort Error = 2;
    internal const ushort Done = 3;
    internal const ushort Overrun = 4;

    // nlmsg_flags.
    internal const ushort Request = 0x1;
    internal const ushort Multi = 0x2;
    internal const ushort Ack = 0x4;
    internal const ushort DumpInterrupted = 0x10;
    internal const ushort Dump = 0x300;
    internal const ushort Replace = 0x100;
    internal const ushort Excl = 0x200;
    internal const ushort Create = 0x400;
    internal const ushort Append = 0x800;
    internal const ushort Capped = 0x100;
    internal const ushort AckTlvs = 0x200;

    // enum nlmsgerr_attrs.
    internal const ushort ErrorMessage = 1;
    internal const ushort ErrorOffset = 2;

    // struct nlattr: u16 len, u16 type.
    internal const int AttributeHeaderLength = 4;
    internal const ushort Nested = 0x8000;
    internal const ushort AttributeTypeMask = 0x3FFF;

    /// <summary>Rounds up to the alignment of messages and attributes (NLMSG_ALIGNTO and NLA_ALIGNTO).</summary>
    internal static int Align(int length) => (length + 3) & ~3;
}
