using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Tracking;

/// <summary>An interface that others than its own instances track: up while it is there, wanted up and running.</summary>
internal sealed class TrackedInterface : TrackedObject
{
    private readonly VrrpServices _services;

    public TrackedInterface(string name, VrrpServices services)
    {
        Name = name;
        _services = services;
        Follow();
    }

    public string Name { get; }

    /// <inheritdoc/>
    public override string Title => "interface " + Name;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The set follows the kernel for all of them; an interface owns nothing.
    }

    /// <summary>Looks at the interface again. One that is gone is down.</summary>
    public void Follow()
    {
        LinkInfo? link = _services.Interfaces.Find(Name);
        bool isUp = link is not null && _services.IsOperational(link);
        Become(TrackedState.Of(isUp), link is null ? "does not exist" : isUp ? "is up" : "is down");
    }
}
