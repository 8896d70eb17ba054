using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>One socket that talks with a scripted server of datagrams.</summary>
internal sealed class ScriptedDatagramSocket(IScheduler scheduler, ScriptedDatagramServer server, Action closed) : IDatagramSocket
{
    private const int Cancelled = 125; // ECANCELED
    private readonly Queue<(SocketOutcome Outcome, int Errno, byte[] Datagram)> _arrived = [];
    private readonly List<ILoopTimer> _timers = [];
    private TaskCompletionSource<TransferResult>? _receive;
    private Memory<byte> _buffer;
    private bool _isDisposed;

    public TransferResult Send(ReadOnlyMemory<byte> datagram)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        byte[] sent = datagram.ToArray();
        foreach (ScriptedDatagramAnswer answer in server.Take(sent))
        {
            ILoopTimer timer = scheduler.CreateTimer(_ => Arrive(answer, sent));
            _timers.Add(timer);
            timer.Arm(scheduler.Now + answer.After);
        }

        return new(SocketOutcome.Completed, sent.Length, 0);
    }

    public async ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_receive is not null)
        {
            throw new InvalidOperationException("One receive may be under way at a time.");
        }

        _buffer = buffer;
        if (_arrived.Count > 0)
        {
            return Take();
        }

        var receive = new TaskCompletionSource<TransferResult>();
        _receive = receive;
        using ILoopTimer timer = scheduler.CreateTimer(_ => Finish(new(SocketOutcome.TimedOut, 0, 0)));
        timer.Arm(deadline);
        return await receive.Task;
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _timers.ForEach(timer => timer.Dispose());
        Finish(new(SocketOutcome.Failed, 0, Cancelled));
        closed();
    }

    private void Arrive(ScriptedDatagramAnswer answer, byte[] sent)
    {
        _arrived.Enqueue((answer.Outcome, answer.Errno, answer.Answer?.Invoke(sent) ?? []));
        if (_receive is not null)
        {
            Finish(Take());
        }
    }

    private TransferResult Take()
    {
        (SocketOutcome outcome, int errno, byte[] datagram) = _arrived.Dequeue();
        int count = Math.Min(datagram.Length, _buffer.Length);
        datagram.AsSpan(0, count).CopyTo(_buffer.Span);
        return new(outcome, count, errno);
    }

    private void Finish(TransferResult result)
    {
        TaskCompletionSource<TransferResult>? receive = _receive;
        _receive = null;
        receive?.SetResult(result);
    }
}
