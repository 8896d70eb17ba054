using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>Tests on a network of two hosts that is made for each and removed after it.</summary>
public abstract class TwoHostTests : IAsyncLifetime
{
    private protected Lan Lan { get; private set; } = null!;

    /// <summary>Where the director under test runs: 10.77.0.1.</summary>
    private protected Host Host { get; private set; } = null!;

    /// <summary>Its peer: 10.77.0.2.</summary>
    private protected Host Other { get; private set; } = null!;

    public virtual ValueTask InitializeAsync()
    {
        Prerequisites.Namespaces();
        Lan = Lan.Create();
        Host = Lan.AddHost("a", 1);
        Other = Lan.AddHost("b", 2);
        return ValueTask.CompletedTask;
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Lan?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
