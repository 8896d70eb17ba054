using System.Runtime.CompilerServices;
using Keepalived.Checking;

namespace Keepalived.Checkers.Ping;

/// <summary>One echo request with keepalived's 128 octets of text, and its reply. Allocates nothing in steady state.</summary>
internal sealed class PingChecker : IChecker
{
    private const int PayloadLength = 128;
    private static readonly byte[] _payload = BuildPayload();
    private SocketBinding? _binding;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        // Behaviour of keepalived: the firewall mark is not put on echo requests.
        _binding ??= SocketBinding.For(context.Options) with { FirewallMark = 0 };
        TransferResult echo = await context.Sockets.EchoAsync(context.Target.EndPoint.Address, _binding, _payload, context.Deadline);
        return echo.Outcome == SocketOutcome.Completed ? CheckResult.Up() : CheckResult.Down("echo", echo.Outcome, echo.Errno);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static byte[] BuildPayload()
    {
        ReadOnlySpan<byte> text = "keepalived check - "u8;
        byte[] payload = new byte[PayloadLength];
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = text[i % text.Length];
        }

        return payload;
    }
}
