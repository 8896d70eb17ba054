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
/// collects here.
/// </summary>
internal sealed class TcpChecker : IChecker
{
    private SocketBinding? _binding;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _binding ??= SocketBinding.For(context.Options);
        ConnectResult connected = await context.Sockets.ConnectAsync(context.Target.EndPoint, _binding, context.Deadline);
        if (connected.Connection is { } connection)
        {
            connection.ResetOnClose = true;
            connection.Dispose();
        }

        return connected.Outcome == SocketOutcome.Completed
            ? CheckResult.Up()
            : CheckResult.Down("connect", connected.Outcome, connected.Errno);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
