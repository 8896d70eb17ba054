using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>A deadline in virtual time.</summary>
internal sealed class VirtualTimer(VirtualLoop loop, VirtualOwner owner, TimerHandler handler) : ILoopTimer
{
    private bool _disposed;

    public bool IsArmed { get; private set; }

    public MonotonicTime Deadline => IsArmed ? ArmedFor : MonotonicTime.Never;

    internal VirtualOwner Owner => owner;

    internal TimerHandler Handler => handler;

    internal MonotonicTime ArmedFor { get; private set; }

    internal long Generation { get; private set; }

    public void Arm(MonotonicTime deadline)
    {
        loop.AssertOnLoop();
        ObjectDisposedException.ThrowIf(_disposed, this);
        owner.ThrowIfRetired();
        Generation++;
        IsArmed = deadline != MonotonicTime.Never;
        if (IsArmed)
        {
            ArmedFor = deadline;
            loop.Arm(this);
        }
    }

    public void Disarm()
    {
        loop.AssertOnLoop();
        Claim();
    }

    public void Dispose()
    {
        Disarm();
        _disposed = true;
    }

    internal void Claim()
    {
        Generation++;
        IsArmed = false;
    }
}
