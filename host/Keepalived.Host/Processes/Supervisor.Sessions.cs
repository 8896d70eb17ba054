using Keepalived.Linux.Sockets;
using Keepalived.Plugins;

namespace Keepalived.Host.Processes;

/// <summary>The road of BFD events: a pair of sockets between the BFD process and each other one, made when the later of the two starts.</summary>
internal sealed partial class Supervisor
{
    private void ConnectSessions(Child started)
    {
        if (_children.Find(static child => child is { Role: PluginRoles.Bfd, IsRunning: true }) is not { } bfd)
        {
            return;
        }

        foreach (Child child in _children)
        {
            if (child is { Role: PluginRoles.Vrrp or PluginRoles.Checker, IsRunning: true } && (child == started || started == bfd))
            {
                (LinuxSocket one, LinuxSocket other) = LinuxSocket.OpenPair();
                using (one)
                using (other)
                {
                    bfd.Send(new(ControlKind.Connect, (uint)child.Role), one.Descriptor);
                    child.Send(new(ControlKind.Connect, (uint)bfd.Role), other.Descriptor);
                }
            }
        }
    }
}
