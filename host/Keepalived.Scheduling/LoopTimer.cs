namespace Keepalived.Scheduling;

/// <summary>One deadline of one owner. The queue keeps its bookkeeping in the timer itself, so that arming allocates nothing.</summary>
internal sealed class LoopTimer : ILoopTimer
{
    private readonly EventLoop _loop;
    private bool _disposed;

    internal LoopTimer(EventLoop loop, LoopOwner owner, TimerHandler handler)
    {
        _loop = loop;
        Owner = owner;
        Handler = handler;
    }

    internal LoopOwner Owner { get; }

    internal TimerHandler Handler { get; }

    internal bool IsQueued { get; set; }

    internal int HeapIndex { get; set; } = -1;

    internal long Generation { get; set; }

    internal MonotonicTime QueuedDeadline { get; set; }

    /// <inheritdoc/>
    public bool IsArmed => IsQueued;

    /// <inheritdoc/>
    public MonotonicTime Deadline => IsQueued ? QueuedDeadline : MonotonicTime.Never;

    /// <inheritdoc/>
    public void Arm(MonotonicTime deadline)
    {
        _loop.AssertOnLoop();
        ObjectDisposedException.ThrowIf(_disposed, this);
        Owner.ThrowIfRetired();
        if (deadline == MonotonicTime.Never)
        {
            _loop.Timers.Disarm(this);
            return;
        }

        _loop.Timers.Arm(this, deadline);
    }

    /// <inheritdoc/>
    public void Disarm()
    {
        _loop.AssertOnLoop();
        _loop.Timers.Disarm(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Disarm();
        _disposed = true;
    }
}
