using System.Net;
using Keepalived.Checking;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;

namespace Keepalived.Scheduling.Sockets;

/// <summary>
/// One TCP connection on the loop, with everything it needs for its next life too: disposing puts it back into the pool. Each transfer
/// is tried at once; only one that cannot go on watches the descriptor.
/// </summary>
internal sealed class StreamConnection : IStreamConnection
{
    private const int Closed = -1;
    private readonly CheckSockets _pool;
    private readonly IScheduler _scheduler;
    private readonly ReadinessHandler _ready;
    private readonly LoopOperation<ConnectResult> _connecting;
    private readonly LoopOperation<TransferResult> _receiving;
    private readonly LoopOperation<TransferResult> _sending;
    private DescriptorWatch? _watch;
    private bool _isWatched;
    private int _descriptor = Closed;
    private Memory<byte> _receiveBuffer;
    private ReadOnlyMemory<byte> _sendBuffer;
    private int _sent;
    private int _eager;
    private bool _hasJustSent;

    internal StreamConnection(CheckSockets pool, IScheduler scheduler)
    {
        _pool = pool;
        _scheduler = scheduler;
        _ready = Ready;
        _connecting = new LoopOperation<ConnectResult>(scheduler, () => ConnectFailed(SocketOutcome.TimedOut, Errno.ETIMEDOUT));
        _receiving = new LoopOperation<TransferResult>(scheduler, () => _receiving!.Complete(new(SocketOutcome.TimedOut, 0, 0)));
        _sending = new LoopOperation<TransferResult>(scheduler, () => _sending!.Complete(new(SocketOutcome.TimedOut, _sent, 0)));
    }

    /// <inheritdoc/>
    public bool ResetOnClose { get; set; }

    internal ValueTask<ConnectResult> Connect(IPEndPoint remote, SocketBinding binding, MonotonicTime deadline)
    {
        ResetOnClose = false;
        _eager = 0;
        _hasJustSent = false;
        _descriptor = LinuxSocket.OpenStream(CheckSocketSetup.FamilyOf(remote.Address), out Errno error);
        if (error == Errno.None)
        {
            error = CheckSocketSetup.Bind(_descriptor, binding);
        }

        if (error == Errno.None)
        {
            error = LinuxSocket.TryConnect(_descriptor, SocketName.FromEndPoint(remote));
        }

        switch (error)
        {
            case Errno.None:
                return new(new ConnectResult(SocketOutcome.Completed, this, 0));
            case Errno.EINPROGRESS:
                error = Want(Readiness.Write);
                if (error == Errno.None)
                {
                    return _connecting.Begin(deadline);
                }

                break;
        }

        Close();
        return new(new ConnectResult(OutcomeOf(error), null, (int)error));
    }

    /// <inheritdoc/>
    public ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline)
    {
        CheckUsable(_receiving.IsPending);
        _receiveBuffer = buffer;

        // The answer to what was sent a moment ago is not here yet: asking would be a system call for nothing.
        bool isWorthATry = !_hasJustSent && _eager < CheckSocketSetup.MostAtOnce;
        _hasJustSent = false;
        if (isWorthATry && TryReceive(out TransferResult result))
        {
            _eager++;
            return new(result);
        }

        Errno error = Want(Readiness.Read);
        return error == Errno.None ? _receiving.Begin(deadline) : new(Failure(error, 0));
    }

    /// <inheritdoc/>
    public ValueTask<TransferResult> SendAsync(ReadOnlyMemory<byte> buffer, MonotonicTime deadline)
    {
        CheckUsable(_sending.IsPending);
        _sendBuffer = buffer;
        _sent = 0;
        if (TrySend(out TransferResult result))
        {
            _hasJustSent = true;
            return new(result);
        }

        Errno error = Want(Readiness.Write);
        return error == Errno.None ? _sending.Begin(deadline) : new(Failure(error, _sent));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_descriptor == Closed)
        {
            return;
        }

        if (ResetOnClose)
        {
            _ = LinuxSocket.TrySetResetOnClose(_descriptor, true);
        }

        CloseDescriptor();
        _connecting.Complete(new ConnectResult(SocketOutcome.Failed, null, (int)Errno.ECANCELED));
        _receiving.Complete(Failure(Errno.ECANCELED, 0));
        _sending.Complete(Failure(Errno.ECANCELED, _sent));
        _pool.Return(this);
    }

    /// <summary>Closes the descriptor and nothing else: nobody is told, nothing is used again.</summary>
    internal void Abandon() => CloseDescriptor();

    internal static SocketOutcome OutcomeOf(Errno error) => error switch
    {
        Errno.None => SocketOutcome.Completed,
        Errno.ECONNREFUSED => SocketOutcome.Refused,
        Errno.ETIMEDOUT => SocketOutcome.TimedOut,
        Errno.ECONNRESET or Errno.EPIPE => SocketOutcome.Reset,
        Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.ENETDOWN or Errno.EHOSTDOWN or Errno.EADDRNOTAVAIL or Errno.ENODEV =>
            SocketOutcome.Unreachable,
        _ => SocketOutcome.Failed,
    };

    private Readiness Wanted => (_receiving.IsPending ? Readiness.Read : Readiness.None)
        | (_sending.IsPending || _connecting.IsPending ? Readiness.Write : Readiness.None);

    private static TransferResult Failure(Errno error, int count) => new(OutcomeOf(error), count, (int)error);

    private void Ready(Readiness readiness)
    {
        const Readiness Ended = Readiness.Error | Readiness.HangUp;
        if (_connecting.IsPending)
        {
            FinishConnect((readiness & Ended) != 0);
            return;
        }

        _eager = 0;

        // Each completion may run the checker on to its next operation, to the end of the connection or even to its next life: look
        // again every time.
        if (_receiving.IsPending && (readiness & (Readiness.Read | Ended)) != 0)
        {
            if (TryReceive(out TransferResult result))
            {
                _receiving.Complete(result);
            }
        }

        if (_sending.IsPending && (readiness & (Readiness.Write | Ended)) != 0)
        {
            if (TrySend(out TransferResult result))
            {
                _sending.Complete(result);
            }
        }

        if (_isWatched)
        {
            WatchOnlyWhatIsWanted();
        }
    }

    /// <summary>Level-triggered readiness that nobody waits for would spin; errors and hang-ups cannot even be masked.</summary>
    private void WatchOnlyWhatIsWanted()
    {
        Readiness wanted = Wanted;
        if (wanted == Readiness.None)
        {
            StopWatching();
        }
        else
        {
            _watch!.Interest = wanted;
        }
    }

    /// <summary>The kernel has decided. Where it reports neither an error nor a hang-up there is no error to ask for (tcp_poll).</summary>
    private void FinishConnect(bool hasEnded)
    {
        Errno error = hasEnded ? LinuxSocket.TakeError(_descriptor) : Errno.None;
        if (error != Errno.None)
        {
            ConnectFailed(OutcomeOf(error), error);
            return;
        }

        // Still watched: whoever goes on to wait for an answer only changes what for.
        _connecting.Complete(new ConnectResult(SocketOutcome.Completed, this, 0));
        if (_isWatched)
        {
            WatchOnlyWhatIsWanted();
        }
    }

    private void ConnectFailed(SocketOutcome outcome, Errno error)
    {
        // Back to the pool only after completing: the continuation may open the next connection at once.
        CloseDescriptor();
        _connecting.Complete(new ConnectResult(outcome, null, (int)error));
        _pool.Return(this);
    }

    private bool TryReceive(out TransferResult result)
    {
        Errno error;
        int count;
        do
        {
            error = LinuxSocket.Receive(_descriptor, _receiveBuffer.Span, out count);
        }
        while (error == Errno.EINTR);

        bool isEnd = error == Errno.None && count == 0 && !_receiveBuffer.IsEmpty;
        result = isEnd ? new TransferResult(SocketOutcome.EndOfStream, 0, 0) : Failure(error, count);
        return error != Errno.EAGAIN;
    }

    private bool TrySend(out TransferResult result)
    {
        Errno error = Errno.None;
        while (_sent < _sendBuffer.Length && error is Errno.None or Errno.EINTR)
        {
            error = LinuxSocket.Send(_descriptor, _sendBuffer.Span[_sent..], out int count);
            _sent += count;
        }

        result = Failure(error, _sent);
        return error != Errno.EAGAIN;
    }

    private Errno Want(Readiness readiness)
    {
        try
        {
            if (_watch is null)
            {
                _watch = (DescriptorWatch)_scheduler.Watch(_descriptor, readiness, _ready);
            }
            else if (!_isWatched)
            {
                _watch.Begin(_descriptor, readiness);
            }
            else
            {
                _watch.Interest = Wanted | readiness;
            }

            _isWatched = true;
            return Errno.None;
        }
        catch (IOException error)
        {
            return (error.InnerException as LinuxException)?.Errno ?? Errno.EIO;
        }
    }

    private void StopWatching()
    {
        if (_isWatched)
        {
            _watch!.Dispose();
            _isWatched = false;
        }
    }

    private void Close()
    {
        CloseDescriptor();
        _pool.Return(this);
    }

    private void CloseDescriptor()
    {
        if (_descriptor != Closed)
        {
            if (_isWatched)
            {
                _watch!.EndByClosing();
                _isWatched = false;
            }

            FileDescriptors.Close(_descriptor);
            _descriptor = Closed;
            _receiveBuffer = default;
            _sendBuffer = default;
        }
    }

    private void CheckUsable(bool isBusy)
    {
        ObjectDisposedException.ThrowIf(_descriptor == Closed, this);
        if (isBusy)
        {
            throw new InvalidOperationException("One receive and one send may be under way at a time.");
        }
    }
}
