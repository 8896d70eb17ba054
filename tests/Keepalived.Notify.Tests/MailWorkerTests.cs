using System.Globalization;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Notify.Tests;

/// <summary>
/// When the mail process says what it has done, and how long it keeps a connection (docs/decisions/0019-mail-in-a-process-of-its-own.md). In virtual
/// time; the server is in memory.
/// </summary>
public sealed class MailWorkerTests : IDisposable
{
    private static readonly MailSettings _settings = new() { Server = "192.0.2.1", Recipients = ["a@example.net"], HeloName = "lb1", ConnectTimeout = TimeSpan.FromHours(1) };
    private readonly VirtualLoop _loop = new();
    private readonly DaemonEnd _daemon = new();
    private readonly MemoryMailServer _server = new();
    private readonly MailBatch _batch = new();
    private Task<int> _run = Task.FromResult(-1);
    private long _lastId;

    public MailWorkerTests()
    {
        IScheduler scheduler = _loop.ForOwner("worker");
        var worker = new MailWorker(_server);
        scheduler.Post(() => _run = worker.RunAsync(new([], TextWriter.Null, TextWriter.Null, scheduler, null!) { Daemon = _daemon }).AsTask());
        _loop.RunTurn();
    }

    public void Dispose() => _batch.Dispose();

    [Fact]
    public void Four_results_are_told_in_one_message_and_the_rest_when_there_is_nothing_left_to_do()
    {
        HandOver(6);
        Assert.Equal(["1 2 3 4", "5 6"], _daemon.Told);
    }

    [Fact]
    public void Fewer_are_told_when_the_next_mail_takes_longer_than_the_longest_silence()
    {
        _server.TakesUntil = 2;
        HandOver(3);
        _loop.Advance(MailWorker.LongestSilence - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_daemon.Told);
        _loop.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["1 2"], _daemon.Told);
        _server.LetGo();
        _loop.Advance(TimeSpan.Zero);
        Assert.Equal(["1 2", "3"], _daemon.Told);
    }

    [Fact]
    public void A_connection_is_kept_for_mails_that_come_within_the_linger_time()
    {
        for (int i = 0; i < 3; i++)
        {
            HandOver(1);
            _loop.Advance(MailWorker.Linger - TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal((1, 0, 3), (_server.Connections, _server.Farewells, _server.Taken));
        _loop.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _server.Farewells);
        HandOver(1);
        Assert.Equal((2, 4), (_server.Connections, _server.Taken));
    }

    [Fact]
    public void Without_the_daemon_it_takes_leave_at_once_and_ends()
    {
        HandOver(1);
        _daemon.Leave();
        _loop.Advance(TimeSpan.Zero);
        Assert.Equal((1, true), (_server.Farewells, _run.IsCompletedSuccessfully));
    }

    private void HandOver(int mails)
    {
        _batch.Begin(_settings, "lb1", "vrrp");
        for (int i = 0; i < mails; i++)
        {
            EventStamp stamp = new(++_lastId, _loop.UtcNow);
            Assert.True(_batch.TryAdd(new QueuedMail(_lastId, _loop.Now, stamp, new VrrpInstanceStateChanged("V", VrrpState.Backup, VrrpState.Master, 150, ""))));
        }

        byte[] message = _batch.Message.ToArray();
        _loop.ForOwner("channel").Post(() => _daemon.Give(message));
        _loop.Advance(TimeSpan.Zero);
    }

    /// <summary>The daemon's end of the channel.</summary>
    private sealed class DaemonEnd : IMessageChannel
    {
        private MessageHandler? _received;
        private Action? _closed;

        /// <summary>The numbers of the mails in each message of results.</summary>
        public List<string> Told { get; } = [];

        public bool TrySend(ReadOnlySpan<byte> message)
        {
            List<MailReply> replies = MailReply.Decode(message);
            Assert.All(replies, static reply => Assert.Equal(MailOutcome.Delivered, reply.Outcome));
            Told.Add(string.Join(' ', replies.Select(static reply => reply.Id.ToString(CultureInfo.InvariantCulture))));
            return true;
        }

        public void Listen(MessageHandler received, Action closed)
        {
            _received = received;
            _closed = closed;
        }

        public void Give(byte[] message) => _received!(message);

        public void Leave() => _closed!();
    }
}
