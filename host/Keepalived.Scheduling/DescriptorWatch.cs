using Keepalived.Linux;
using Keepalived.Linux.Processes;

namespace Keepalived.Scheduling;

/// <summary>A descriptor watched for one owner.</summary>
internal class DescriptorWatch : IDescriptorWatch
{
    private int _descriptor;
    private readonly ReadinessHandler? _handler;
    private int _slot;
    private Readiness _interest;

    internal DescriptorWatch(EventLoop loop, LoopOwner owner, int descriptor, Readiness interest, ReadinessHandler? handler)
    {
        Loop = loop;
        Owner = owner;
        _handler = handler;
        Begin(descriptor, interest);
    }

    internal LoopOwner Owner { get; }

    protected EventLoop Loop { get; }

    protected int Descriptor => _descriptor;

    /// <inheritdoc/>
    public Readiness Interest
    {
        get => _interest;
        set
        {
            Loop.AssertOnLoop();
            ObjectDisposedException.ThrowIf(_slot < 0, this);
            if (value != _interest)
            {
                Loop.Descriptors.Modify(_slot, _descriptor, value);
                _interest = value;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Loop.AssertOnLoop();
        Ended();
    }

    /// <summary>
    /// Ends the watch of a descriptor that the caller closes at once, without a system call. Not for one that another process or another
    /// number shares: it would stay in the set.
    /// </summary>
    internal void EndByClosing()
    {
        Loop.AssertOnLoop();
        if (_slot >= 0)
        {
            Loop.Descriptors.Forget(_slot);
            _slot = -1;
        }
    }

    /// <summary>Watches a descriptor; again, and another one, after it was disposed, so that a pooled connection can keep its watch.</summary>
    internal void Begin(int descriptor, Readiness interest)
    {
        _slot = -1;
        _slot = Loop.Descriptors.Add(this, descriptor, interest);
        _descriptor = descriptor;
        _interest = interest;
    }

    internal virtual void Ready(Readiness readiness) => _handler?.Invoke(readiness);

    /// <summary>Nobody wants to know any more: the watch was disposed, or its owner retired.</summary>
    internal virtual void Ended() => EndWatch();

    protected void EndWatch()
    {
        if (_slot >= 0)
        {
            Loop.Descriptors.Remove(_slot, _descriptor);
            _slot = -1;
        }
    }
}

/// <summary>
/// A child process watched through its pidfd. It is reaped even when nobody wants to know any more (disposed, or its owner retired):
/// otherwise it would stay a zombie.
/// </summary>
internal sealed class ProcessWatch : DescriptorWatch
{
    private ProcessExitHandler? _handler;

    internal ProcessWatch(EventLoop loop, LoopOwner owner, int descriptor, ProcessExitHandler handler)
        : base(loop, owner, descriptor, Readiness.Read, null) => _handler = handler;

    internal override void Ended() => _handler = null;

    internal override void Ready(Readiness readiness)
    {
        if (!ProcessDescriptor.TryReap(Descriptor, out ProcessEnd end))
        {
            return;
        }

        ProcessExitHandler? handler = _handler;
        _handler = null;
        EndWatch();
        FileDescriptors.Close(Descriptor);
        handler?.Invoke(end.Signalled ? new ProcessExit(end.ProcessId, null, end.Status) : new ProcessExit(end.ProcessId, end.Status, null));
    }
}
