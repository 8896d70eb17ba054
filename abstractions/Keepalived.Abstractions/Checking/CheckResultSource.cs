using System.Threading.Tasks.Sources;

namespace Keepalived.Checking;

/// <summary>
/// The result of a probe that somebody else ends: a script's end, news of what the checker follows. One source serves all probes of a checker, one
/// after the other, and allocates nothing for any. For the loop's thread.
/// </summary>
public sealed class CheckResultSource : IValueTaskSource<CheckResult>
{
    private ManualResetValueTaskSourceCore<CheckResult> _core;

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

        _core.Reset();
        IsWaiting = true;
        return new(this, _core.Version);
    }

    /// <summary>Ends the wait. Whoever waits goes on inside this call.</summary>
    /// <exception cref="InvalidOperationException">No probe waits.</exception>
    public void Complete(CheckResult result)
    {
        if (!IsWaiting)
        {
            throw new InvalidOperationException("No probe waits for a result: ask IsWaiting first.");
        }

        IsWaiting = false;
        _core.SetResult(result);
    }

    /// <summary>Gives the wait up, if there is one: the checker is disposed, and nobody needs its result.</summary>
    public void Abandon() => IsWaiting = false;

    CheckResult IValueTaskSource<CheckResult>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<CheckResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<CheckResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
