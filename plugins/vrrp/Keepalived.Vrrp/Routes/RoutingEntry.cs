using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Routes;

/// <summary>What is told about routes and rules of an instance, or of the static ones.</summary>
internal interface IRoutingOwner
{
    /// <summary>Who they belong to, for the log.</summary>
    string Title { get; }

    /// <summary>Everything that was asked for is done.</summary>
    void RoutingSettled();
}

/// <summary>A route or a rule at run time: whether it shall be in the kernel and whether it is.</summary>
internal abstract class RoutingEntry(IRoutingOwner owner)
{
    private Restorations _restorations;

    /// <summary>Who is told.</summary>
    public IRoutingOwner Owner { get; } = owner;

    /// <summary>It shall be there.</summary>
    public bool IsWanted { get; set; }

    /// <summary>It is there; null while nobody knows: an earlier life of the daemon may have left it.</summary>
    public bool? IsPresent { get; set; }

    /// <summary>Waits for its turn in the installer, or for the kernel.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>How often it was put back.</summary>
    public ref Restorations Restorations => ref _restorations;

    /// <summary>The netlink port of who removed it last.</summary>
    public uint RemovedBy { get; set; }

    /// <summary>Not put back when somebody else removes it.</summary>
    public abstract bool IsUntracked { get; }

    /// <summary>An interface that it names is missing: there is nothing to ask the kernel for, and nothing of it left there.</summary>
    public abstract bool IsAbsent { get; }

    /// <summary>An interface that it names is missing or down: the kernel would refuse it.</summary>
    public abstract bool IsBlocked { get; }

    /// <summary>An interface of it is another than before, or has come, gone, or changed between up and down. Called at any news, so it allocates nothing.</summary>
    public abstract bool HasChanged(InterfaceTable interfaces);

    /// <summary>Looks the interfaces up.</summary>
    public abstract void Resolve(InterfaceTable interfaces);

    public abstract void QueueAdd(RoutingClient client, INetlinkReplyHandler handler, long token);

    public abstract void QueueDelete(RoutingClient client, INetlinkReplyHandler handler, long token);
}

/// <summary>A route at run time.</summary>
internal sealed class ManagedRoute : RoutingEntry
{
    private bool _isAbsent;
    private bool _isBlocked;
    private int _links;

    public ManagedRoute(RouteSettings definition, IRoutingOwner owner)
        : base(owner)
    {
        Definition = definition;
        Info = definition.ToRouteInfo(static _ => 0, null);
    }

    /// <summary>As configured.</summary>
    public RouteSettings Definition { get; }

    /// <summary>As the kernel is asked.</summary>
    public RouteInfo Info { get; private set; }

    public override bool IsUntracked => Definition.IsUntracked;

    public override bool IsAbsent => _isAbsent;

    public override bool IsBlocked => _isBlocked;

    // The kernel drops the routes of an interface that goes down, those of IPv4 without a word.
    public override bool HasChanged(InterfaceTable interfaces) => Fingerprint(interfaces) != _links;

    public override void Resolve(InterfaceTable interfaces)
    {
        (_isAbsent, _isBlocked) = (false, false);
        Info = Definition.ToRouteInfo(
            name =>
            {
                LinkInfo? link = interfaces.Find(name);
                _isAbsent |= link is null;
                _isBlocked |= link is not { IsUp: true };
                return link?.Index ?? 0;
            },
            Definition.Vrf is { } vrf ? interfaces.Find(vrf)?.VrfTable : null);
        _links = Fingerprint(interfaces);
    }

    public override void QueueAdd(RoutingClient client, INetlinkReplyHandler handler, long token) =>
        client.QueueAdd(Info, Definition.Place switch { RoutePlace.Add => RouteAddMode.CreateOnly, RoutePlace.Append => RouteAddMode.Append, _ => RouteAddMode.Prepend }, handler, token);

    public override void QueueDelete(RoutingClient client, INetlinkReplyHandler handler, long token) => client.QueueDelete(Info, handler, token);

    public override string ToString() => $"route {Info}";

    private int Fingerprint(InterfaceTable interfaces)
    {
        HashCode hash = default;
        Add(ref hash, interfaces, Definition.Device);
        Add(ref hash, interfaces, Definition.Vrf);
        foreach (NextHop hop in Definition.NextHops)
        {
            Add(ref hash, interfaces, hop.Device);
        }

        return hash.ToHashCode();
    }

    private static void Add(ref HashCode hash, InterfaceTable interfaces, string? name)
    {
        if (name is not null && interfaces.Find(name) is { } link)
        {
            hash.Add(link.Index);
            hash.Add(link.IsUp);
        }
        else
        {
            hash.Add(0);
        }
    }
}

/// <summary>A rule at run time.</summary>
internal sealed class ManagedRule(RuleSettings definition, IRoutingOwner owner) : RoutingEntry(owner)
{
    /// <summary>As configured.</summary>
    public RuleSettings Definition { get; } = definition;

    /// <summary>As the kernel is asked.</summary>
    public RuleInfo Info { get; } = definition.ToRuleInfo();

    public override bool IsUntracked => Definition.IsUntracked;

    public override bool IsAbsent => false;

    public override bool IsBlocked => false;

    // A rule names its interfaces; the kernel lets it wait for them.
    public override bool HasChanged(InterfaceTable interfaces) => false;

    public override void Resolve(InterfaceTable interfaces)
    {
        // Nothing of it depends on them.
    }

    public override void QueueAdd(RoutingClient client, INetlinkReplyHandler handler, long token) => client.QueueAdd(Info, handler, token);

    public override void QueueDelete(RoutingClient client, INetlinkReplyHandler handler, long token) => client.QueueDelete(Info, handler, token);

    public override string ToString() => Info.ToString();
}
