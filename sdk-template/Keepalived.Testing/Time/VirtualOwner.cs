using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>The virtual loop as one owner sees it.</summary>
internal sealed class VirtualOwner : IScheduler
{
    private readonly VirtualLoop _loop;
    private volatile bool _retired;

    internal VirtualOwner(VirtualLoop loop, string name)
    {
        _loop = loop;
        Name = name;
        SynchronizationContext = new Context(loop, this);
        TimeProvider = new VirtualTimeProvider(loop, this);
    }

    public MonotonicTime Now => _loop.Now;

    public MonotonicTime NextDeadline => _loop.NextDeadline;

    public TimeProvider TimeProvider { get; }

    public SynchronizationContext SynchronizationContext { get; }

    public bool IsLoopThread => _loop.IsLoopThread;

    internal string Name { get; }

    internal bool IsRetired => _retired;

    public MonotonicTime ReadClock() => _loop.Clock;

    public ILoopTimer CreateTimer(TimerHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckUsable();
        return new VirtualTimer(_loop, this, handler);
    }

    public IDescriptorWatch Watch(int descriptor, Readiness interest, ReadinessHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckUsable();
        return new VirtualWatch(_loop, this, descriptor, interest, handler);
    }

    public IDisposable WatchProcess(int processId, int processDescriptor, ProcessExitHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckUsable();
        return new VirtualProcessWatch(_loop, this, processId, handler);
    }

    public void Post(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ThrowIfRetired();
        _loop.AddPost(this, static action => ((Action)action!)(), callback);
    }

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

    private sealed class Context(VirtualLoop loop, VirtualOwner owner) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            if (!owner.IsRetired)
            {
                loop.AddPost(owner, d, state);
            }
        }

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (!loop.IsLoopThread)
            {
                throw new NotSupportedException("Send would block a thread until the loop has time: use Post.");
            }

            d(state);
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
