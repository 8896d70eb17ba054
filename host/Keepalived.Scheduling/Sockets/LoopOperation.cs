using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Keepalived.Scheduling.Sockets;

/// <summary>
/// One awaitable operation with a deadline, used over and over. The awaiter resumes inline on the loop, in the very callback that
/// completed the operation: no thread, no post, nothing allocated. Each use has a token of its own, so an awaiter that comes too late,
/// or twice, gets an exception instead of another operation's result.
/// </summary>
internal sealed class LoopOperation<T> : IValueTaskSource<T>
{
    private readonly ILoopTimer _timer;
    private Action<object?>? _continuation;
    private object? _state;
    private T _result = default!;
    private short _token;
    private bool _isCompleted;

    internal LoopOperation(IScheduler scheduler, Action timedOut)
    {
        _timer = scheduler.CreateTimer(_ => timedOut());
    }

    /// <summary>True between <see cref="Begin"/> and <see cref="Complete"/>.</summary>
    internal bool IsPending { get; private set; }

    internal ValueTask<T> Begin(MonotonicTime deadline)
    {
        Debug.Assert(!IsPending, "one operation of a kind at a time");
        _token = unchecked((short)(_token + 1));
        _continuation = null;
        _state = null;
        _isCompleted = false;
        IsPending = true;
        _timer.Arm(deadline);
        return new ValueTask<T>(this, _token);
    }

    internal void Complete(T result)
    {
        if (!IsPending)
        {
            return;
        }

        IsPending = false;
        _isCompleted = true;
        _result = result;
        _timer.Disarm();
        Action<object?>? continuation = _continuation;
        object? state = _state;
        _continuation = null;
        _state = null;
        continuation?.Invoke(state);
    }

    public T GetResult(short token)
    {
        CheckToken(token);
        if (!_isCompleted)
        {
            throw new InvalidOperationException("The operation is under way: await it.");
        }

        _token = unchecked((short)(_token + 1));
        T result = _result;
        _result = default!;
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        CheckToken(token);
        return _isCompleted ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        CheckToken(token);
        if (_isCompleted)
        {
            continuation(state);
            return;
        }

        if (_continuation is not null)
        {
            throw new InvalidOperationException("The operation is awaited already.");
        }

        _continuation = continuation;
        _state = state;
    }

    private void CheckToken(short token)
    {
        if (token != _token)
        {
            throw new InvalidOperationException("The operation has been awaited before: a ValueTask is awaited once.");
        }
    }
}
