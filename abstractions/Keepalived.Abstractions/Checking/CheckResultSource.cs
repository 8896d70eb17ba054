using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Keepalived.Checking;

/// <summary>
/// The result of a probe that something else ends: a connection, a script's end, news of what the checker follows. One source serves all probes of
/// a checker, one after the other, and allocates nothing for any, where the state of an async method is pooled for a few at a time only. Whoever
/// waits goes on inside <see cref="Complete"/>, not in a later turn. For the loop's thread.
/// </summary>
public sealed class CheckResultSource : IValueTaskSource<CheckResult>
{
    private Action<object?>? _continuation;
    private object? _state;
    private CheckResult? _result;
    private Exception? _error;
    private short _token;

    /// <summary>A probe waits for its result.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Begins a wait; what it returns is what <see cref="IChecker.CheckAsync"/> returns.</summary>
    /// <exception cref="InvalidOperationException">A probe waits already.</exception>
    public ValueTask<CheckResult> Wait()
    {
        if (IsWaiting)
        {
            throw new InvalidOperationException("A probe waits for its result already: end it first.");
        }

        IsWaiting = true;
        _result = null;
        _error = null;
        _continuation = null;
        _state = null;
        return new(this, NextToken());
    }

    /// <summary>Ends the wait. Whoever waits goes on inside this call, and may begin the next wait there.</summary>
    /// <exception cref="InvalidOperationException">No probe waits.</exception>
    public void Complete(CheckResult result)
    {
        MustWait();
        _result = result;
        End();
    }

    /// <summary>Ends the wait with an exception, as an async method does that throws: the probe has failed, and a checker that goes on so is retired.</summary>
    /// <exception cref="InvalidOperationException">No probe waits.</exception>
    public void Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        MustWait();
        _error = error;
        End();
    }

    /// <summary>Gives the wait up, if there is one: the checker is disposed, and nobody needs its result.</summary>
    public void Abandon() => IsWaiting = false;

    CheckResult IValueTaskSource<CheckResult>.GetResult(short token)
    {
        MustBe(token);
        if (_error is { } error)
        {
            NextToken();
            ExceptionDispatchInfo.Throw(error);
        }

        CheckResult result = _result ?? throw new InvalidOperationException("The probe is under way: await it.");
        NextToken();
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<CheckResult>.GetStatus(short token)
    {
        MustBe(token);
        return _error is not null ? ValueTaskSourceStatus.Faulted : _result is null ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;
    }

    void IValueTaskSource<CheckResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        MustBe(token);
        if (_result is not null || _error is not null)
        {
            continuation(state);
            return;
        }

        _continuation = continuation;
        _state = state;
    }

    private void End()
    {
        IsWaiting = false;
        Action<object?>? continuation = _continuation;
        object? state = _state;
        _continuation = null;
        _state = null;
        continuation?.Invoke(state);
    }

    private void MustWait()
    {
        if (!IsWaiting)
        {
            throw new InvalidOperationException("No probe waits for a result: ask IsWaiting first.");
        }
    }

    private short NextToken() => _token = unchecked((short)(_token + 1));

    private void MustBe(short token)
    {
        if (token != _token)
        {
            throw new InvalidOperationException("The result of a probe is awaited once.");
        }
    }
}
