using System.Runtime.CompilerServices;
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
/// collects here. Written without async: thousands of these are under way at once, and each async method among them would allocate its state.
/// </summary>
internal sealed class TcpChecker : IChecker
{
    private readonly CheckResultSource _probe = new();
    private readonly Action _connected;
    private SocketBinding? _binding;
    private ValueTaskAwaiter<ConnectResult> _connecting;

    /// <summary>Creates the checker of one server.</summary>
    public TcpChecker() => _connected = () => _probe.Complete(TakeResult());

    /// <inheritdoc/>
    public ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _binding ??= SocketBinding.For(context.Options);
#pragma warning disable CA2012 // consumed once, in TakeResult
        _connecting = context.Sockets.ConnectAsync(context.Target.EndPoint, _binding, context.Deadline).GetAwaiter();
#pragma warning restore CA2012
        if (_connecting.IsCompleted)
        {
            return new(TakeResult());
        }

        ValueTask<CheckResult> probe = _probe.Wait();
        _connecting.UnsafeOnCompleted(_connected);
        return probe;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
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
}
