using Keepalived.Events;
using Keepalived.Host.Sessions;
using Keepalived.Linux.Sockets;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Host.Tests.Sessions;

/// <summary>The road of BFD events between two processes: both ends in one, over real sockets, on a loop that a test turns.</summary>
public sealed class BfdRoadTests : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly IScheduler _scheduler;
    private readonly RecordingLogger _log = new();
    private readonly List<string> _heard = [];
    private readonly List<string> _failed = [];
    private readonly BfdReceiver _receiver;
    private readonly IBfdSessions _sessions;
    private BfdPublisher _publisher;

    public BfdRoadTests()
    {
        _scheduler = _loop.ForOwner("host");
        _publisher = new(_scheduler, _log);
        _receiver = new(_scheduler, _log, (owner, _) => _failed.Add(owner));
        _publisher.Begin();
        _sessions = _receiver.ForOwner("vrrp");
        _sessions.Follow("B", Hear);
    }

    public void Dispose()
    {
        _publisher.Dispose();
        _receiver.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void Whoever_is_connected_later_is_told_everything_and_then_each_change()
    {
        _publisher.Publish("A", PluginRoles.All, BfdSessionState.Down);
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Connect();
        Assert.Equal((BfdSessionState.Down, BfdSessionState.Up, null), (_sessions.StateOf("A"), _sessions.StateOf("B"), _sessions.StateOf("C")));

        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down);
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down);
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Turn();

        // Begin, A, B, End came first: numbers have no gaps.
        Assert.Equal(["B Up 3", "B Down 5", "B Up 6"], _heard);
        Assert.Equal(4, _log.Messages.Count(static line => line.Contains("Received BFD event: instance", StringComparison.Ordinal)));
        Assert.Contains(_log.Messages, static line => line.StartsWith("Received BFD event: instance B is in state Down (delivered in ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_process_that_a_session_does_not_name_is_not_told()
    {
        Connect();
        _publisher.Publish("B", PluginRoles.Checker, BfdSessionState.Up);
        Turn();
        Assert.Null(_sessions.StateOf("B"));

        _publisher.Publish("B", PluginRoles.Checker | PluginRoles.Vrrp, BfdSessionState.Up);
        Turn();
        Assert.Equal(BfdSessionState.Up, _sessions.StateOf("B"));

        // A reload that takes the process out of the audience is no loss of the session.
        _publisher.Publish("B", PluginRoles.Checker, BfdSessionState.Down);
        Turn();
        Assert.Null(_sessions.StateOf("B"));
        Assert.Equal(["B Up 3"], _heard);
    }

    [Fact]
    public void A_BFD_process_that_is_started_again_takes_nothing_down_until_its_sessions_have_had_time()
    {
        Connect();
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Turn();
        Restart();
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down, isProvisional: true);
        Connect();
        Assert.Equal(BfdSessionState.Up, _sessions.StateOf("B"));

        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down);
        Turn();

        Assert.Equal(BfdSessionState.Down, _sessions.StateOf("B"));
        Assert.Equal(2, _heard.Count);
    }

    [Fact]
    public void A_process_that_has_not_begun_says_nothing_so_that_nothing_is_forgotten()
    {
        Connect();
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Turn();
        _publisher.Dispose();
        _publisher = new(_scheduler, _log);
        Connect();
        Assert.Equal(BfdSessionState.Up, _sessions.StateOf("B"));

        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down, isProvisional: true);
        Turn();
        Assert.Equal(BfdSessionState.Up, _sessions.StateOf("B"));
        _publisher.Begin();
        Turn();
        Assert.Equal(BfdSessionState.Up, _sessions.StateOf("B"));
        Assert.Single(_heard);
    }

    [Fact]
    public void A_provisional_down_is_believed_by_whoever_knows_nothing_better()
    {
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down, isProvisional: true);
        Connect();
        Assert.Equal(BfdSessionState.Down, _sessions.StateOf("B"));
    }

    [Fact]
    public void What_the_old_process_said_last_is_read_before_the_new_one_is_heard()
    {
        Connect();
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down);
        Restart();
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Connect();
        Assert.Equal(["B Up 3", "B Down 4", "B Up 2"], _heard);
    }

    [Fact]
    public void A_session_that_the_new_process_does_not_have_is_forgotten_and_not_told_as_down()
    {
        Connect();
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Turn();
        Restart();
        Connect();
        Assert.Null(_sessions.StateOf("B"));
        Assert.Single(_heard);
    }

    [Fact]
    public void A_session_that_is_withdrawn_is_forgotten_and_not_told_as_down()
    {
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Connect();
        _publisher.Withdraw("B");
        Turn();
        Assert.Null(_sessions.StateOf("B"));
        Assert.Single(_heard);
    }

    [Fact]
    public void A_listener_that_is_started_again_replaces_the_one_before()
    {
        Connect();
        Connect();
        Assert.Equal(1, _publisher.Audiences);
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Turn();
        Assert.Equal(["B Up 3"], _heard);
    }

    [Fact]
    public void A_listener_that_has_ended_is_noticed()
    {
        (LinuxSocket ours, LinuxSocket theirs) = LinuxSocket.OpenPair();
        _publisher.Connect(PluginRoles.Vrrp, ours);
        theirs.Dispose();
        Turn();
        Assert.Equal(0, _publisher.Audiences);
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
    }

    [Theory]
    [InlineData(2000)] // more than the socket takes: they wait, in order
    [InlineData(20000)] // more than is worth keeping: all states are told afresh
    public void A_listener_that_reads_late_ends_with_what_is_true(int changes)
    {
        (LinuxSocket ours, LinuxSocket theirs) = LinuxSocket.OpenPair();
        _publisher.Connect(PluginRoles.Vrrp, ours);
        for (int i = 0; i < changes; i++)
        {
            _publisher.Publish("B", PluginRoles.All, i % 2 == 0 ? BfdSessionState.Up : BfdSessionState.Down);
        }

        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        _receiver.Connect(theirs);
        for (int i = 0; i < 300; i++)
        {
            Turn();
        }

        Assert.Equal(BfdSessionState.Up, _sessions.StateOf("B"));
        Assert.Equal(BfdSessionState.Up.ToString(), _heard[^1].Split(' ')[1]);
        Assert.DoesNotContain(_log.Messages, static line => line.Contains("report this", StringComparison.Ordinal));
        if (changes == 2000)
        {
            Assert.Equal(2001, _heard.Count);
        }
    }

    [Fact]
    public void A_handler_that_throws_costs_its_own_plugin_only()
    {
        _receiver.ForOwner("bad").Follow("B", static (in BfdSessionNews _) => throw new InvalidOperationException());
        List<string> other = [];
        _receiver.ForOwner("good").Follow("B", (in BfdSessionNews news) => other.Add(news.Session));
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Up);
        Connect();
        Assert.Equal(["bad"], _failed);
        Assert.Equal(["B"], other);

        _receiver.Retire("good");
        _publisher.Publish("B", PluginRoles.All, BfdSessionState.Down);
        Turn();
        Assert.Single(other);
    }

    [Fact]
    public void A_long_cause_is_cut_and_the_longest_message_has_room()
    {
        Span<byte> bytes = stackalloc byte[BfdMessage.MaximumLength];
        int length = new BfdMessage(BfdMessageKind.State, new string('ä', 31), BfdSessionState.Down) { Cause = new string('€', 500) }.Write(bytes, 1);
        Assert.True(BfdMessage.TryRead(bytes[..length], out BfdMessage read, out _));
        Assert.Equal((new string('ä', 31), new string('€', 160)), (read.Session, read.Cause));
    }

    [Fact]
    public void Bytes_that_are_no_message_are_not_one()
    {
        Span<byte> bytes = stackalloc byte[BfdMessage.MaximumLength];
        int length = new BfdMessage(BfdMessageKind.State, "ß", BfdSessionState.Up, true, new(5), new(6)) { Cause = "no packet" }.Write(bytes, 7);
        Assert.True(BfdMessage.TryRead(bytes[..length], out BfdMessage read, out ulong sequence));
        Assert.Equal((new BfdMessage(BfdMessageKind.State, "ß", BfdSessionState.Up, true, new(5), new(6)) { Cause = "no packet" }, 7ul), (read, sequence));
        Assert.False(BfdMessage.TryRead(bytes[..31], out _, out _));
        Assert.False(BfdMessage.TryRead(bytes[..33], out _, out _));
        bytes[0] = 9;
        Assert.False(BfdMessage.TryRead(bytes[..length], out _, out _));
    }

    private void Hear(in BfdSessionNews news) => _heard.Add($"{news.Session} {news.State} {news.Sequence}");

    private void Connect()
    {
        (LinuxSocket ours, LinuxSocket theirs) = LinuxSocket.OpenPair();
        _publisher.Connect(PluginRoles.Vrrp, ours);
        _receiver.Connect(theirs);
        Turn();
    }

    private void Restart()
    {
        _publisher.Dispose();
        _publisher = new(_scheduler, _log);
        _publisher.Begin();
    }

    private void Turn()
    {
        _loop.RunTurn(TimeSpan.Zero);
        _loop.RunTurn(TimeSpan.Zero);
    }
}
