using Keepalived.Linux.Netlink;

namespace Keepalived.Linux.Tests.Netlink;

/// <summary>Sequence numbers, acknowledgements, multipart answers and chunks: Documentation/userspace-api/netlink/intro.rst of the kernel.</summary>
public sealed class NetlinkConnectionTests
{
    private const ushort SomeType = 100;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private readonly RecordingReplies _replies = new();

    [Fact]
    public void The_last_request_of_a_chunk_asks_for_an_acknowledgement_and_each_has_a_number_of_its_own()
    {
        FakeKernel kernel = FakeKernel.Agreeing();
        using var connection = new NetlinkConnection(kernel);
        Queue(connection, 3);

        connection.Complete(Silence);

        ushort[] flags = [NetlinkAbi.Request, NetlinkAbi.Request, NetlinkAbi.Request | NetlinkAbi.Ack];
        Assert.Equal(flags, kernel.Requests.Select(request => request.Flags));
        Assert.Equal(3, kernel.Requests.Select(request => request.Sequence).Distinct().Count());
        Assert.Equal([0L, 1, 2], _replies.Ends.Select(end => end.Token));
        Assert.All(_replies.Ends, end => Assert.Equal(Errno.None, end.Errno));
    }

    [Fact]
    public void After_lost_messages_an_acknowledgement_says_nothing_of_the_requests_before_it()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            if (self.Requests.Count == 3)
            {
                self.Fail(Errno.ENOBUFS);
                self.Acknowledge(request);
            }
        });
        using var connection = new NetlinkConnection(kernel);
        Queue(connection, 3);

        connection.Complete(Silence);

        Assert.Equal([(2L, Errno.None), (0L, Errno.ENOBUFS), (1L, Errno.ENOBUFS)], _replies.Ends.Select(end => (end.Token, end.Errno)));
    }

    [Fact]
    public void A_turn_sends_one_chunk_and_no_more()
    {
        FakeKernel kernel = FakeKernel.Agreeing();
        using var connection = new NetlinkConnection(kernel, chunkSize: 16);
        Queue(connection, 40);

        connection.Flush();
        Assert.Equal([16], kernel.Chunks);
        connection.OnReadable();
        Assert.Equal([16, 16], kernel.Chunks);
        Assert.Equal(24, connection.Pending);
        connection.OnReadable();
        connection.OnReadable();

        Assert.Equal([16, 16, 8], kernel.Chunks);
        Assert.Equal(0, connection.Pending);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), _replies.Ends.Select(end => end.Token));
    }

    [Fact]
    public void A_refusal_carries_the_kernels_words_and_ends_only_its_own_request()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            bool second = request.Sequence == self.Requests[0].Sequence + 1;
            self.Acknowledge(request, second ? Errno.EINVAL : Errno.None, second ? "invalid prefix" : null, 24);
        });
        using var connection = new NetlinkConnection(kernel);
        Queue(connection, 3);

        connection.Complete(Silence);

        Assert.Equal([Errno.None, Errno.EINVAL, Errno.None], _replies.Ends.Select(end => end.Errno));
        Assert.Equal("invalid prefix", _replies.Ends[1].Text);
        Assert.Equal(24u, _replies.Ends[1].Offset);
    }

    [Fact]
    public void The_kernels_words_are_found_behind_an_uncapped_acknowledgement_too()
    {
        var kernel = new FakeKernel((self, request) => self.Deliver(FakeKernel.Acknowledgement(request, Errno.EPERM, "no", 4, capped: false)));
        using var connection = new NetlinkConnection(kernel);
        Queue(connection, 1);

        connection.Complete(Silence);

        Assert.Equal((0L, Errno.EPERM, "no", 4u, false), Assert.Single(_replies.Ends));
    }

    [Fact]
    public void A_multipart_answer_ends_with_done_across_datagrams()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            byte[] entry = FakeKernel.Message(request, SomeType, NetlinkAbi.Multi, [1, 2, 3, 4]);
            self.Deliver([.. entry, .. entry]);
            self.Deliver([.. entry, .. FakeKernel.Done(request)]);
        });
        using var connection = new NetlinkConnection(kernel);
        QueueDump(connection, 7);

        connection.Complete(Silence);

        Assert.Equal(3, _replies.Replies.Count);
        Assert.All(_replies.Replies, reply => Assert.Equal([1, 2, 3, 4], reply.Payload));
        Assert.Equal((7L, Errno.None, null, 0u, false), Assert.Single(_replies.Ends));
    }

    [Fact]
    public void A_dump_travels_alone()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            if ((request.Flags & NetlinkAbi.Dump) != 0)
            {
                self.Deliver(FakeKernel.Done(request));
            }
            else
            {
                self.Acknowledge(request);
            }
        });
        using var connection = new NetlinkConnection(kernel);
        Queue(connection, 2);
        QueueDump(connection, 2);
        Queue(connection, 2);

        connection.Complete(Silence);

        Assert.Equal([2, 1, 2], kernel.Chunks);
    }

    [Fact]
    public void A_dump_that_changed_under_way_says_so()
    {
        var kernel = new FakeKernel((self, request) => self.Deliver(
        [
            .. FakeKernel.Message(request, SomeType, NetlinkAbi.Multi | NetlinkAbi.DumpInterrupted, [0, 0, 0, 0]), .. FakeKernel.Done(request),
        ]));
        using var connection = new NetlinkConnection(kernel);
        QueueDump(connection, 1);

        connection.Complete(Silence);

        Assert.True(Assert.Single(_replies.Ends).Interrupted);
    }

    [Fact]
    public void A_dump_that_fails_at_its_end_carries_the_error()
    {
        var kernel = new FakeKernel((self, request) => self.Deliver(FakeKernel.Done(request, Errno.ENOMEM)));
        using var connection = new NetlinkConnection(kernel);
        QueueDump(connection, 1);

        connection.Complete(Silence);

        Assert.Equal(Errno.ENOMEM, Assert.Single(_replies.Ends).Errno);
    }

    [Fact]
    public void Silence_ends_what_was_sent_and_goes_on_with_the_rest()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            if (self.Requests.Count != 2)
            {
                self.Acknowledge(request, self.Requests.Count == 1 ? Errno.EINVAL : Errno.None);
            }
        });
        using var connection = new NetlinkConnection(kernel, chunkSize: 2);
        Queue(connection, 3);

        connection.Complete(Silence);

        Assert.Equal([Errno.EINVAL, Errno.ETIMEDOUT, Errno.None], _replies.Ends.Select(end => end.Errno));
    }

    [Fact]
    public void An_answer_that_comes_too_late_is_not_taken_for_another_requests()
    {
        var late = new List<FakeRequest>();
        var kernel = new FakeKernel((self, request) =>
        {
            late.Add(request);
            if (late.Count == 2)
            {
                self.Acknowledge(late[0], Errno.EINVAL);
                self.Acknowledge(late[1]);
            }
        });
        using var connection = new NetlinkConnection(kernel, chunkSize: 1);
        Queue(connection, 2);

        connection.Complete(Silence);

        Assert.Equal([Errno.ETIMEDOUT, Errno.None], _replies.Ends.Select(end => end.Errno));
    }

    [Fact]
    public void An_overrun_ends_what_has_no_answer_as_lost()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            if (self.Requests.Count == 1)
            {
                self.Acknowledge(request, Errno.EINVAL);
                self.Fail(Errno.ENOBUFS);
            }
        });
        using var connection = new NetlinkConnection(kernel);
        Queue(connection, 2);

        connection.Flush();
        connection.OnReadable();

        Assert.Equal([Errno.EINVAL, Errno.ENOBUFS], _replies.Ends.Select(end => end.Errno));
        Assert.Equal(NetlinkFailure.AnswerLost, NetlinkException.Classify(_replies.Ends[1].Errno));
    }

    [Fact]
    public void A_datagram_larger_than_the_buffer_is_an_overrun_and_the_next_fits()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            self.Deliver(FakeKernel.Message(request, SomeType, NetlinkAbi.Multi, new byte[40_000]));
            self.Deliver(FakeKernel.Done(request));
        });
        var notifications = new RecordingNotifications();
        using var connection = new NetlinkConnection(kernel);
        connection.Subscribe(1, notifications);
        QueueDump(connection, 1);
        connection.Complete(Silence);
        Assert.Equal(1, notifications.Overruns);
        Assert.Empty(_replies.Replies);

        QueueDump(connection, 2);
        connection.Complete(Silence);

        Assert.Equal(40_000, Assert.Single(_replies.Replies).Payload.Length);
        Assert.Equal(1, notifications.Overruns);
    }

    [Fact]
    public void A_notification_that_our_own_request_caused_is_no_answer()
    {
        var kernel = new FakeKernel((self, request) =>
        {
            self.Deliver(FakeKernel.Message(request, SomeType, 0, [9, 9, 9, 9]), multicast: true);
            self.Acknowledge(request);
        });
        var notifications = new RecordingNotifications();
        using var connection = new NetlinkConnection(kernel);
        connection.Subscribe(1, notifications);
        Queue(connection, 1);

        connection.Complete(Silence);

        Assert.Empty(_replies.Replies);
        Assert.Equal([SomeType], notifications.Types);
    }

    [Fact]
    public void A_chunk_that_cannot_be_sent_ends_with_the_reason()
    {
        FakeKernel kernel = FakeKernel.Agreeing();
        kernel.SendError = Errno.ENOMEM;
        using var connection = new NetlinkConnection(kernel, chunkSize: 2);
        Queue(connection, 5);

        connection.Flush();

        Assert.Equal(Enumerable.Repeat(Errno.ENOMEM, 5), _replies.Ends.Select(end => end.Errno));
        Assert.Equal(0, connection.Pending);
    }

    [Fact]
    public void A_handler_may_queue_more_and_it_leaves_with_the_turns_chunk()
    {
        FakeKernel kernel = FakeKernel.Agreeing();
        using var connection = new NetlinkConnection(kernel);
        _replies.OnEnd = token =>
        {
            if (token < 3)
            {
                QueueOne(connection, token + 1);
                connection.Flush();
            }
        };
        QueueOne(connection, 0);

        connection.Complete(Silence);

        Assert.Equal([1, 1, 1, 1], kernel.Chunks);
    }

    [Fact]
    public void A_handler_that_waits_is_told_not_to()
    {
        using var connection = new NetlinkConnection(FakeKernel.Agreeing());
        _replies.OnEnd = _ => connection.Complete(Silence);
        QueueOne(connection, 0);

        Assert.Throws<InvalidOperationException>(() => connection.Complete(Silence));
    }

    [Fact]
    public void A_request_longer_than_it_may_be_is_refused_before_it_is_sent()
    {
        FakeKernel kernel = FakeKernel.Agreeing();
        using var connection = new NetlinkConnection(kernel);

        Assert.Throws<InvalidOperationException>(() =>
        {
            NetlinkWriter request = connection.Begin(SomeType, size: 32);
            request.Put(1, new byte[100]);
            connection.Queue(in request, _replies);
        });
        connection.Complete(Silence);

        Assert.Empty(kernel.Requests);
    }

    [Fact]
    public void Thousands_of_queued_requests_keep_their_order_through_growth_and_reuse()
    {
        FakeKernel kernel = FakeKernel.Agreeing();
        using var connection = new NetlinkConnection(kernel, chunkSize: 32);
        for (int round = 0; round < 3; round++)
        {
            _replies.Ends.Clear();
            Queue(connection, 1000);
            connection.Flush();
            connection.OnReadable();
            for (int i = 1000; i < 2000; i++)
            {
                QueueOne(connection, i);
            }

            connection.Complete(Silence);
            Assert.Equal(Enumerable.Range(0, 2000).Select(i => (long)i), _replies.Ends.Select(end => end.Token));
        }

        Assert.Equal(6000, kernel.Requests.Count);
        Assert.All(kernel.Requests, request => Assert.Equal(8, request.Payload.Length));
    }

    [Fact]
    public void A_warm_connection_allocates_nothing_for_requests_that_succeed()
    {
        using var connection = new NetlinkConnection(new SilentKernel(), chunkSize: 16);
        var counter = new CountingReplies();
        Round(1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(2);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.Equal(600, counter.Ends);

        void Round(int times)
        {
            for (int round = 0; round < times; round++)
            {
                for (int i = 0; i < 200; i++)
                {
                    NetlinkWriter request = connection.Begin(SomeType);
                    request.PutUInt32(1, (uint)i);
                    connection.Queue(in request, counter, i);
                }

                connection.Complete(Silence);
            }
        }
    }

    private void Queue(NetlinkConnection connection, int count)
    {
        for (int i = 0; i < count; i++)
        {
            QueueOne(connection, i);
        }
    }

    private void QueueOne(NetlinkConnection connection, long token)
    {
        NetlinkWriter request = connection.Begin(SomeType);
        request.PutUInt32(1, (uint)token);
        connection.Queue(in request, _replies, token);
    }

    private void QueueDump(NetlinkConnection connection, long token)
    {
        NetlinkWriter request = connection.BeginDump(SomeType);
        connection.Queue(in request, _replies, token);
    }

    private sealed class RecordingNotifications : INetlinkNotificationHandler
    {
        internal List<ushort> Types { get; } = [];

        internal int Overruns { get; private set; }

        public void Notification(in NetlinkMessage message) => Types.Add(message.Type);

        public void Overrun() => Overruns++;
    }

    private sealed class CountingReplies : INetlinkReplyHandler
    {
        internal int Ends { get; private set; }

        public void Reply(long token, in NetlinkMessage message)
        {
        }

        public void Completed(long token, in NetlinkResult result) => Ends++;
    }

    /// <summary>Acknowledges a chunk's requests without keeping anything, so that only the connection could allocate.</summary>
    private sealed class SilentKernel : INetlinkTransport
    {
        private readonly uint[] _sequences = new uint[64];
        private int _first;
        private int _count;

        public int Descriptor => -1;

        public Errno Send(ReadOnlySpan<byte> messages)
        {
            (_first, _count) = (0, 0);
            var reader = new NetlinkMessageReader(messages);
            while (reader.MoveNext())
            {
                _sequences[_count++] = reader.Current.Sequence;
            }

            return Errno.None;
        }

        public Errno Receive(Span<byte> buffer, out NetlinkDatagram datagram)
        {
            datagram = new NetlinkDatagram(36, false);
            if (_first == _count)
            {
                return Errno.EAGAIN;
            }

            buffer[..36].Clear();
            System.Runtime.InteropServices.MemoryMarshal.Write(buffer, 36);
            System.Runtime.InteropServices.MemoryMarshal.Write(buffer[4..], NetlinkAbi.Error);
            System.Runtime.InteropServices.MemoryMarshal.Write(buffer[8..], _sequences[_first++]);
            return Errno.None;
        }

        public bool WaitReadable(TimeSpan timeout) => _first < _count;

        public Errno Join(uint group) => Errno.None;

        public void Dispose()
        {
        }
    }
}
