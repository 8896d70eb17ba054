// linux/filter.h: what a socket filter is made of.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>Operations of socket filters.</summary>
internal static class SocketAbi
{
    /// <summary>BPF_RET | BPF_K: keep a constant number of bytes of the packet.</summary>
    internal const ushort BpfReturn = 0x06;
}

/// <summary>struct sock_filter.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FilterInstruction
{
    internal ushort Code;
    internal byte JumpTrue;
    internal byte JumpFalse;
    internal uint Value;
}

/// <summary>struct sock_fprog.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FilterProgram
{
    internal ushort Length;
    internal FilterInstruction* Instructions;
}
