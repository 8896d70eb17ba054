using System.Buffers;
using System.Runtime.CompilerServices;
using Keepalived.Checking;

namespace Keepalived.Checkers.Udp;

/// <summary>
/// Sends one datagram and waits for what comes back. An ICMP error is a failure. Silence until the time-out is well unless a reply is
/// required; only then is a reply judged. Allocates nothing in steady state.
/// </summary>
internal sealed class UdpChecker : IChecker
{
    private const int DefaultLength = 32;
    private readonly UdpCheckDefinition _definition;
    private readonly byte[] _payload;
    private SocketBinding? _binding;

    public UdpChecker(UdpCheckDefinition definition)
    {
        _definition = definition;
        _payload = definition.Payload.Count > 0 ? [.. definition.Payload] : DefaultPayload();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _binding ??= SocketBinding.For(context.Options);
        DatagramResult opened = context.Sockets.OpenDatagram(context.Target.EndPoint, _binding);
        if (opened.Socket is not { } socket)
        {
            return CheckResult.Down("open a socket", opened.Outcome, opened.Errno);
        }

        // One octet more than is acceptable shows a reply that is too long.
        int room = _definition.LongestReply + 1;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            TransferResult sent = socket.Send(_payload);
            if (sent.Outcome != SocketOutcome.Completed)
            {
                return Failure("send", in sent);
            }

            TransferResult received = await socket.ReceiveAsync(buffer.AsMemory(0, room), context.Deadline);
            return received.Outcome switch
            {
                SocketOutcome.Completed => _definition.RequireReply ? Judge(buffer.AsSpan(0, received.Count)) : CheckResult.Up(),
                SocketOutcome.TimedOut when !_definition.RequireReply => CheckResult.Up("no ICMP error came back"),
                _ => Failure("reply", in received),
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private CheckResult Judge(ReadOnlySpan<byte> reply)
    {
        if (reply.Length > _definition.LongestReply)
        {
            return CheckResult.Down($"reply: longer than {_definition.LongestReply} octets");
        }

        if (reply.Length < _definition.ShortestReply)
        {
            return CheckResult.Down($"reply: {reply.Length} octets, fewer than {_definition.ShortestReply}");
        }

        return _definition.Reply.Matches(reply) ? CheckResult.Up() : CheckResult.Down($"reply: begins with {Begin(reply)}, not {_definition.Reply}");
    }

    private string Begin(ReadOnlySpan<byte> reply) =>
        reply.IsEmpty ? "nothing" : Convert.ToHexStringLower(reply[..Math.Min(reply.Length, _definition.Reply.Octets.Count)]);

    private static CheckResult Failure(string step, in TransferResult result) => result.Outcome switch
    {
        SocketOutcome.Refused => CheckResult.Down($"{step}: nobody listens at the port (ICMP)"),
        _ => CheckResult.Down(step, result.Outcome, result.Errno),
    };

    private static byte[] DefaultPayload()
    {
        ReadOnlySpan<byte> text = "keepalived check - "u8;
        byte[] payload = new byte[DefaultLength];
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = text[i % text.Length];
        }

        return payload;
    }
}
