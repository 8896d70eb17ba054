namespace Keepalived.Scheduling;

/// <summary>
/// Brings continuations back to the loop, on behalf of one owner. What arrives after the owner was retired is dropped silently: it
/// comes from operations that were under way, on threads that nobody could catch an exception on.
/// </summary>
internal sealed class LoopSynchronizationContext(EventLoop loop, LoopOwner owner) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (!owner.IsRetired)
        {
            loop.Posts.Add(new PostedWork(owner, null, d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (!loop.IsLoopThread)
        {
            throw new NotSupportedException("Send would block a thread until the loop has time: use Post.");
        }

        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
