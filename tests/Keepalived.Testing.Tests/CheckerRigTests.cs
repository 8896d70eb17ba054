using Keepalived.Checking;

namespace Keepalived.Testing.Tests;

/// <summary>The rig around one checker: it resolves options as the engine does and notices what a checker forgets.</summary>
public sealed class CheckerRigTests
{
    [Fact]
    public void Options_are_resolved_and_the_real_servers_address_is_where_to_connect_unless_another_is_written()
    {
        using var usual = new CheckerRig(new ProbeDefinition(CheckOptions.Unset, _ => { }), "192.0.2.7:25");
        Assert.Equal("192.0.2.7:25", usual.Target.EndPoint.ToString());
        usual.Server.Hangs();
        usual.Run();
        Assert.Equal(TimeSpan.FromSeconds(5), usual.Loop.Elapsed); // the built-in connect_timeout, as nobody answers

        using var other = new CheckerRig(
            new ProbeDefinition(new() { ConnectPort = 99, ConnectTimeout = TimeSpan.FromSeconds(2) }, _ => { }), "192.0.2.7:25");
        Assert.Equal("192.0.2.7:99", other.Target.EndPoint.ToString());
        other.Server.Hangs();
        other.Run();
        Assert.Equal(TimeSpan.FromSeconds(2), other.Loop.Elapsed);
    }

    [Fact]
    public void A_connection_that_a_checker_leaves_open_is_an_error_of_the_test()
    {
        IStreamConnection? kept = null;
        using var rig = new CheckerRig(new ProbeDefinition(CheckOptions.Unset, connection => kept = connection));
        rig.Server.Accepts();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => rig.Run());

        Assert.Contains("left 1 connections or sockets open", error.Message, StringComparison.Ordinal);
        kept!.Dispose();
    }

    [Fact]
    public void A_server_may_answer_with_what_it_was_told()
    {
        using var rig = new CheckerRig(new ProbeDefinition(CheckOptions.Unset, connection => connection.Dispose(), Talks: true));
        rig.Server.Accepts(c => c.Awaits("?").Replies(static sent => [.. sent.Reverse()], after: TimeSpan.FromSeconds(1)));

        Assert.Equal("?eman", rig.Run().Reason);
        Assert.Equal(TimeSpan.FromSeconds(1), rig.Loop.Elapsed);
    }

    private sealed record ProbeDefinition(CheckOptions Options, Action<IStreamConnection> End, bool Talks = false)
        : CheckerDefinition("PROBE_CHECK", Options), IChecker
    {
        public override IChecker CreateChecker(CheckTarget target) => this;

        public async ValueTask<CheckResult> CheckAsync(CheckContext context)
        {
            ConnectResult connected = await context.Sockets.ConnectAsync(context.Target.EndPoint, SocketBinding.Any, context.Deadline);
            if (connected.Connection is not { } connection)
            {
                return CheckResult.Down("connect", connected.Outcome, connected.Errno);
            }

            byte[] buffer = new byte[16];
            int count = 0;
            if (Talks)
            {
                await connection.SendAsync("name?"u8.ToArray(), context.Deadline);
                count = (await connection.ReceiveAsync(buffer, context.Deadline)).Count;
            }

            End(connection);
            return CheckResult.Up(System.Text.Encoding.ASCII.GetString(buffer, 0, count));
        }

        public void Dispose()
        {
        }
    }
}
