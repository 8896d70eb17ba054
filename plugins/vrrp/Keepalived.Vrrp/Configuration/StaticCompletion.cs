using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Checks what stands beside the instances: static objects, groups, the lines about interfaces.</summary>
internal sealed class StaticCompletion(VrrpReading reading, IConfigurationSession session, SystemInterfaces interfaces, EquatableArray<InstanceSettings> instances)
{
    private readonly HashSet<string> _names = [.. instances.Select(instance => instance.Name)];

    public EquatableArray<StaticAddress> Addresses()
    {
        List<StaticAddress> result = [];
        foreach (Located<StaticAddress> line in reading.StaticAddresses)
        {
            // The default interface is not checked, as in keepalived: nothing in the line names it.
            interfaces.Check(line.Value.Address.Device, line.Location, $"static address {line.Value.Address.Address}");
            result.Add(line.Value with { Address = line.Value.Address with { Device = line.Value.Address.Device ?? reading.Globals.DefaultInterface } });
        }

        return [.. result];
    }

    public EquatableArray<RouteSettings> Routes()
    {
        foreach (Located<RouteSettings> line in reading.StaticRoutes)
        {
            CheckRoute(interfaces, line);
        }

        return [.. reading.StaticRoutes.Select(line => line.Value)];
    }

    public EquatableArray<RuleSettings> Rules()
    {
        foreach (Located<RuleSettings> line in reading.StaticRules)
        {
            CheckRule(interfaces, line);
        }

        return [.. reading.StaticRules.Select(line => line.Value)];
    }

    public EquatableArray<TrackGroupSettings> TrackGroups()
    {
        List<TrackGroupSettings> result = [];
        foreach (NamedGroupDraft group in reading.TrackGroups.Values)
        {
            List<string> members = [];
            foreach (Located<string> member in group.Members)
            {
                if (_names.Contains(member.Value))
                {
                    members.Add(member.Value);
                }
                else
                {
                    Remark(member.Location, $"track_group {group.Name} names the instance {member.Value}, which does not exist", "correct the name, or add the vrrp_instance");
                }
            }

            if (members.Count == 0)
            {
                Remark(group.Location, $"track_group {group.Name} has no member", "name its instances in a block group");
            }

            result.Add(new TrackGroupSettings(group.Name, [.. members]));
        }

        return [.. result];
    }

    // keepalived's verdict does not mind.
    private void Remark(SourceLocation location, string message, string remedy) =>
        session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, message, remedy));

    public EquatableArray<GarpGroupSettings> GarpGroups()
    {
        List<GarpGroupSettings> result = [];
        HashSet<string> taken = new(StringComparer.Ordinal);
        foreach (GarpGroupDraft group in reading.GarpGroups)
        {
            if (group.GarpInterval is null && group.NeighbourAdvertisementInterval is null)
            {
                session.Error(group.Location, "garp_group sets no interval and is left out", "add garp_interval or gna_interval");
                continue;
            }

            List<string> names = [];
            HashSet<string> own = new(StringComparer.Ordinal);
            foreach (Located<string> name in group.Interfaces)
            {
                interfaces.Check(name.Value, name.Location, "garp_group");
                if (!own.Add(name.Value))
                {
                    continue;
                }

                if (taken.Add(name.Value))
                {
                    names.Add(name.Value);
                }
                else
                {
                    session.Error(name.Location, $"interface {name.Value} is in another garp_group already", "put each interface into one garp_group");
                }
            }

            result.Add(new GarpGroupSettings
            {
                GarpInterval = group.GarpInterval,
                NeighbourAdvertisementInterval = group.NeighbourAdvertisementInterval,
                Interfaces = [.. names],
                IsAggregated = group.IsAggregated,
            });
        }

        return [.. result];
    }

    /// <summary>Checks the interfaces of <c>interface_up_down_delays</c> and <c>linkbeat_interfaces</c>.</summary>
    public void CheckInterfaceLines()
    {
        foreach ((string name, Located<InterfaceDelays> line) in reading.InterfaceDelays)
        {
            interfaces.Check(name, line.Location, "interface_up_down_delays", DiagnosticClass.BadInterface);
        }

        foreach ((string name, Located<LinkPolling> line) in reading.PolledInterfaces)
        {
            interfaces.Check(name, line.Location, "linkbeat_interfaces", DiagnosticClass.BadInterface);
        }
    }

    /// <summary>Checks the interfaces that a route names.</summary>
    public static void CheckRoute(SystemInterfaces interfaces, Located<RouteSettings> route)
    {
        string subject = $"route {route.Value.Destination}";
        interfaces.Check(route.Value.Device, route.Location, subject);
        interfaces.Check(route.Value.Vrf, route.Location, subject);
        foreach (NextHop hop in route.Value.NextHops)
        {
            interfaces.Check(hop.Device, route.Location, subject);
        }
    }

    /// <summary>Checks the interfaces that a rule names.</summary>
    public static void CheckRule(SystemInterfaces interfaces, Located<RuleSettings> rule)
    {
        string subject = $"the rule of preference {rule.Value.Preference}";
        interfaces.Check(rule.Value.InputInterface, rule.Location, subject);
        interfaces.Check(rule.Value.OutputInterface, rule.Location, subject);
    }
}
