using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Keepalived.Checking;

namespace Keepalived.Checkers.Smtp;

/// <summary>
/// One dialogue: greeting 220, <c>HELO</c> 250, <c>QUIT</c> 221. Each step has the time that connecting had. A reply of several lines is a
/// failure, as it is for keepalived: HELO, unlike EHLO, has no such reply. Allocates nothing in steady state while the server is well.
/// </summary>
internal sealed class SmtpChecker(string heloName) : IChecker
{
    /// <summary>Longest reply line, RFC 5321 section 4.5.3.1.5, with room for servers that do not count.</summary>
    private const int LongestLine = 1024;

    private static readonly byte[] _quit = "QUIT\r\n"u8.ToArray();
    private readonly byte[] _helo = Encoding.UTF8.GetBytes($"HELO {heloName}\r\n");
    private readonly byte[] _line = new byte[LongestLine];
    private SocketBinding? _binding;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        _binding ??= SocketBinding.For(context.Options);
        ConnectResult connected = await context.Sockets.ConnectAsync(context.Target.EndPoint, _binding, context.Deadline);
        if (connected.Connection is not { } connection)
        {
            return CheckResult.Down("connect", connected.Outcome, connected.Errno);
        }

        try
        {
            CheckResult greeting = await ExpectAsync(connection, context, "greeting", 220);
            if (!greeting.IsUp)
            {
                return greeting;
            }

            CheckResult helo = await AskAsync(connection, context, _helo, "HELO", 250);
            return helo.IsUp ? await AskAsync(connection, context, _quit, "QUIT", 221) : helo;
        }
        finally
        {
            connection.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static MonotonicTime DeadlineOf(CheckContext context) => context.Scheduler.Now + context.Options.ConnectTimeout!.Value;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CheckResult> AskAsync(IStreamConnection connection, CheckContext context, byte[] command, string step, int code)
    {
        TransferResult sent = await connection.SendAsync(command, DeadlineOf(context));
        return sent.Outcome == SocketOutcome.Completed
            ? await ExpectAsync(connection, context, step, code)
            : CheckResult.Down(step, sent.Outcome, sent.Errno);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CheckResult> ExpectAsync(IStreamConnection connection, CheckContext context, string step, int code)
    {
        MonotonicTime deadline = DeadlineOf(context);
        int length = 0;
        while (true)
        {
            if (length == LongestLine)
            {
                return CheckResult.Down($"{step}: the reply is longer than {LongestLine} octets");
            }

            TransferResult received = await connection.ReceiveAsync(_line.AsMemory(length), deadline);
            if (received.Outcome != SocketOutcome.Completed)
            {
                return CheckResult.Down(length == 0 ? step : $"{step}: within the reply '{TextOf(_line.AsSpan(0, length))}'", received.Outcome, received.Errno);
            }

            length += received.Count;
            int end = _line.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                return Judge(_line.AsSpan(0, end), step, code);
            }
        }
    }

    private static CheckResult Judge(ReadOnlySpan<byte> line, string step, int code)
    {
        line = line is [.., (byte)'\r'] ? line[..^1] : line;
        bool isReply = line.Length == 3 || (line.Length > 3 && line[3] == (byte)' ');
        if (isReply && int.TryParse(line[..3], NumberStyles.None, CultureInfo.InvariantCulture, out int found) && found == code)
        {
            return CheckResult.Up();
        }

        return CheckResult.Down($"{step}: expected {code}, got '{TextOf(line)}'");
    }

    private static string TextOf(ReadOnlySpan<byte> line)
    {
        const int Shown = 60;
        return Encoding.Latin1.GetString(line[..Math.Min(line.Length, Shown)]);
    }
}
