using Keepalived.Bfd.Protocol;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling;

namespace Keepalived.Bfd.Network;

/// <summary>
/// The sockets of the BFD process: one that hears for each family and port, opened with the first session that needs it, and one of each session
/// that sends.
/// </summary>
internal sealed class KernelBfdNetwork(IScheduler scheduler, Random random) : IBfdNetwork
{
    /// <summary>RFC 5881 section 4.</summary>
    public const int SingleHopPort = 3784;

    /// <summary>RFC 5883 section 5.</summary>
    public const int MultihopPort = 4784;

    private readonly ListeningSocket?[] _listening = new ListeningSocket?[4];
    private EchoSockets? _echo;
    private IBfdDatagramHandler? _handler;

    public IBfdDatagramHandler? Handler
    {
        set => _handler = value;
    }

    /// <inheritdoc/>
    public IBfdPath? Open(BfdSessionSettings settings, out string? trouble)
    {
        try
        {
            Listen(KernelBfdPath.FamilyOf(settings.Neighbor), settings.IsMultihop);
            trouble = null;
            EchoPath? echo = settings.UsesEcho ? (_echo ??= new(scheduler, _handler!)).Open(settings) : null;
            return KernelBfdPath.Open(settings, settings.IsMultihop ? MultihopPort : SingleHopPort, random, echo);
        }
        catch (LinuxException exception)
        {
            trouble = exception.Message;
            return null;
        }
    }

    public void Dispose()
    {
        foreach (ListeningSocket? socket in _listening)
        {
            socket?.Dispose();
        }

        Array.Clear(_listening);
        _echo?.Dispose();
        _echo = null;
    }

    private void Listen(SocketFamily family, bool isMultihop)
    {
        int index = (family == SocketFamily.Internet6 ? 2 : 0) + (isMultihop ? 1 : 0);
        _listening[index] ??= new(scheduler, family, isMultihop, _handler!);
    }
}
