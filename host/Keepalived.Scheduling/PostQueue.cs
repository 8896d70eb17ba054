using Keepalived.Linux.Events;

namespace Keepalived.Scheduling;

/// <summary>A callback on its way to the loop: an action, or a continuation with its state.</summary>
internal readonly record struct PostedWork(LoopOwner Owner, Action? Action, SendOrPostCallback? Continuation, object? State)
{
    internal void Run()
    {
        if (Action is { } action)
        {
            action();
        }
        else
        {
            Continuation?.Invoke(State);
        }
    }
}

/// <summary>
/// Work posted from any thread, in two arrays: posters fill one under a lock, the loop empties the other without it. The eventfd is
/// written only when the loop says it is going to sleep and nobody has written it yet; both flags are guarded by the lock, so a post
/// either comes before the loop's last look or wakes it.
/// </summary>
internal sealed class PostQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly EventFd _wake = new();
    private PostedWork[] _incoming = new PostedWork[64];
    private PostedWork[] _running = new PostedWork[64];
    private int _incomingCount;
    private int _runningCount;
    private int _next;
    private bool _sleeping;
    private bool _stopRequested;

    /// <summary>The descriptor that wakes the loop.</summary>
    internal int Descriptor => _wake.Descriptor;

    internal void Add(in PostedWork work)
    {
        lock (_lock)
        {
            if (_incomingCount == _incoming.Length)
            {
                Array.Resize(ref _incoming, _incomingCount * 2);
            }

            _incoming[_incomingCount++] = work;
            WakeIfSleeping();
        }
    }

    /// <summary>Ends the loop's sleep without giving it work.</summary>
    internal void Wake()
    {
        lock (_lock)
        {
            _stopRequested = true;
            WakeIfSleeping();
        }
    }

    /// <summary>Called by the loop before it waits: true when it must not sleep because work is there.</summary>
    internal bool PrepareToSleep()
    {
        lock (_lock)
        {
            bool stay = _next < _runningCount || _incomingCount > 0 || _stopRequested;
            _sleeping = !stay;
            _stopRequested = false;
            return stay;
        }
    }

    /// <summary>Called by the loop after it has waited.</summary>
    internal void Awake()
    {
        lock (_lock)
        {
            _sleeping = false;
        }
    }

    /// <summary>Empties the eventfd after it woke the loop.</summary>
    internal void Acknowledge() => _wake.Reset();

    /// <summary>Decides what this turn may run: what is left from before, else what was posted until now. Returns the number.</summary>
    internal int BeginPass(int limit)
    {
        if (_next == _runningCount)
        {
            lock (_lock)
            {
                (_running, _incoming) = (_incoming, _running);
                _runningCount = _incomingCount;
                _incomingCount = 0;
            }

            _next = 0;
        }

        return Math.Min(limit, _runningCount - _next);
    }

    internal PostedWork Take()
    {
        PostedWork work = _running[_next];
        _running[_next++] = default;
        return work;
    }

    public void Dispose() => _wake.Dispose();

    private void WakeIfSleeping()
    {
        if (_sleeping)
        {
            _sleeping = false;
            _wake.Signal();
        }
    }
}
