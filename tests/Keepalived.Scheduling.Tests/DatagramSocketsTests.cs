using System.Net;
using Keepalived.Checking;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling.Sockets;

namespace Keepalived.Scheduling.Tests;

/// <summary>Datagrams and echoes for checks, and what a peer that never ends may not do.</summary>
public sealed class DatagramSocketsTests : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly IScheduler _scheduler;
    private readonly CheckSockets _sockets;
    private readonly LinuxSocket _peer;
    private readonly IPEndPoint _server;

    public DatagramSocketsTests()
    {
        _scheduler = _loop.ForOwner("test");
        _sockets = new CheckSockets(_scheduler);
        _peer = LinuxSocket.Open(SocketFamily.Internet, SocketKind.Datagram);
        _peer.Bind(SocketName.FromAddress(IPAddress.Loopback, 0));
        _server = _peer.GetLocalName().ToEndPoint();
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _peer.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void Datagrams_go_both_ways_whole_cut_and_empty() => Complete(async () =>
    {
        using IDatagramSocket socket = Open();
        Assert.Equal(new TransferResult(SocketOutcome.Completed, 4, 0), socket.Send("ping"u8.ToArray()));
        _peer.ReceiveFrom(new byte[16], out int count, out SocketName client);
        Assert.Equal(4, count);
        byte[] buffer = new byte[4];
        ValueTask<TransferResult> receive = socket.ReceiveAsync(buffer, Soon());
        Assert.False(receive.IsCompleted);

        _peer.SendTo("pong!"u8, client);
        Assert.Equal(new TransferResult(SocketOutcome.Completed, 4, 0), await receive);
        _peer.SendTo([], client);
        Assert.Equal(new TransferResult(SocketOutcome.Completed, 0, 0), await socket.ReceiveAsync(buffer, Soon()));
    });

    [Fact]
    public void Nobody_at_the_port_is_a_refusal_and_silence_a_time_out() => Complete(async () =>
    {
        using IDatagramSocket silent = Open();
        silent.Send(new byte[1]);
        Assert.Equal(SocketOutcome.TimedOut, (await silent.ReceiveAsync(new byte[1], _scheduler.ReadClock() + TimeSpan.FromMilliseconds(20))).Outcome);

        _peer.Dispose();
        using IDatagramSocket refused = Open();
        refused.Send(new byte[1]);
        TransferResult result = await refused.ReceiveAsync(new byte[1], Soon());
        Assert.Equal((SocketOutcome.Refused, (int)Errno.ECONNREFUSED), (result.Outcome, result.Errno));
    });

    [Fact]
    public void A_socket_cannot_be_bound_to_what_is_not_there() => Complete(() =>
    {
        DatagramResult result = _sockets.OpenDatagram(_server, SocketBinding.Any with { Interface = "no-such-if" });

        Assert.Equal((SocketOutcome.Unreachable, (int)Errno.ENODEV), (result.Outcome, result.Errno));
        Assert.Null(result.Socket);
        return Task.CompletedTask;
    });

    [Fact]
    public void Disposing_ends_a_receive() => Complete(async () =>
    {
        IDatagramSocket socket = Open();
        ValueTask<TransferResult> receive = socket.ReceiveAsync(new byte[1], Soon());

        socket.Dispose();

        Assert.Equal(SocketOutcome.Failed, (await receive).Outcome);
        Assert.Throws<ObjectDisposedException>(() => socket.Send(new byte[1]));
    });

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", false)]
    [InlineData("::1", true)]
    public void RFC_792_and_RFC_4443_this_machine_replies_to_an_echo_through_either_kind_of_socket(string address, bool isRaw) => Complete(async () =>
    {
        IPAddress remote = IPAddress.Parse(address);
        Assert.SkipWhen(isRaw && !Environment.IsPrivilegedProcess, "raw sockets need CAP_NET_RAW");
        Assert.SkipWhen(remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !File.Exists("/proc/net/if_inet6"), "no IPv6 here");
        using CheckSockets sockets = new(_scheduler) { UsesRawEcho = isRaw };
        for (int i = 0; i < 3; i++)
        {
            TransferResult result = await sockets.EchoAsync(remote, SocketBinding.Any, new byte[57], Soon());
            Assert.Equal(new TransferResult(SocketOutcome.Completed, 57, 0), result);
        }
    });

    [Fact]
    public void Many_echoes_at_once_each_get_their_own_reply() => Complete(async () =>
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "raw sockets need CAP_NET_RAW");
        using CheckSockets sockets = new(_scheduler) { UsesRawEcho = true };
        ValueTask<TransferResult>[] echoes = [.. Enumerable.Range(0, 50).Select(_ => sockets.EchoAsync(IPAddress.Loopback, SocketBinding.Any, new byte[8], Soon()))];
        foreach (ValueTask<TransferResult> echo in echoes)
        {
            Assert.Equal(SocketOutcome.Completed, (await echo).Outcome);
        }
    });

    [Fact]
    public void A_peer_that_never_ends_does_not_keep_the_loop_from_its_time_outs() => Complete(async () =>
    {
        using IDatagramSocket socket = Open();
        socket.Send(new byte[1]);
        _peer.ReceiveFrom(new byte[1], out _, out SocketName client);
        bool isOver = false;
        using ILoopTimer timer = _scheduler.CreateTimer(_ => isOver = true);
        timer.Arm(_scheduler.ReadClock() + TimeSpan.FromMilliseconds(50));
        byte[] buffer = new byte[8];
        long received = 0;
        while (!isOver)
        {
            _peer.SendTo("flood"u8, client);
            _peer.SendTo("flood"u8, client);
            received += (await socket.ReceiveAsync(buffer, Soon())).Count;
        }

        Assert.True(received > 0);
    });

    [Fact]
    public void A_datagram_exchange_in_steady_state_allocates_nothing()
    {
        long allocated = 0;
        Complete(async () =>
        {
            byte[] buffer = new byte[8];
            await Exchange(buffer, 300);
            long before = GC.GetAllocatedBytesForCurrentThread();
            await Exchange(buffer, 1000);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.True(allocated < 2000, $"{allocated} bytes in 1000 exchanges");

        async ValueTask Exchange(byte[] buffer, int count)
        {
            for (int i = 0; i < count; i++)
            {
                IDatagramSocket socket = _sockets.OpenDatagram(_server, SocketBinding.Any).Socket!;
                socket.Send(buffer);
                ValueTask<TransferResult> receive = socket.ReceiveAsync(buffer, Soon());
                _peer.ReceiveFrom(buffer, out _, out SocketName client);
                _peer.SendTo("pong"u8, client);
                await receive;
                socket.Dispose();
            }
        }
    }

    private IDatagramSocket Open() => _sockets.OpenDatagram(_server, SocketBinding.Any).Socket!;

    private MonotonicTime Soon() => _scheduler.ReadClock() + TimeSpan.FromSeconds(10);

    private void Complete(Func<Task> test)
    {
        Task? task = null;
        _scheduler.Post(() => task = test());
        _loop.OwnerFailed += (_, error) => throw new InvalidOperationException("the owner failed", error);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (task is not { IsCompleted: true })
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "the test's checks never ended");
            _loop.RunTurn(TimeSpan.FromSeconds(1));
        }

        task.GetAwaiter().GetResult();
    }
}
