using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>One connection to a scripted server.</summary>
internal sealed class ScriptedConnection : IStreamConnection
{
    private const int ConnectionReset = 104; // ECONNRESET
    private const int Cancelled = 125; // ECANCELED
    private readonly IScheduler _scheduler;
    private readonly IReadOnlyList<ScriptedStep> _steps;
    private readonly Action _closed;
    private readonly ILoopTimer _stepTimer;
    private readonly Queue<byte> _toClient = [];
    private readonly List<byte> _fromClient = [];
    private PendingTransfer? _receive;
    private PendingTransfer? _send;
    private Memory<byte> _receiveBuffer;
    private int _step;
    private int _awaitedFrom;
    private bool _isEnded;
    private bool _isReset;
    private bool _isStuck;
    private bool _isDisposed;

    internal ScriptedConnection(IScheduler scheduler, ScriptedConversation conversation, Action closed)
    {
        _scheduler = scheduler;
        _steps = conversation.Steps;
        _closed = closed;
        _stepTimer = scheduler.CreateTimer(_ => RunStep());
        Proceed();
    }

    public bool ResetOnClose { get; set; }

    internal byte[] Received => [.. _fromClient];

    internal bool? ClosedWithReset { get; private set; }

    public ValueTask<TransferResult> ReceiveAsync(Memory<byte> buffer, MonotonicTime deadline)
    {
        Check(_receive);
        _receiveBuffer = buffer;
        if (TryReceive() is { } result)
        {
            return new(result);
        }

        _receive = new PendingTransfer(_scheduler, deadline, () => _receive = null);
        return new(_receive.Task);
    }

    public ValueTask<TransferResult> SendAsync(ReadOnlyMemory<byte> buffer, MonotonicTime deadline)
    {
        Check(_send);
        if (_isReset)
        {
            return new(new TransferResult(SocketOutcome.Reset, 0, ConnectionReset));
        }

        if (_isStuck)
        {
            _send = new PendingTransfer(_scheduler, deadline, () => _send = null);
            return new(_send.Task);
        }

        _fromClient.AddRange(buffer.Span);
        if (_step < _steps.Count && _steps[_step].Kind == ScriptedStepKind.Await && !_stepTimer.IsArmed)
        {
            Proceed();
        }

        return new(new TransferResult(SocketOutcome.Completed, buffer.Length, 0));
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        ClosedWithReset = ResetOnClose;
        _stepTimer.Dispose();
        _closed();
        Finish(ref _receive, new TransferResult(SocketOutcome.Failed, 0, Cancelled));
        Finish(ref _send, new TransferResult(SocketOutcome.Failed, 0, Cancelled));
    }

    private static void Finish(ref PendingTransfer? pending, TransferResult result)
    {
        PendingTransfer? transfer = pending;
        pending = null;
        transfer?.Finish(result);
    }

    /// <summary>Arms the next step, unless it waits for the client.</summary>
    private void Proceed()
    {
        while (_step < _steps.Count && _steps[_step].Kind == ScriptedStepKind.Await)
        {
            int found = _fromClient.ToArray().AsSpan(_awaitedFrom).IndexOf(_steps[_step].Bytes);
            if (found < 0)
            {
                return;
            }

            _awaitedFrom += found + _steps[_step].Bytes.Length;
            _step++;
        }

        if (_step < _steps.Count)
        {
            _stepTimer.Arm(_scheduler.Now + _steps[_step].After);
        }
    }

    private void RunStep()
    {
        ScriptedStep step = _steps[_step++];
        switch (step.Kind)
        {
            case ScriptedStepKind.Send:
                foreach (byte value in step.Reply?.Invoke(Received) ?? step.Bytes)
                {
                    _toClient.Enqueue(value);
                }

                break;
            case ScriptedStepKind.Close:
                _isEnded = true;
                break;
            case ScriptedStepKind.Reset:
                _isReset = true;
                Finish(ref _send, new TransferResult(SocketOutcome.Reset, 0, ConnectionReset));
                break;
            default:
                _isStuck = true;
                break;
        }

        if (_receive is not null && TryReceive() is { } result)
        {
            Finish(ref _receive, result);
        }

        if (!_isDisposed)
        {
            Proceed();
        }
    }

    private TransferResult? TryReceive()
    {
        if (_isReset)
        {
            return new TransferResult(SocketOutcome.Reset, 0, ConnectionReset); // what was not read yet is lost, as it is in a kernel
        }

        if (_toClient.Count == 0)
        {
            return _isEnded ? new TransferResult(SocketOutcome.EndOfStream, 0, 0) : null;
        }

        int count = Math.Min(_toClient.Count, _receiveBuffer.Length);
        for (int i = 0; i < count; i++)
        {
            _receiveBuffer.Span[i] = _toClient.Dequeue();
        }

        return new TransferResult(SocketOutcome.Completed, count, 0);
    }

    private void Check(PendingTransfer? pending)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (pending is not null)
        {
            throw new InvalidOperationException("One receive and one send may be under way at a time.");
        }
    }

    private sealed class PendingTransfer
    {
        private readonly TaskCompletionSource<TransferResult> _result = new();
        private readonly ILoopTimer _timer;

        internal PendingTransfer(IScheduler scheduler, MonotonicTime deadline, Action timedOut)
        {
            _timer = scheduler.CreateTimer(_ =>
            {
                timedOut();
                Finish(new TransferResult(SocketOutcome.TimedOut, 0, 0));
            });
            _timer.Arm(deadline);
        }

        internal Task<TransferResult> Task => _result.Task;

        internal void Finish(TransferResult result)
        {
            _timer.Dispose();
            _result.SetResult(result);
        }
    }
}
