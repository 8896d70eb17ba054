using System.Net;
using Keepalived.Checking;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling.Sockets;

namespace Keepalived.Scheduling.Tests;

public sealed class CheckSocketsTests : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly IScheduler _scheduler;
    private readonly CheckSockets _sockets;
    private readonly LinuxSocket _listener;
    private readonly IPEndPoint _server;

    public CheckSocketsTests()
    {
        _scheduler = _loop.ForOwner("test");
        _sockets = new CheckSockets(_scheduler);
        _listener = LinuxSocket.Open(SocketFamily.Internet, SocketKind.Stream);
        _listener.Bind(SocketName.FromAddress(IPAddress.Loopback, 0));
        _listener.Listen();
        _server = _listener.GetLocalName().ToEndPoint();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void A_connection_is_made_and_bytes_go_both_ways() => Complete(async () =>
    {
        ConnectResult connected = await Connect();
        Assert.Equal(SocketOutcome.Completed, connected.Outcome);
        using IStreamConnection client = connected.Connection!;
        using LinuxSocket server = _listener.Accept()!;
        Assert.Equal(new TransferResult(SocketOutcome.Completed, 4, 0), await client.SendAsync("ping"u8.ToArray(), Soon()));
        byte[] buffer = new byte[16];
        server.Receive(buffer, out int count);
        Assert.Equal(4, count);

        ValueTask<TransferResult> receive = client.ReceiveAsync(buffer, Soon());
        Assert.False(receive.IsCompleted);
        server.Send("pong!"u8, out _);

        Assert.Equal(new TransferResult(SocketOutcome.Completed, 5, 0), await receive);
    });

    [Fact]
    public void A_closed_port_refuses() => Complete(async () =>
    {
        _listener.Dispose();

        ConnectResult result = await Connect();

        Assert.Equal((SocketOutcome.Refused, (int)Errno.ECONNREFUSED), (result.Outcome, result.Errno));
        Assert.Null(result.Connection);
    });

    [Fact]
    public void A_server_that_says_nothing_runs_into_the_deadline_and_the_connection_lives_on() => Complete(async () =>
    {
        using IStreamConnection client = (await Connect()).Connection!;
        using LinuxSocket server = _listener.Accept()!;
        MonotonicTime deadline = _scheduler.ReadClock() + TimeSpan.FromMilliseconds(5);

        Assert.Equal(SocketOutcome.TimedOut, (await client.ReceiveAsync(new byte[8], deadline)).Outcome);

        Assert.True(_scheduler.Now >= deadline);
        server.Send("late"u8, out _);
        Assert.Equal(4, (await client.ReceiveAsync(new byte[8], Soon())).Count);
    });

    [Fact]
    public void A_backlog_that_is_full_runs_into_the_deadline_of_connecting() => Complete(async () =>
    {
        using LinuxSocket busy = LinuxSocket.Open(SocketFamily.Internet, SocketKind.Stream);
        busy.Bind(SocketName.FromAddress(IPAddress.Loopback, 0));
        busy.Listen(0);
        IPEndPoint endPoint = busy.GetLocalName().ToEndPoint();
        using IStreamConnection? first = (await _sockets.ConnectAsync(endPoint, SocketBinding.Any, Soon())).Connection;

        ConnectResult second = await _sockets.ConnectAsync(
            endPoint, SocketBinding.Any, _scheduler.ReadClock() + TimeSpan.FromMilliseconds(10));

        Assert.Equal((SocketOutcome.TimedOut, null), (second.Outcome, second.Connection));
    });

    [Fact]
    public void An_orderly_end_and_a_reset_are_told_apart() => Complete(async () =>
    {
        using IStreamConnection first = (await Connect()).Connection!;
        _listener.Accept()!.Dispose();
        Assert.Equal(SocketOutcome.EndOfStream, (await first.ReceiveAsync(new byte[8], Soon())).Outcome);

        using IStreamConnection second = (await Connect()).Connection!;
        LinuxSocket server = _listener.Accept()!;
        LinuxSocket.TrySetResetOnClose(server.Descriptor, true);
        ValueTask<TransferResult> receive = second.ReceiveAsync(new byte[8], Soon());
        server.Dispose();
        Assert.Equal(new TransferResult(SocketOutcome.Reset, 0, (int)Errno.ECONNRESET), await receive);
    });

    [Fact]
    public void More_than_the_kernel_buffers_is_sent_as_the_peer_reads() => Complete(async () =>
    {
        byte[] bytes = new byte[8_000_000];
        new Random(1).NextBytes(bytes);
        using IStreamConnection client = (await Connect()).Connection!;
        using LinuxSocket server = _listener.Accept()!;
        var received = new MemoryStream();
        byte[] buffer = new byte[200_000];
        using IDescriptorWatch watch = _scheduler.Watch(server.Descriptor, Readiness.Read, _ =>
        {
            server.Receive(buffer, out int count);
            received.Write(buffer, 0, count);
        });

        TransferResult sent = await client.SendAsync(bytes, Soon());
        while (received.Length < bytes.Length)
        {
            await Task.Yield();
        }

        Assert.Equal(new TransferResult(SocketOutcome.Completed, bytes.Length, 0), sent);
        Assert.True(received.ToArray().AsSpan().SequenceEqual(bytes));
    });

    [Fact]
    public void Disposing_ends_what_is_under_way() => Complete(async () =>
    {
        IStreamConnection client = (await Connect()).Connection!;
        ValueTask<TransferResult> receive = client.ReceiveAsync(new byte[8], Soon());
        client.Dispose();
        client.Dispose();

        Assert.Equal(new TransferResult(SocketOutcome.Failed, 0, (int)Errno.ECANCELED), await receive);
        Assert.Equal(1, _sockets.Pooled);
    });

    [Fact]
    public void Reset_on_close_resets() => Complete(async () =>
    {
        IStreamConnection client = (await Connect()).Connection!;
        using LinuxSocket server = _listener.Accept()!;
        client.ResetOnClose = true;
        client.Dispose();

        Assert.Equal(Errno.ECONNRESET, server.Receive(new byte[1], out _));
    });

    [Fact]
    public void A_peer_that_hung_up_does_not_spin_the_loop() => Complete(async () =>
    {
        using IStreamConnection client = (await Connect()).Connection!;
        using (LinuxSocket server = _listener.Accept()!)
        {
            ValueTask<TransferResult> receive = client.ReceiveAsync(new byte[8], Soon());
            server.Send("x"u8, out _);
            await receive;
        }

        long turns = _loop.Statistics.Turns;
        var waited = new TaskCompletionSource();
        using ILoopTimer timer = _scheduler.CreateTimer(_ => waited.SetResult());
        timer.Arm(_scheduler.ReadClock() + TimeSpan.FromMilliseconds(10));
        await waited.Task;

        Assert.InRange(_loop.Statistics.Turns - turns, 0, 5);
    });

    [Fact]
    public void The_local_address_is_what_the_binding_says() => Complete(async () =>
    {
        var binding = new SocketBinding(new IPEndPoint(IPAddress.Parse("127.0.0.7"), 0), "lo", 0);
        ConnectResult result = await _sockets.ConnectAsync(_server, binding, Soon());
        Assert.Equal(SocketOutcome.Completed, result.Outcome);
        using LinuxSocket server = _listener.Accept()!;
        Assert.Equal(IPAddress.Parse("127.0.0.7"), server.GetPeerName().ToEndPoint().Address);
        result.Connection!.Dispose();

        ConnectResult missing = await _sockets.ConnectAsync(_server, binding with { Interface = "no-such-if" }, Soon());
        Assert.Equal((SocketOutcome.Unreachable, (int)Errno.ENODEV), (missing.Outcome, missing.Errno));
        ConnectResult foreign = await _sockets.ConnectAsync(
            _server, SocketBinding.Any with { LocalEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.77"), 0) }, Soon());
        Assert.Equal(SocketOutcome.Unreachable, foreign.Outcome);
    });

    [Fact]
    public void Disposing_the_sockets_closes_what_a_retired_owner_left_open() => Complete(async () =>
    {
        IScheduler other = _loop.ForOwner("other");
        var sockets = new CheckSockets(other);
        ConnectResult result = await sockets.ConnectAsync(_server, SocketBinding.Any, Soon());
        Assert.Equal(SocketOutcome.Completed, result.Outcome);
        using LinuxSocket server = _listener.Accept()!;
        _loop.Retire(other);

        sockets.Dispose();

        Assert.Equal(Errno.None, server.Receive(new byte[1], out int count));
        Assert.Equal(0, count);
    });

    [Fact]
    public void A_connect_check_in_steady_state_allocates_nothing()
    {
        int left = 0;
        byte[] buffer = new byte[16];
        Memory<byte> memory = buffer;
        byte[] answer = "answer"u8.ToArray();
        using IDescriptorWatch accept = _scheduler.Watch(_listener.Descriptor, Readiness.Read, _ =>
        {
            int descriptor = AcceptRaw(_listener.Descriptor);
            LinuxSocket.Send(descriptor, answer, out int _);
            LinuxSocket.TrySetResetOnClose(descriptor, false);
            FileDescriptors.Close(descriptor);
        });
        RunChecks(50);

        long before = GC.GetAllocatedBytesForCurrentThread();
        RunChecks(500);

        // The two async methods of a run box their state machines once each; 500 checks add nothing.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
        Assert.Equal(1, _sockets.Pooled);

        void RunChecks(int count)
        {
            left = count;
            Task run = Check();
            while (!run.IsCompleted)
            {
                _loop.RunTurn(TimeSpan.FromSeconds(5));
            }

            run.GetAwaiter().GetResult();
        }

        async Task Check()
        {
            while (left-- > 0)
            {
                ConnectResult connected = await _sockets.ConnectAsync(_server, SocketBinding.Any, Soon());
                Assert.True(connected.Outcome == SocketOutcome.Completed);
                TransferResult received = await connected.Connection!.ReceiveAsync(memory, Soon());
                Assert.True(received.Count == 6);
                connected.Connection.ResetOnClose = true;
                connected.Connection.Dispose();
            }
        }
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "accept")]
    private static extern int AcceptRaw(int socket, nint name = 0, nint length = 0);

    private ValueTask<ConnectResult> Connect() => _sockets.ConnectAsync(_server, SocketBinding.Any, Soon());

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
