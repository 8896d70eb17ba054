using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Keepalived.Checkers.Tcp;
using Keepalived.Checkers.Tests.Http;
using Keepalived.Checking;
using Keepalived.Scheduling;
using Keepalived.Scheduling.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>What checks cost the garbage collector when many are under way at once, on the real loop with real sockets.</summary>
public sealed class ManyChecksAllocationTests : IDisposable
{
    private const int Checkers = 64;

    private readonly EventLoop _loop = new();
    private readonly IScheduler _scheduler;
    private readonly CheckSockets _sockets;
    private readonly Running[] _running = new Running[Checkers];

    public ManyChecksAllocationTests()
    {
        _scheduler = _loop.ForOwner("test");
        _sockets = new CheckSockets(_scheduler);
    }

    [Fact]
    public void Tcp_checks_allocate_nothing_in_steady_state()
    {
        using var server = new StreamServer((_, _) => { });

        AllocateNothing(server, options => new TcpCheckDefinition(options));
    }

    [Fact]
    public void Http_checks_allocate_nothing_in_steady_state()
    {
        byte[] answer = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nok"u8.ToArray();
        using var server = new StreamServer((_, stream) =>
        {
            StreamServer.ReadRequest(stream);
            stream.Write(answer);
        });

        AllocateNothing(server, options => HttpText.Check("url {\n path /\n}\nurl {\n path /other\n digest 444bcb3a3fcf8389296c49467f27e1d6\n}") with { Options = options });
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _loop.Dispose();
    }

    private void AllocateNothing(StreamServer server, Func<CheckOptions, CheckerDefinition> define)
    {
        var target = new CheckTarget("virtual", "real", server.EndPoint, null);
        var options = new CheckOptions { ConnectAddress = server.EndPoint.Address, ConnectPort = server.EndPoint.Port, ConnectTimeout = TimeSpan.FromSeconds(5) };
        CheckerDefinition definition = define(options);
        for (int i = 0; i < _running.Length; i++)
        {
            _running[i] = new(definition.CreateChecker(target)!, new CheckContext(target, options, _sockets, _scheduler, NullLogger.Instance));
        }

        Rounds(20);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Rounds(20);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(_running, running => Assert.Equal((40, 0), (running.Ends, running.Failures)));
    }

    private void Rounds(int count)
    {
        for (int round = 0; round < count; round++)
        {
            foreach (Running running in _running)
            {
                running.Begin(_scheduler.ReadClock() + TimeSpan.FromSeconds(5));
            }

            while (Running.UnderWay > 0)
            {
                _loop.RunTurn(TimeSpan.FromSeconds(5));
            }
        }
    }

    private sealed class Running
    {
        private readonly IChecker _checker;
        private readonly CheckContext _context;
        private readonly Action _ended;
        private ValueTaskAwaiter<CheckResult> _awaiter;

        public Running(IChecker checker, CheckContext context)
        {
            _checker = checker;
            _context = context;
            _ended = Ended;
        }

        [field: ThreadStatic]
        public static int UnderWay { get; private set; }

        public int Ends { get; private set; }

        public int Failures { get; private set; }

        public void Begin(MonotonicTime deadline)
        {
            _context.Deadline = deadline;
            UnderWay++;
            _awaiter = _checker.CheckAsync(_context).GetAwaiter();
            if (_awaiter.IsCompleted)
            {
                Ended();
            }
            else
            {
                _awaiter.UnsafeOnCompleted(_ended);
            }
        }

        private void Ended()
        {
            UnderWay--;
            Ends++;
            Failures += _awaiter.GetResult().IsUp ? 0 : 1;
        }
    }
}
