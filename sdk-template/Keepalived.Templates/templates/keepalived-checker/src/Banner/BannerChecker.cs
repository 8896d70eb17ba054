using System.Text;
using Keepalived;
using Keepalived.Checking;

namespace Banner;

/// <summary>
/// Connects, waits for the first line and compares its beginning. One object serves one real server and is never run twice at once, so
/// its buffer needs no lock and no second copy.
/// </summary>
internal sealed class BannerChecker(string beginning) : IChecker
{
    private readonly byte[] _expected = Encoding.UTF8.GetBytes(beginning);
    private readonly byte[] _line = new byte[1024];

    /// <inheritdoc/>
    public async ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        ConnectResult connected = await context.Sockets.ConnectAsync(
            context.Target.EndPoint, SocketBinding.For(context.Options), context.Deadline);
        if (connected.Connection is not { } connection)
        {
            return CheckResult.Down("connect", connected.Outcome, connected.Errno);
        }

        // The connection is closed whatever comes of it. The line has as much time as connecting had.
        using (connection)
        {
            return await ReadAsync(connection, context.Scheduler.Now + context.Options.ConnectTimeout!.Value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private async ValueTask<CheckResult> ReadAsync(IStreamConnection connection, MonotonicTime deadline)
    {
        int length = 0;
        while (length < _line.Length)
        {
            // A stream comes in pieces of any size: a line may need several.
            TransferResult received = await connection.ReceiveAsync(_line.AsMemory(length), deadline);
            if (received.Outcome != SocketOutcome.Completed)
            {
                return CheckResult.Down("first line", received.Outcome, received.Errno);
            }

            length += received.Count;
            int end = _line.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                return Judge(_line.AsSpan(0, end).TrimEnd((byte)'\r'));
            }
        }

        return CheckResult.Down($"first line: longer than {_line.Length} octets");
    }

    private CheckResult Judge(ReadOnlySpan<byte> line)
    {
        const int Shown = 40;
        return line.StartsWith(_expected)
            ? CheckResult.Up()
            : CheckResult.Down($"first line: expected '{beginning}', got '{Encoding.Latin1.GetString(line[..Math.Min(line.Length, Shown)])}'");
    }
}
