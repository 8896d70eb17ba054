namespace Keepalived.Scheduling;

/// <summary>Told of a callback that holds the loop, on the thread that watches.</summary>
/// <param name="owner">Whose callback it is; null when the loop has run on.</param>
/// <param name="held">How long the loop has been held so far; at the end, how long it was held, to a fraction of the limit.</param>
public delegate void LoopReport(string? owner, TimeSpan held);

/// <summary>
/// A thread that watches a loop from outside: the loop itself cannot tell that it stands still. While the loop waits for something to do the
/// thread sleeps too, without ever waking up; while it works, the thread looks a few times per limit. It allocates nothing but what a report
/// costs, so it brings no garbage collection about. Why a thread and not the parent's hello: docs/decisions, containment of plugins.
/// </summary>
internal sealed class LoopWatch : IDisposable
{
    private const int LooksPerLimit = 2;
    private const int StackSize = 128 * 1024;
    private readonly EventLoop _loop;
    private readonly TimeSpan _limit;
    private readonly LoopReport _report;
    private readonly AutoResetEvent _wake = new(false);
    private readonly ManualResetEvent _ended = new(false);
    private volatile bool _isAsleep;
    private volatile bool _isDisposed;

    internal LoopWatch(EventLoop loop, TimeSpan limit, LoopReport report)
    {
        _loop = loop;
        _limit = limit;
        _report = report;
        new Thread(Watch, StackSize) { IsBackground = true, Name = "loop-watch" }.Start();
    }

    /// <summary>Called by the loop when it begins to work.</summary>
    internal void LoopBegins()
    {
        // Either this sees that the thread sleeps, or the thread's last look sees that the loop works: both write first, then read.
        Interlocked.MemoryBarrier();
        if (_isAsleep)
        {
            _isAsleep = false;
            _wake.Set();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _ended.Set();
        _wake.Set();
    }

    private void Watch()
    {
        long reported = 0;
        while (!_isDisposed)
        {
            SleepWhileTheLoopWaits();
            long since = _loop.BusySince;
            _ended.WaitOne(_limit / LooksPerLimit);
            if (since == 0 || _loop.BusySince != since)
            {
                continue;
            }

            TimeSpan held = LoopClock.Read() - new MonotonicTime(since);
            if (held >= _limit && since != reported && _loop.Running is { } owner && !_isDisposed)
            {
                reported = since;
                _report(owner.Name, held);
                WaitForTheEnd(since);
            }
        }
    }

    private void SleepWhileTheLoopWaits()
    {
        _isAsleep = true;
        Interlocked.MemoryBarrier();
        if (_loop.BusySince == 0)
        {
            _wake.WaitOne();
        }

        _isAsleep = false;
    }

    private void WaitForTheEnd(long since)
    {
        while (_loop.BusySince == since && !_isDisposed)
        {
            _ended.WaitOne(_limit / LooksPerLimit);
        }

        if (!_isDisposed)
        {
            _report(null, LoopClock.Read() - new MonotonicTime(since));
        }
    }
}
