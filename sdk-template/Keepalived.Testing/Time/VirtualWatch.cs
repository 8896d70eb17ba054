using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>A descriptor that a test reports as ready.</summary>
internal sealed class VirtualWatch : IDescriptorWatch
{
    private readonly VirtualLoop _loop;

    internal VirtualWatch(VirtualLoop loop, VirtualOwner owner, int descriptor, Readiness interest, ReadinessHandler handler)
    {
        _loop = loop;
        Owner = owner;
        Descriptor = descriptor;
        Interest = interest;
        Handler = handler;
        loop.AddWatch(this);
    }

    public Readiness Interest { get; set; }

    internal VirtualOwner Owner { get; }

    internal int Descriptor { get; }

    internal ReadinessHandler Handler { get; }

    internal bool IsDisposed { get; private set; }

    public void Dispose()
    {
        _loop.AssertOnLoop();
        IsDisposed = true;
        _loop.RemoveWatch(this);
    }
}

/// <summary>A child process that a test ends.</summary>
internal sealed class VirtualProcessWatch : IDisposable
{
    internal VirtualProcessWatch(VirtualLoop loop, VirtualOwner owner, int processId, ProcessExitHandler handler)
    {
        Owner = owner;
        ProcessId = processId;
        Handler = handler;
        loop.AddProcess(this);
    }

    internal VirtualOwner Owner { get; }

    internal int ProcessId { get; }

    internal ProcessExitHandler? Handler { get; private set; }

    public void Dispose() => Handler = null;
}
