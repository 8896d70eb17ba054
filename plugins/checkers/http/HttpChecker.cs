using System.Runtime.CompilerServices;
using Keepalived.Checkers.Http.Tls;
using Keepalived.Checking;

namespace Keepalived.Checkers.Http;

/// <summary>
/// Connects to a server, has an <see cref="HttpExchange"/> ask it for one URL and closes. Without TLS a probe allocates nothing in steady state,
/// however many are under way at once; a TLS session is the framework's and allocates as that does.
/// </summary>
internal sealed class HttpChecker : IChecker
{
    private readonly HttpExchange _exchange;
    private readonly TlsSetup? _tls;
    private readonly CheckResultSource _probe = new();
    private readonly Action _connected;
    private readonly Action _asked;
    private CheckContext? _context;
    private SocketBinding? _binding;
    private ValueTaskAwaiter<ConnectResult> _connecting;
    private ValueTaskAwaiter<CheckResult> _asking;
    private IStreamConnection? _connection;
    private byte[] _buffer = [];

    /// <summary>Creates the checker of one server.</summary>
    /// <param name="definition">What to ask for.</param>
    /// <param name="target">The server.</param>
    /// <param name="tls">How to speak TLS; null = not.</param>
    public HttpChecker(HttpQuestions definition, CheckTarget target, TlsSetup? tls = null)
    {
        _exchange = new(definition, target);
        _tls = tls;
        _connected = Connected;
        _asked = Asked;
    }

    /// <inheritdoc/>
    public ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _binding ??= SocketBinding.For(context.Options);
        if (_tls is not null)
        {
            return CheckSecurelyAsync(context);
        }

        _context = context;
#pragma warning disable CA2012 // consumed once, in TryAsk
        _connecting = context.Sockets.ConnectAsync(context.Target.EndPoint, _binding, context.Deadline).GetAwaiter();
#pragma warning restore CA2012
        bool isConnecting = !_connecting.IsCompleted;
        if (!isConnecting && TryAsk(out CheckResult result))
        {
            return new(result);
        }

        ValueTask<CheckResult> probe = _probe.Wait();
        if (isConnecting)
        {
            _connecting.UnsafeOnCompleted(_connected);
        }
        else
        {
            _asking.UnsafeOnCompleted(_asked);
        }

        return probe;
    }

    /// <inheritdoc/>
    public void Dispose() => _exchange.Dispose();

    private void Connected()
    {
        CheckResult result;
        try
        {
            if (!TryAsk(out result))
            {
                _asking.UnsafeOnCompleted(_asked);
                return;
            }
        }
        catch (Exception exception)
        {
            // Inside a callback of the loop: the check has failed, not whoever runs the loop's callbacks.
            _probe.Fail(exception);
            return;
        }

        _probe.Complete(result);
    }

    private void Asked()
    {
        CheckResult result;
        try
        {
            result = TakeResult();
        }
        catch (Exception exception)
        {
            _probe.Fail(exception);
            return;
        }

        _probe.Complete(result);
    }

    /// <summary>Takes the connection and asks; false when the answer has to be waited for.</summary>
    private bool TryAsk(out CheckResult result)
    {
        ConnectResult connected = _connecting.GetResult();
        _connecting = default;
        if (connected.Connection is not { } connection)
        {
            result = _exchange.Failed(CheckResult.Down("connect", connected.Outcome, connected.Errno));
            return true;
        }

        _connection = connection;
        _buffer = ReceiveBuffers.Rent();
        try
        {
#pragma warning disable CA2012 // consumed once, in TakeResult
            _asking = _exchange.AskAsync(connection, _buffer, AnswerDeadline(_context!)).GetAwaiter();
#pragma warning restore CA2012
        }
        catch
        {
            Release();
            throw;
        }

        result = default;
        if (!_asking.IsCompleted)
        {
            return false;
        }

        result = TakeResult();
        return true;
    }

    private CheckResult TakeResult()
    {
        ValueTaskAwaiter<CheckResult> asking = _asking;
        _asking = default;
        Release();
        return asking.GetResult();
    }

    private void Release()
    {
        ReceiveBuffers.Return(_buffer);
        _buffer = [];
        _connection!.Dispose();
        _connection = null;
    }

    /// <summary>The answer has as much time as connecting had: keepalived's time-out is for each of the two.</summary>
    private static MonotonicTime AnswerDeadline(CheckContext context) => context.Scheduler.Now + context.Options.ConnectTimeout!.Value;

    /// <summary>The same within TLS; the handshake has a time-out of its own too.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CheckResult> CheckSecurelyAsync(CheckContext context)
    {
        ConnectResult connected = await context.Sockets.ConnectAsync(context.Target.EndPoint, _binding!, context.Deadline);
        if (connected.Connection is not { } connection)
        {
            return _exchange.Failed(CheckResult.Down("connect", connected.Outcome, connected.Errno));
        }

        byte[] buffer = ReceiveBuffers.Rent();
        try
        {
            return await AskSecurelyAsync(connection, buffer, context);
        }
        finally
        {
            ReceiveBuffers.Return(buffer);
            connection.Dispose();
        }
    }

    private async ValueTask<CheckResult> AskSecurelyAsync(IStreamConnection connection, byte[] buffer, CheckContext context)
    {
        int url = _exchange.Current;
        MonotonicTime deadline = AnswerDeadline(context);
        if (_tls!.OptionsOf(url, out string? problem) is not { } options)
        {
            return _exchange.Failed(CheckResult.Down(problem!));
        }

        using var secure = new TlsConnection(connection, context.Scheduler);
        TransferResult shaken = await secure.HandshakeAsync(options, deadline);
        if (shaken.Outcome != SocketOutcome.Completed)
        {
            return _exchange.Failed(secure.Trouble is { } trouble
                ? CheckResult.Down($"TLS handshake: {trouble}")
                : CheckResult.Down("TLS handshake", shaken.Outcome, shaken.Errno));
        }

        CheckResult result = await _exchange.AskAsync(secure, buffer, AnswerDeadline(context));
        if (_tls.IsCompliant(url))
        {
            await secure.NotifyEndAsync(AnswerDeadline(context));
        }

        return result;
    }
}
