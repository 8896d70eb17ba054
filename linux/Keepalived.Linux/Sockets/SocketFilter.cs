// linux/filter.h: what a socket filter is made of.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>Operations of socket filters.</summary>
internal static class SocketAbi
{
    /// <summary>BPF_RET | BPF_K: keep a constant number of bytes of the packet.</summary>
    internal const ushort BpfReturn = 0x06;

    /// <summary>BPF_LD | BPF_H | BPF_IND: at the index register.</summary>
    internal const ushort BpfLoadHalfIndexed = 0x48;

    /// <summary>BPF_LDX | BPF_B | BPF_MSH: the length of an IPv4 header into the index register.</summary>
    internal const ushort BpfLoadHeaderLength = 0xB1;

    /// <summary>BPF_JMP | BPF_JSET | BPF_K.</summary>
    internal const ushort BpfJumpSet = 0x45;

    /// <summary>BPF_LD | BPF_W | BPF_ABS: load 32 bits in network byte order.</summary>
    internal const ushort BpfLoadWord = 0x20;

    /// <summary>BPF_LD | BPF_H | BPF_ABS: load 16 bits in network byte order.</summary>
    internal const ushort BpfLoadHalf = 0x28;

    /// <summary>BPF_LD | BPF_B | BPF_ABS: load an octet.</summary>
    internal const ushort BpfLoadByte = 0x30;

    /// <summary>BPF_JMP | BPF_JEQ | BPF_K: go on in one of two places.</summary>
    internal const ushort BpfJumpIfEqual = 0x15;
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
