using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tcp;

/// <summary>A <c>TCP_CHECK</c> as configured.</summary>
/// <param name="Options">The common options.</param>
internal sealed record TcpCheckDefinition(CheckOptions Options) : CheckerDefinition("TCP_CHECK", Options)
{
    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => result.IsUp ? "TCP CHECK succeed on service" : "TCP CHECK failed on service";

    /// <inheritdoc/>
    public override bool MayBeShared => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new TcpChecker();
}

/// <summary>
/// Connects and closes with a reset: the server's accept queue is not left with a connection that lingers, and no TIME_WAIT
/// collects here.
/// <para>
/// Written without async: thousands of these are under way at once, and the state of an async method is pooled for a few only (one per thread and
/// processor), so that each of the others would be an allocation. This object is what a probe awaits, again and again.
/// </para>
/// </summary>
internal sealed class TcpChecker : IChecker, IValueTaskSource<CheckResult>
{
    private readonly Action _connected;
    private SocketBinding? _binding;
    private ValueTaskAwaiter<ConnectResult> _connecting;
    private Action<object?>? _continuation;
    private object? _state;
    private CheckResult? _result;
    private short _token;

    /// <summary>Creates the checker of one server.</summary>
    public TcpChecker() => _connected = Connected;

    /// <inheritdoc/>
    public ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _binding ??= SocketBinding.For(context.Options);
#pragma warning disable CA2012 // consumed once, here or in Connected
        _connecting = context.Sockets.ConnectAsync(context.Target.EndPoint, _binding, context.Deadline).GetAwaiter();
#pragma warning restore CA2012
        if (_connecting.IsCompleted)
        {
            return new(TakeResult());
        }

        _result = null;
        _continuation = null;
        _token = unchecked((short)(_token + 1));
        _connecting.UnsafeOnCompleted(_connected);
        return new(this, _token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    CheckResult IValueTaskSource<CheckResult>.GetResult(short token)
    {
        CheckToken(token);
        CheckResult result = _result ?? throw new InvalidOperationException("The check is under way: await it.");
        _token = unchecked((short)(_token + 1));
        return result;
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<CheckResult>.GetStatus(short token)
    {
        CheckToken(token);
        return _result is null ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;
    }

    /// <inheritdoc/>
    void IValueTaskSource<CheckResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        CheckToken(token);
        if (_result is not null)
        {
            continuation(state);
            return;
        }

        _state = state;
        _continuation = continuation;
    }

    private void Connected()
    {
        _result = TakeResult();
        Action<object?>? continuation = _continuation;
        object? state = _state;
        _continuation = null;
        _state = null;

        // The awaiter may begin the next probe in there.
        continuation?.Invoke(state);
    }

    private CheckResult TakeResult()
    {
        ConnectResult connected = _connecting.GetResult();
        _connecting = default;
        if (connected.Connection is { } connection)
        {
            connection.ResetOnClose = true;
            connection.Dispose();
        }

        return connected.Outcome == SocketOutcome.Completed
            ? CheckResult.Up()
            : CheckResult.Down("connect", connected.Outcome, connected.Errno);
    }

    private void CheckToken(short token)
    {
        if (token != _token)
        {
            throw new InvalidOperationException("A check is awaited once.");
        }
    }
}
