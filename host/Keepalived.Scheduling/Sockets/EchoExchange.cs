using System.Net;
using Keepalived.Checking;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;

namespace Keepalived.Scheduling.Sockets;

/// <summary>
/// One echo request and the wait for its reply; used over and over. ICMP datagram sockets do it without a capability, where the group is in
/// net.ipv4.ping_group_range; where it is not, a raw socket does. keepalived widens that range for the whole system while it runs instead.
/// </summary>
internal sealed class EchoExchange
{
    private const int ProtocolIcmp = 1;
    private const int ProtocolIcmp6 = 58;
    private readonly CheckSockets _pool;
    private readonly WatchedDescriptor _descriptor;
    private readonly LoopOperation<TransferResult> _waiting;
    private readonly byte[] _request = new byte[EchoMessage.HeaderLength + EchoMessage.LongestPayload];

    // Room for an IPv4 header with all its options, which a raw socket receives too.
    private readonly byte[] _reply = new byte[60 + EchoMessage.HeaderLength + EchoMessage.LongestPayload];
    private EchoMessage.Question _question;
    private int _length;

    internal EchoExchange(CheckSockets pool, IScheduler scheduler)
    {
        _pool = pool;
        _descriptor = new(scheduler, Ready);
        _waiting = new(scheduler, () => Finish(new(SocketOutcome.TimedOut, 0, 0)));
    }

    internal ValueTask<TransferResult> Begin(IPAddress remote, SocketBinding binding, ReadOnlySpan<byte> payload, MonotonicTime deadline)
    {
        SocketFamily family = CheckSocketSetup.FamilyOf(remote);
        Errno error = Open(family, out bool isRaw);
        error = error == Errno.None ? CheckSocketSetup.BindWithoutPort(_descriptor.Value, binding) : error;
        error = error == Errno.None ? LinuxSocket.TryReceiveErrors(_descriptor.Value, family) : error;
        error = error == Errno.None ? LinuxSocket.TryConnect(_descriptor.Value, SocketName.FromAddress(remote, 0)) : error;
        if (error == Errno.None)
        {
            _question = EchoMessage.NextQuestion(family == SocketFamily.Internet6, isRaw);
            _length = EchoMessage.WriteRequest(_request, payload, in _question);
            error = LinuxSocket.Send(_descriptor.Value, _request.AsSpan(0, _length), out _);
        }

        error = error == Errno.None ? _descriptor.WatchForReading() : error;
        if (error == Errno.None)
        {
            return _waiting.Begin(deadline);
        }

        Abandon();
        _pool.Return(this);
        return new(new TransferResult(StreamConnection.OutcomeOf(error), 0, (int)error));
    }

    /// <summary>Closes the descriptor and nothing else: nobody is told, nothing is used again.</summary>
    internal void Abandon() => _descriptor.Close();

    private Errno Open(SocketFamily family, out bool isRaw)
    {
        int protocol = family == SocketFamily.Internet6 ? ProtocolIcmp6 : ProtocolIcmp;
        isRaw = _pool.UsesRawEcho;
        Errno error = Errno.EACCES;
        if (!isRaw)
        {
            _descriptor.Take(LinuxSocket.TryOpen(family, SocketKind.Datagram, protocol, out error));
        }

        if (error is Errno.EACCES or Errno.EPERM or Errno.EPROTONOSUPPORT)
        {
            isRaw = true;
            _descriptor.Take(LinuxSocket.TryOpen(family, SocketKind.Raw, protocol, out error));
        }

        return error;
    }

    private void Ready(Readiness readiness)
    {
        for (int i = 0; i < CheckSocketSetup.MostAtOnce; i++)
        {
            Errno error = LinuxSocket.Receive(_descriptor.Value, _reply, out int count);
            if (error == Errno.EAGAIN)
            {
                return;
            }

            if (error is not (Errno.None or Errno.EINTR))
            {
                Finish(new(StreamConnection.OutcomeOf(error), 0, (int)error));
                return;
            }

            if (error == Errno.None && EchoMessage.Answers(_reply.AsSpan(0, count), _request.AsSpan(0, _length), in _question))
            {
                Finish(new(SocketOutcome.Completed, _length - EchoMessage.HeaderLength, 0));
                return;
            }
        }
    }

    private void Finish(TransferResult result)
    {
        // Back to the pool only after completing: the continuation may begin the next exchange at once.
        _descriptor.Close();
        _waiting.Complete(result);
        _pool.Return(this);
    }
}
