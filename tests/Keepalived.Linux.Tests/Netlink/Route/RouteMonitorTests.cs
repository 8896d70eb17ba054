using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Linux.Tests.Netlink.Route;

/// <summary>The monitor against a fake kernel: what a real one does too seldom to wait for.</summary>
public sealed class RouteMonitorTests : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private readonly RecordingMonitorHandler _told = new();
    private readonly FakeKernel _kernel;
    private readonly RouteMonitor _monitor;
    private readonly Queue<Action<FakeRequest>> _answers = new();

    public RouteMonitorTests()
    {
        _kernel = new FakeKernel((_, request) =>
        {
            if (_answers.TryDequeue(out Action<FakeRequest>? special))
            {
                special(request);
            }
            else
            {
                AnswerDump(request);
            }
        });
        _monitor = new RouteMonitor(new NetlinkConnection(_kernel), _told);
    }

    public void Dispose() => _monitor.Dispose();

    [Fact]
    public void It_subscribes_before_it_asks_what_exists()
    {
        _monitor.Start();
        Assert.Equal([RouteAbi.GroupLink, RouteAbi.GroupIPv4Address, RouteAbi.GroupIPv6Address], _kernel.Groups);

        _monitor.WaitUntilSynchronized(Silence);

        Assert.Equal([RouteAbi.GetLink, RouteAbi.GetAddr], _kernel.Requests.Select(request => request.Type));
        Assert.Equal(["link left", "address 2001:db8::1/128", "address fe80::7810:fff:feb4:a893/64", "synchronized"], _told.Events);
    }

    [Fact]
    public void An_overrun_starts_over_and_is_told_first()
    {
        Synchronize();
        _kernel.Fail(Errno.ENOBUFS);

        _monitor.OnReadable();
        Assert.False(_monitor.IsSynchronized);
        _monitor.WaitUntilSynchronized(Silence);

        Assert.Equal(["overrun", "link left", "address 2001:db8::1/128", "address fe80::7810:fff:feb4:a893/64", "synchronized"], _told.Events);
        Assert.True(_monitor.IsSynchronized);
    }

    [Fact]
    public void An_overrun_during_the_reading_reads_once_more()
    {
        _answers.Enqueue(request =>
        {
            _kernel.Fail(Errno.ENOBUFS);
            AnswerDump(request);
        });

        Synchronize(clear: false);

        Assert.Equal([RouteAbi.GetLink, RouteAbi.GetLink, RouteAbi.GetAddr], _kernel.Requests.Select(request => request.Type));
        Assert.Single(_told.Events, line => line == "synchronized");
    }

    [Fact]
    public void A_table_that_changed_while_it_was_read_is_read_once_more()
    {
        _answers.Enqueue(request => _kernel.Deliver(FakeKernel.Done(request, flags: NetlinkAbi.Multi | NetlinkAbi.DumpInterrupted)));

        Synchronize(clear: false);

        Assert.Equal(3, _kernel.Requests.Count);
        Assert.True(_monitor.IsSynchronized);
    }

    [Fact]
    public void A_refusal_is_told_and_leaves_the_view_stale()
    {
        _answers.Enqueue(request => _kernel.Acknowledge(request, Errno.ENOMEM));

        Synchronize(clear: false);
        Assert.Equal(["failed ENOMEM"], _told.Events);
        Assert.False(_monitor.IsSynchronized);

        _monitor.Resynchronize();
        _monitor.WaitUntilSynchronized(Silence);
        Assert.True(_monitor.IsSynchronized);
    }

    [Fact]
    public void News_come_between_the_entries_of_a_dump_in_their_order()
    {
        _answers.Enqueue(request =>
        {
            _kernel.Deliver(FakeKernel.Message(request, RouteAbi.DelAddr, 0, Captures.AddIPv4[16..]), multicast: true);
            AnswerDump(request);
        });

        Synchronize(clear: false);

        Assert.Equal("no address 192.0.2.1/24", _told.Events[0]);
        Assert.Equal("synchronized", _told.Events[^1]);
    }

    private void Synchronize(bool clear = true)
    {
        _monitor.Start();
        _monitor.WaitUntilSynchronized(Silence);
        if (clear)
        {
            _told.Events.Clear();
        }
    }

    private void AnswerDump(FakeRequest request)
    {
        byte[] recorded = request.Type == RouteAbi.GetLink ? Captures.LinkShown : Captures.AddressesShown;
        var reader = new NetlinkMessageReader(recorded);
        while (reader.MoveNext())
        {
            _kernel.Deliver(FakeKernel.Message(request, reader.Current.Type, NetlinkAbi.Multi, reader.Current.Payload.ToArray()));
        }

        _kernel.Deliver(FakeKernel.Done(request));
    }
}
