using System.Net;
using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Testing.Tests;

/// <summary>The example of the room's README, so that it stays true.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void A_checker_against_a_server_that_says_nothing_is_down_at_its_deadline()
    {
        var target = new CheckTarget("vs", "rs", IPEndPoint.Parse("192.0.2.1:80"), null);
        var options = new CheckOptions();
        using var checker = new GreetingChecker();

        var loop = new VirtualLoop();
        IScheduler scheduler = loop.ForOwner("my-checker");
        var sockets = new ScriptedCheckSockets(scheduler);
        sockets.Server("192.0.2.1:80").Accepts();

        var context = new CheckContext(target, options, sockets, scheduler, new RecordingLogger())
        {
            Deadline = scheduler.Now + TimeSpan.FromSeconds(5),
        };
        CheckResult result = loop.Complete(() => checker.CheckAsync(context), limit: TimeSpan.FromMinutes(1));

        Assert.False(result.IsUp);
        Assert.Equal(TimeSpan.FromSeconds(5), loop.Elapsed);
    }

    /// <summary>Up when the server says anything.</summary>
    private sealed class GreetingChecker : IChecker
    {
        private readonly byte[] _buffer = new byte[64];

        public async ValueTask<CheckResult> CheckAsync(CheckContext context)
        {
            ConnectResult connected = await context.Sockets.ConnectAsync(context.Target.EndPoint, SocketBinding.Any, context.Deadline);
            if (connected.Connection is not { } connection)
            {
                return CheckResult.Down("no connection");
            }

            using (connection)
            {
                TransferResult received = await connection.ReceiveAsync(_buffer, context.Deadline);
                return received.Outcome == SocketOutcome.Completed ? CheckResult.Up() : CheckResult.Down("no greeting");
            }
        }

        public void Dispose()
        {
        }
    }
}
