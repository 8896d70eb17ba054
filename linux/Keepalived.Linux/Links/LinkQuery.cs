using System.Runtime.InteropServices;

namespace Keepalived.Linux.Links;

/// <summary>A way to ask a driver whether its interface has a link.</summary>
public enum LinkQueryMethod
{
    /// <summary>The status register of the transceiver (SIOCGMIIREG, IEEE 802.3 clause 22 register 1).</summary>
    Mii,

    /// <summary>ETHTOOL_GLINK of linux/ethtool.h.</summary>
    Ethtool,

    /// <summary>The interface flag RUNNING (SIOCGIFFLAGS).</summary>
    Flags,
}

/// <summary>
/// Asks drivers for the state of a link by ioctl, for those that do not tell the kernel when it changes. Headers: linux/sockios.h,
/// linux/mii.h, linux/ethtool.h, linux/if.h.
/// </summary>
public sealed unsafe partial class LinkQuery : LinuxDescriptor
{
    private const int AddressFamilyInet = 2;
    private const int SockDatagram = 2;
    private const int SockCloexec = 0x80000;
    private const nuint GetFlags = 0x8913;
    private const nuint EthtoolCall = 0x8946;
    private const nuint GetMiiPhy = 0x8947;
    private const nuint GetMiiRegister = 0x8948;
    private const uint EthtoolGetLink = 0x0A;
    private const ushort BasicStatus = 1;
    private const ushort LinkStatus = 0x0004;
    private const short Running = 0x40;

    private LinkQuery(int descriptor)
        : base(descriptor)
    {
    }

    /// <summary>Opens the socket that the questions go through, in the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">No socket.</exception>
    public static LinkQuery Open()
    {
        int fd = Socket(AddressFamilyInet, SockDatagram | SockCloexec, 0);
        if (fd < 0)
        {
            LinuxException.ThrowLast("open a socket for questions about links");
        }

        return new LinkQuery(fd);
    }

    /// <summary>Asks once. Some drivers read a register of the hardware for it: tens of microseconds.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="method">How.</param>
    /// <param name="isUp">Whether it has a link; false when the question fails.</param>
    /// <returns><see cref="Errno.None"/>; EOPNOTSUPP where the driver does not know this question; ENODEV without such an interface.</returns>
    public Errno TryAsk(KernelName name, LinkQueryMethod method, out bool isUp)
    {
        isUp = false;
        var request = default(Request);
        name.Write(new Span<byte>(request.Name, Request.NameLength));
        return method switch
        {
            LinkQueryMethod.Mii => AskMii(ref request, out isUp),
            LinkQueryMethod.Ethtool => AskEthtool(ref request, out isUp),
            _ => AskFlags(ref request, out isUp),
        };
    }

    private Errno AskMii(ref Request request, out bool isUp)
    {
        isUp = false;
        Errno errno = Call(GetMiiPhy, ref request);
        if (errno != Errno.None)
        {
            return errno;
        }

        // The bit stays low after a loss until it has been read, so the second reading is the present state.
        for (int i = 0; i < 2; i++)
        {
            request.Mii.Register = BasicStatus;
            errno = Call(GetMiiRegister, ref request);
            if (errno != Errno.None)
            {
                return errno;
            }
        }

        isUp = (request.Mii.Value & LinkStatus) != 0;
        return Errno.None;
    }

    private Errno AskEthtool(ref Request request, out bool isUp)
    {
        EthtoolValue value = new() { Command = EthtoolGetLink };
        request.Data = &value;
        Errno errno = Call(EthtoolCall, ref request);
        isUp = errno == Errno.None && value.Value != 0;
        return errno;
    }

    private Errno AskFlags(ref Request request, out bool isUp)
    {
        Errno errno = Call(GetFlags, ref request);
        isUp = errno == Errno.None && (request.Flags & Running) != 0;
        return errno;
    }

    private Errno Call(nuint number, ref Request request) => Ioctl(Descriptor, number, ref request) < 0 ? LibC.LastErrno : Errno.None;

    /// <summary>struct ifreq of linux/if.h.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct Request
    {
        internal const int NameLength = 16;

        [FieldOffset(0)]
        internal fixed byte Name[NameLength];

        [FieldOffset(NameLength)]
        internal short Flags;

        [FieldOffset(NameLength)]
        internal void* Data;

        [FieldOffset(NameLength)]
        internal MiiData Mii;
    }

    /// <summary>struct mii_ioctl_data of linux/mii.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MiiData
    {
        internal ushort Phy;
        internal ushort Register;
        internal ushort ValueIn;
        internal ushort Value;
    }

    /// <summary>struct ethtool_value of linux/ethtool.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct EthtoolValue
    {
        internal uint Command;
        internal uint Value;
    }

    [LibraryImport(LibC.Name, EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport(LibC.Name, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int fd, nuint number, ref Request request);
}
