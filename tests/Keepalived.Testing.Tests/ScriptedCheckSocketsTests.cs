using System.Net;
using System.Text;
using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Testing.Tests;

public sealed class ScriptedCheckSocketsTests
{
    private static readonly IPEndPoint s_endPoint = IPEndPoint.Parse("192.0.2.1:80");
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private readonly VirtualLoop _loop = new();
    private readonly IScheduler _scheduler;
    private readonly ScriptedCheckSockets _sockets;

    public ScriptedCheckSocketsTests()
    {
        _scheduler = _loop.ForOwner("test");
        _sockets = new ScriptedCheckSockets(_scheduler);
    }

    [Fact]
    public void Nobody_listening_is_a_refusal() =>
        Assert.Equal(SocketOutcome.Refused, Complete(() => Connect(s_second)).Outcome);

    [Fact]
    public void A_server_that_hangs_times_out_at_the_deadline_and_not_before()
    {
        _sockets.Server(s_endPoint).Hangs();

        Assert.Equal(SocketOutcome.TimedOut, Complete(() => Connect(s_second * 5)).Outcome);
        Assert.Equal(s_second * 5, _loop.Elapsed);
    }

    [Fact]
    public void Replies_are_used_in_turn_and_the_last_one_for_ever()
    {
        _sockets.Server(s_endPoint).Refuses().IsUnreachable().Accepts(after: s_second);

        SocketOutcome[] outcomes = [.. Enumerable.Range(0, 4).Select(_ => Complete(() => Connect(s_second * 2)).Outcome)];

        Assert.Equal([SocketOutcome.Refused, SocketOutcome.Unreachable, SocketOutcome.Completed, SocketOutcome.Completed], outcomes);
        Assert.Equal(2, _sockets.OpenConnections);
    }

    [Fact]
    public void A_conversation_takes_its_steps_in_order_and_in_time()
    {
        _sockets.Server(s_endPoint).Accepts(c => c.Sends("220 hello\r\n", s_second).Awaits("\r\n").Sends("250 ok\r\n", s_second * 2).Closes());
        var log = new List<string>();

        Complete(async () =>
        {
            using IStreamConnection connection = (await Connect(s_second)).Connection!;
            log.Add(await Receive(connection));
            await connection.SendAsync("EHLO"u8.ToArray(), Deadline(s_second));
            await connection.SendAsync(" me\r\n"u8.ToArray(), Deadline(s_second));
            log.Add(await Receive(connection));
            log.Add(await Receive(connection));
            connection.ResetOnClose = true;
            return 0;
        });

        Assert.Equal(["220 hello\r\n", "250 ok\r\n", "EndOfStream"], log);
        Assert.Equal(["EHLO me\r\n"], _sockets.Server(s_endPoint).Received);
        Assert.Equal(s_second * 3, _loop.Elapsed);
        Assert.Equal([true], _sockets.Server(s_endPoint).ClosedWithReset);
        Assert.Equal(0, _sockets.OpenConnections);
    }

    [Fact]
    public void A_silent_server_times_a_receive_out_and_a_reset_ends_it()
    {
        _sockets.Server(s_endPoint).Accepts(c => c.Resets(s_second * 5));
        var log = new List<string>();

        Complete(async () =>
        {
            using IStreamConnection connection = (await Connect(s_second)).Connection!;
            log.Add($"{(await connection.ReceiveAsync(new byte[1], Deadline(s_second))).Outcome} {_loop.Elapsed.TotalSeconds}");
            log.Add($"{(await connection.ReceiveAsync(new byte[1], Deadline(s_second * 9))).Outcome} {_loop.Elapsed.TotalSeconds}");
            log.Add($"{(await connection.SendAsync(new byte[1], Deadline(s_second * 9))).Outcome}");
            return 0;
        });

        Assert.Equal(["TimedOut 1", "Reset 5", "Reset"], log);
    }

    [Fact]
    public void A_server_that_stops_reading_times_a_send_out()
    {
        _sockets.Server(s_endPoint).Accepts(c => c.StopsReading());

        SocketOutcome outcome = Complete(async () =>
        {
            using IStreamConnection connection = (await Connect(s_second)).Connection!;
            await connection.ReceiveAsync(new byte[1], Deadline(s_second));
            return (await connection.SendAsync(new byte[1], Deadline(s_second))).Outcome;
        });

        Assert.Equal(SocketOutcome.TimedOut, outcome);
    }

    [Fact]
    public void The_binding_of_each_attempt_is_kept()
    {
        var binding = new SocketBinding(null, "eth1", 7);

        Complete(() => _sockets.ConnectAsync(s_endPoint, binding, Deadline(s_second)));

        Assert.Equal([binding], _sockets.Server("192.0.2.1:80").Attempts);
    }

    private static async ValueTask<string> Receive(IStreamConnection connection)
    {
        byte[] buffer = new byte[100];
        TransferResult result = await connection.ReceiveAsync(buffer, MonotonicTime.Never);
        return result.Outcome == SocketOutcome.Completed ? Encoding.Latin1.GetString(buffer, 0, result.Count) : result.Outcome.ToString();
    }

    private ValueTask<ConnectResult> Connect(TimeSpan limit) => _sockets.ConnectAsync(s_endPoint, SocketBinding.Any, Deadline(limit));

    private MonotonicTime Deadline(TimeSpan limit) => _scheduler.Now + limit;

    private T Complete<T>(Func<ValueTask<T>> operation) => _loop.Complete(operation, TimeSpan.FromMinutes(1));
}
