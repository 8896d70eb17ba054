using Keepalived.Linux.Netlink;

namespace Keepalived.Linux.Tests.Netlink;

/// <summary>Whatever octets come back, each request ends exactly once and nothing is thrown.</summary>
public sealed class NetlinkFuzzTests
{
    [Fact]
    public void Damaged_answers_never_keep_a_request_from_ending_once()
    {
        var random = new Random(20260825);
        var kernel = new FakeKernel((self, request) => AnswerDamaged(random, self, request));
        var replies = new RecordingReplies();
        using var connection = new NetlinkConnection(kernel, chunkSize: 8);
        for (int round = 0; round < 300; round++)
        {
            replies.Ends.Clear();
            for (int i = 0; i < 20; i++)
            {
                NetlinkWriter request = random.Next(4) == 0 ? connection.BeginDump(100) : connection.Begin(100);
                request.PutUInt32(1, (uint)i);
                connection.Queue(in request, replies, i);
            }

            connection.Complete(TimeSpan.Zero);

            Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), replies.Ends.Select(end => end.Token).Order());
            Assert.Equal(0, connection.Pending);
        }
    }

    private static void AnswerDamaged(Random random, FakeKernel kernel, FakeRequest request)
    {
        bool dump = (request.Flags & NetlinkAbi.Dump) == NetlinkAbi.Dump;
        byte[] end = dump
            ? [.. FakeKernel.Message(request, 100, NetlinkAbi.Multi, new byte[random.Next(64)]), .. FakeKernel.Done(request)]
            : FakeKernel.Acknowledgement(request, (Errno)random.Next(3), random.Next(2) == 0 ? null : "words", 4, capped: random.Next(2) == 0);
        switch (random.Next(6))
        {
            case 0:
                kernel.Fail(Errno.ENOBUFS);
                break;
            case 1 or 2:
                kernel.Deliver(Fuzz.Damage(random, end), multicast: random.Next(4) == 0);
                break;
            case 3:
                kernel.Deliver(end);
                kernel.Deliver(end);
                break;
            default:
                kernel.Deliver(end);
                break;
        }
    }
}
