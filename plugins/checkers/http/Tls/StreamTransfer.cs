using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Checkers.Http.Tls;

/// <summary>
/// One direction of a connection under TLS, used over and over. Whoever asks, and from whatever thread, the transfer is made on the loop; its
/// continuation runs there too, without a synchronization context, so that the framework goes on in place instead of on another thread.
/// </summary>
internal sealed class StreamTransfer : IValueTaskSource<int>, IValueTaskSource
{
    private readonly IStreamConnection _connection;
    private readonly IScheduler _scheduler;
    private readonly Action _start;
    private readonly Action _finish;
    private ManualResetValueTaskSourceCore<int> _source;
    private ValueTaskAwaiter<TransferResult> _transfer;
    private Memory<byte> _room;
    private ReadOnlyMemory<byte> _bytes;
    private MonotonicTime _deadline;
    private bool _isSend;

    public StreamTransfer(IStreamConnection connection, IScheduler scheduler)
    {
        _connection = connection;
        _scheduler = scheduler;
        _start = Start;
        _finish = Finish;
    }

    /// <summary>Receives some octets; 0 at the end of the stream.</summary>
    public ValueTask<int> Receive(Memory<byte> room, MonotonicTime deadline)
    {
        _isSend = false;
        _room = room;
        return new(this, Begin(deadline));
    }

    /// <summary>Sends everything.</summary>
    public ValueTask Send(ReadOnlyMemory<byte> bytes, MonotonicTime deadline)
    {
        _isSend = true;
        _bytes = bytes;
        return new(this, Begin(deadline));
    }

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private short Begin(MonotonicTime deadline)
    {
        _source.Reset();
        short version = _source.Version;
        _deadline = deadline;
        if (_scheduler.IsLoopThread)
        {
            Start();
        }
        else
        {
            _scheduler.Post(_start);
        }

        return version;
    }

    private void Start()
    {
        // The awaiter is kept instead of awaited, so that its continuation is ours to run. It is consumed once, in Finish.
#pragma warning disable CA2012
        ValueTask<TransferResult> transfer = _isSend ? _connection.SendAsync(_bytes, _deadline) : _connection.ReceiveAsync(_room, _deadline);
        _transfer = transfer.GetAwaiter();
#pragma warning restore CA2012
        if (_transfer.IsCompleted)
        {
            Finish();
        }
        else
        {
            _transfer.UnsafeOnCompleted(_finish);
        }
    }

    private void Finish()
    {
        TransferResult result = _transfer.GetResult();
        _transfer = default;
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            switch (result.Outcome)
            {
                case SocketOutcome.Completed: _source.SetResult(result.Count); break;
                case SocketOutcome.EndOfStream: _source.SetResult(0); break;
                default: _source.SetException(new TransferFailedException(in result)); break;
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
