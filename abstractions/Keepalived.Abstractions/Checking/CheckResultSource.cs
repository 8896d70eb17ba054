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
        _continuation = null;
        _state = null;
        return new(this, NextToken());
    }

    /// <summary>Ends the wait. Whoever waits goes on inside this call, and may begin the next wait there.</summary>
    /// <exception cref="InvalidOperationException">No probe waits.</exception>
    public void Complete(CheckResult result)
    {
        if (!IsWaiting)
        {
            throw new InvalidOperationException("No probe waits for a result: ask IsWaiting first.");
        }

        IsWaiting = false;
        _result = result;
        Action<object?>? continuation = _continuation;
        object? state = _state;
        _continuation = null;
        _state = null;
        continuation?.Invoke(state);
    }

    /// <summary>Gives the wait up, if there is one: the checker is disposed, and nobody needs its result.</summary>
    public void Abandon() => IsWaiting = false;

    CheckResult IValueTaskSource<CheckResult>.GetResult(short token)
    {
        MustBe(token);
        CheckResult result = _result ?? throw new InvalidOperationException("The probe is under way: await it.");
        NextToken();
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<CheckResult>.GetStatus(short token)
    {
        MustBe(token);
        return _result is null ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;
    }

    void IValueTaskSource<CheckResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        MustBe(token);
        if (_result is not null)
        {
            continuation(state);
            return;
        }

        _continuation = continuation;
        _state = state;
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
