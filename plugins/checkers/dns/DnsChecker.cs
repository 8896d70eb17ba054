using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Keepalived.Checking;

namespace Keepalived.Checkers.Dns;

/// <summary>
/// Asks one question and waits for its answer, which is well when it has no error code. Datagrams that answer something else are passed
/// over until the time-out. Allocates nothing in steady state while the server is well.
/// </summary>
internal sealed class DnsChecker(DnsCheckDefinition definition) : IChecker
{
    // Only the header is judged; a longer answer is cut, which does not matter.
    private const int BufferSize = 512;

    private readonly byte[] _query = DnsMessage.BuildQuery(definition.Name, definition.Type);
    private SocketBinding? _binding;

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

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            DnsMessage.SetIdentifier(_query, NextIdentifier());
            TransferResult sent = socket.Send(_query);
            return sent.Outcome == SocketOutcome.Completed ? await AwaitAnswerAsync(socket, buffer, context.Deadline) : Failure("query", in sent);
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CheckResult> AwaitAnswerAsync(IDatagramSocket socket, byte[] buffer, MonotonicTime deadline)
    {
        int passedOver = 0;
        string? last = null;
        while (true)
        {
            TransferResult received = await socket.ReceiveAsync(buffer, deadline);
            if (received.Outcome == SocketOutcome.TimedOut && last is not null)
            {
                return CheckResult.Down($"answer: none in time; datagrams passed over: {passedOver}, the last one as it {last}");
            }

            if (received.Outcome != SocketOutcome.Completed)
            {
                return Failure("answer", in received);
            }

            last = DnsMessage.WhyNoAnswer(buffer.AsSpan(0, received.Count), _query);
            if (last is null)
            {
                return Judge(DnsMessage.ErrorCode(buffer));
            }

            passedOver++;
        }
    }

    private static CheckResult Judge(int code) => code == 0 ? CheckResult.Up() : CheckResult.Down($"answer: error code {code} ({DnsMessage.Mnemonic(code)})");

    private static CheckResult Failure(string step, in TransferResult result) => result.Outcome switch
    {
        SocketOutcome.Refused => CheckResult.Down($"{step}: nobody listens at the port (ICMP)"),
        _ => CheckResult.Down(step, result.Outcome, result.Errno),
    };

    /// <summary>Not to be guessed: whoever does not see the query cannot forge its answer.</summary>
    private static ushort NextIdentifier()
    {
        Span<byte> random = stackalloc byte[2];
        RandomNumberGenerator.Fill(random);
        return BinaryPrimitives.ReadUInt16BigEndian(random);
    }
}
