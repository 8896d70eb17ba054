using System.Net;
using Keepalived.Checking;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;

namespace Keepalived.Scheduling.Sockets;

/// <summary>One UDP socket on the loop; disposing puts it back into the pool.</summary>
internal sealed class DatagramSocket : IDatagramSocket
{
    private readonly CheckSockets _pool;
    private readonly WatchedDescriptor _descriptor;
    private readonly LoopOperation<TransferResult> _receiving;
    private Memory<byte> _buffer;
    private int _eager;

    internal DatagramSocket(CheckSockets pool, IScheduler scheduler)
    {
        _pool = pool;
        _descriptor = new(scheduler, Ready);
        _receiving = new(scheduler, () => Finish(new(SocketOutcome.TimedOut, 0, 0)));
    }

    /// <inheritdoc/>
    public TransferResult Send(ReadOnlyMemory<byte> datagram)
    {
        CheckUsable();
        Errno error;
        int count;
        do
        {
            error = LinuxSocket.Send(_descriptor.Value, datagram.Span, out count);
        }
        while (error == Errno.EINTR);

        return Result(error, count);
    }

    /// <inheritdoc/>
    public ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline)
    {
        CheckUsable();
        if (_receiving.IsPending)
        {
            throw new InvalidOperationException("One receive may be under way at a time.");
        }

        _buffer = buffer;
        if (_eager < CheckSocketSetup.MostAtOnce && TryReceive(out TransferResult result))
        {
            _eager++;
            return new(result);
        }

        Errno error = _descriptor.WatchForReading();
        return error == Errno.None ? _receiving.Begin(deadline) : new(Result(error, 0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_descriptor.IsOpen)
        {
            Abandon();
            _receiving.Complete(Result(Errno.ECANCELED, 0));
            _pool.Return(this);
        }
    }

    internal DatagramResult Open(IPEndPoint remote, SocketBinding binding)
    {
        _eager = 0;
        SocketFamily family = CheckSocketSetup.FamilyOf(remote.Address);
        _descriptor.Take(LinuxSocket.TryOpen(family, SocketKind.Datagram, 0, out Errno error));
        error = error == Errno.None ? CheckSocketSetup.Bind(_descriptor.Value, binding) : error;
        error = error == Errno.None ? LinuxSocket.TryReceiveErrors(_descriptor.Value, family) : error;
        error = error == Errno.None ? LinuxSocket.TryConnect(_descriptor.Value, SocketName.FromEndPoint(remote)) : error;
        if (error == Errno.None)
        {
            return new(SocketOutcome.Completed, this, 0);
        }

        Abandon();
        _pool.Return(this);
        return new(StreamConnection.OutcomeOf(error), null, (int)error);
    }

    /// <summary>Closes the descriptor and nothing else: nobody is told, nothing is used again.</summary>
    internal void Abandon()
    {
        _descriptor.Close();
        _buffer = default;
    }

    private void Ready(Readiness readiness)
    {
        _eager = 0;
        if (TryReceive(out TransferResult result))
        {
            Finish(result);
        }
    }

    private void Finish(TransferResult result)
    {
        _descriptor.StopWatching();
        _receiving.Complete(result);
    }

    private bool TryReceive(out TransferResult result)
    {
        Errno error;
        int count;
        do
        {
            error = LinuxSocket.Receive(_descriptor.Value, _buffer.Span, out count);
        }
        while (error == Errno.EINTR);

        result = Result(error, count);
        return error != Errno.EAGAIN;
    }

    private static TransferResult Result(Errno error, int count) => new(StreamConnection.OutcomeOf(error), count, (int)error);

    private void CheckUsable() => ObjectDisposedException.ThrowIf(!_descriptor.IsOpen, this);
}
