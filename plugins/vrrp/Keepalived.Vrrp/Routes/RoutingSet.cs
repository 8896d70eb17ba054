using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Routes;

/// <summary>The routes and rules of one instance, or the static ones.</summary>
internal sealed class RoutingSet(RoutingInstaller installer, Action settled) : IRoutingOwner
{
    private readonly Dictionary<RouteSettings, ManagedRoute> _routes = [];
    private readonly Dictionary<RuleSettings, ManagedRule> _rules = [];

    public required string Title { get; set; }

    /// <summary>They shall be in the kernel.</summary>
    public bool IsWanted { get; private set; }

    /// <summary>Something waits for the kernel.</summary>
    public bool IsUnsettled => installer.IsUnsettled(this);

    /// <summary>Takes the configured ones; those that stay configured stay in the kernel, and are put there again if they are missing.</summary>
    public void Configure(EquatableArray<RouteSettings> routes, EquatableArray<RuleSettings> rules)
    {
        Replace(_routes, routes, route => new ManagedRoute(route, this));
        Replace(_rules, rules, rule => new ManagedRule(rule, this));
    }

    /// <summary>Puts all in: routes, then rules.</summary>
    public void Install()
    {
        IsWanted = true;
        Want(_routes.Values, true);
        Want(_rules.Values, true);
    }

    /// <summary>Takes all out, also what an earlier life of the daemon left: rules, then routes.</summary>
    public void Remove()
    {
        IsWanted = false;
        Want(_rules.Values, false);
        Want(_routes.Values, false);
    }

    /// <summary>An interface has changed.</summary>
    public void Follow()
    {
        foreach (ManagedRoute route in _routes.Values)
        {
            installer.Follow(route);
        }
    }

    /// <summary>Is told of the kernel's news no more.</summary>
    public void Forget()
    {
        foreach (ManagedRoute route in _routes.Values)
        {
            installer.Forget(route);
        }

        foreach (ManagedRule rule in _rules.Values)
        {
            installer.Forget(rule);
        }
    }

    void IRoutingOwner.RoutingSettled() => settled();

    private void Want<T>(IEnumerable<T> entries, bool wanted)
        where T : RoutingEntry
    {
        foreach (T entry in entries)
        {
            installer.Want(entry, wanted);
        }
    }

    private void Replace<TSettings, TEntry>(Dictionary<TSettings, TEntry> entries, EquatableArray<TSettings> configured, Func<TSettings, TEntry> create)
        where TSettings : notnull, IEquatable<TSettings>
        where TEntry : RoutingEntry
    {
        HashSet<TSettings> gone = [.. entries.Keys];
        foreach (TSettings settings in configured)
        {
            gone.Remove(settings);
        }

        // The old first: the kernel may take a new one for the same.
        foreach (TSettings settings in gone)
        {
            entries.Remove(settings, out TEntry? entry);
            installer.Want(entry!, false);
            installer.Forget(entry!);
        }

        foreach (TSettings settings in configured)
        {
            if (entries.ContainsKey(settings))
            {
                continue;
            }

            TEntry entry = create(settings);
            entries.Add(settings, entry);
            installer.Add(entry);
            if (IsWanted)
            {
                installer.Want(entry, true);
            }
        }
    }
}
