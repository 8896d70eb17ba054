using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink.Generic;

/// <summary>Names and numbers of linux/genetlink.h.</summary>
internal static class GenericAbi
{
    // The controller: the one family with a fixed number.
    internal const ushort ControllerId = 16;
    internal const byte ControllerVersion = 2;
    internal const byte CommandGetFamily = 3;

    // enum CTRL_ATTR_.
    internal const ushort AttrFamilyId = 1;
    internal const ushort AttrFamilyName = 2;
    internal const ushort AttrVersion = 3;

    internal const int HeaderLength = 4;

    /// <summary>struct genlmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        internal byte Command;
        internal byte Version;
        internal ushort Reserved;
    }
}
