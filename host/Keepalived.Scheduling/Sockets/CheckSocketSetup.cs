using System.Net;
using System.Net.Sockets;
using Keepalived.Checking;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;

namespace Keepalived.Scheduling.Sockets;

/// <summary>What all sockets of checks have in common.</summary>
internal static class CheckSocketSetup
{
    /// <summary>
    /// Receives that may complete at once, one after the other, before the loop gets its turn: a peer that never ends must not keep time-outs
    /// and other checks waiting.
    /// </summary>
    public const int MostAtOnce = 16;

    /// <summary>The family of an address.</summary>
    public static SocketFamily FamilyOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? SocketFamily.Internet6 : SocketFamily.Internet;

    /// <summary>Binds and marks a socket as a check wants it.</summary>
    public static Errno Bind(int descriptor, SocketBinding binding)
    {
        Errno error = binding.FirewallMark == 0 ? Errno.None : LinuxSocket.TrySetMark(descriptor, binding.FirewallMark);
        if (error == Errno.None && binding.Interface is { } name)
        {
            error = LinuxSocket.TryBindToInterface(descriptor, name);
        }

        if (error == Errno.None && binding.LocalEndPoint is { } local)
        {
            error = LinuxSocket.TryShareAddress(descriptor);
            error = error == Errno.None ? LinuxSocket.TryBind(descriptor, SocketName.FromEndPoint(local)) : error;
        }

        return error;
    }

    /// <summary>Binds a socket of ICMP, which has no ports.</summary>
    public static Errno BindWithoutPort(int descriptor, SocketBinding binding)
    {
        Errno error = Bind(descriptor, binding with { LocalEndPoint = null });
        return error == Errno.None && binding.LocalEndPoint is { } local
            ? LinuxSocket.TryBind(descriptor, SocketName.FromAddress(local.Address, 0))
            : error;
    }
}
