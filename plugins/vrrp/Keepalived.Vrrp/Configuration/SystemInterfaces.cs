using System.Diagnostics.CodeAnalysis;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The interfaces there are, by name, while one configuration is checked.</summary>
internal sealed class SystemInterfaces
{
    private readonly Dictionary<string, LinkInfo>? _byName;
    private readonly IConfigurationSession _session;
    private readonly bool _mayBeAbsent;

    /// <summary>Asks once.</summary>
    /// <param name="links">Where to ask.</param>
    /// <param name="session">Where findings go.</param>
    /// <param name="mayBeAbsent"><c>dynamic_interfaces</c>.</param>
    public SystemInterfaces(ISystemLinks links, IConfigurationSession session, bool mayBeAbsent)
    {
        _session = session;
        _mayBeAbsent = mayBeAbsent;
        IReadOnlyList<LinkInfo> known = links.List(out bool isKnown);
        if (isKnown)
        {
            _byName = known.ToDictionary(link => link.Name.ToString(), StringComparer.Ordinal);
        }
    }

    /// <summary>The interface; false when there is none or nobody knows.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out LinkInfo? link)
    {
        link = null;
        return _byName is not null && _byName.TryGetValue(name, out link);
    }

    /// <summary>Reports an interface that does not exist, unless it may come later.</summary>
    /// <param name="name">Its name; null is no interface and fine.</param>
    /// <param name="location">The line that names it.</param>
    /// <param name="subject">What names it, for the message: "virtual address 192.0.2.1".</param>
    /// <param name="findingClass">How much it counts.</param>
    /// <returns>False when it has been reported.</returns>
    public bool Check(string? name, SourceLocation location, string subject, DiagnosticClass findingClass = DiagnosticClass.GeneralError)
    {
        if (name is null || _byName is null || _mayBeAbsent || _byName.ContainsKey(name))
        {
            return true;
        }

        const string Remedy = "correct the name, create the interface, or set dynamic_interfaces in global_defs";
        _session.Report(new(findingClass, DiagnosticSeverity.Error, location, $"{subject} names interface {name}, which does not exist", Remedy));
        return false;
    }
}
