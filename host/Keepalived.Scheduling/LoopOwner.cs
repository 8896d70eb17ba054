namespace Keepalived.Scheduling;

/// <summary>The loop as one owner sees it. Everything an owner sets up remembers the owner, so that it can be dropped with it.</summary>
internal sealed class LoopOwner : IScheduler
{
    private readonly EventLoop _loop;
    private volatile bool _retired;

    internal LoopOwner(EventLoop loop, string name)
    {
        _loop = loop;
        Name = name;
        SynchronizationContext = new LoopSynchronizationContext(loop, this);
        TimeProvider = new LoopTimeProvider(this);
    }

    /// <inheritdoc/>
    public MonotonicTime Now => _loop.Now;

    /// <inheritdoc/>
    public MonotonicTime NextDeadline => _loop.Timers.Next;

    /// <inheritdoc/>
    public TimeProvider TimeProvider { get; }

    /// <inheritdoc/>
    public SynchronizationContext SynchronizationContext { get; }

    /// <inheritdoc/>
    public bool IsLoopThread => _loop.IsLoopThread;

    internal string Name { get; }

    /// <summary>What its callbacks have allocated on the loop thread.</summary>
    internal long AllocatedBytes { get; set; }

    internal bool IsRetired => _retired;

    /// <inheritdoc/>
    public MonotonicTime ReadClock() => LoopClock.Read();

    /// <inheritdoc/>
    public ILoopTimer CreateTimer(TimerHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckUsable();
        return new LoopTimer(_loop, this, handler);
    }

    /// <inheritdoc/>
    public IDescriptorWatch Watch(int descriptor, Readiness interest, ReadinessHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckUsable();
        return new DescriptorWatch(_loop, this, descriptor, interest, handler);
    }

    /// <inheritdoc/>
    public IDisposable WatchProcess(int processId, int processDescriptor, ProcessExitHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckUsable();
        return new ProcessWatch(_loop, this, processDescriptor, handler);
    }

    /// <inheritdoc/>
    public void Post(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ThrowIfRetired();
        _loop.Posts.Add(new PostedWork(this, callback, null, null));
    }

    /// <inheritdoc/>
    public void RunAtTurnEnd(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        CheckUsable();
        _loop.AddTurnEnd(this, callback);
    }

    internal void Retire() => _retired = true;

    internal void ThrowIfRetired()
    {
        if (_retired)
        {
            throw new ObjectDisposedException(Name, $"'{Name}' has been retired: a callback of it failed, or it was ended");
        }
    }

    private void CheckUsable()
    {
        _loop.AssertOnLoop();
        ThrowIfRetired();
    }
}
