using Keepalived.Configuration;
using Keepalived.Vrrp.Links;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Makes the plugin's configuration out of one reading: completes each instance, compares them, puts them into groups.</summary>
internal sealed class ConfigurationBuilder(ISystemLinks links)
{
    /// <summary>Reports every finding to the session. Null when the reading has nothing for this plugin.</summary>
    public VrrpConfiguration? Build(IConfigurationSession session)
    {
        VrrpReading reading = session.Get<VrrpReading>();
        var interfaces = new SystemInterfaces(links, session, reading.Globals.DynamicInterfaces);
        var tracking = new TrackingCompletion(session, interfaces);
        List<CompletedInstance> instances = [];
        foreach (InstanceDraft draft in reading.Instances)
        {
            if (new InstanceCompletion(draft, reading, session, interfaces).Complete() is { } settings)
            {
                instances.Add(new CompletedInstance(draft, settings));
            }
        }

        DuplicateRouters.Mark(session, instances);
        (EquatableArray<SyncGroupSettings> groups, EquatableArray<InstanceSettings> completed) =
            new SyncGroupCompletion(session, tracking, reading.Globals).Complete(reading.SyncGroups, instances);
        if (WantsVirtualLinks(completed))
        {
            completed = new VirtualLinkPlanner(reading.Globals, interfaces).Plan(completed);
        }

        var statics = new StaticCompletion(reading, session, interfaces, completed);
        ScriptTracker[] scripts = [.. reading.Scripts.Values.Select(script => script.Complete(session)).OfType<ScriptTracker>()];
        VrrpConfiguration configuration = new(reading.Globals, completed)
        {
            SyncGroups = groups,
            Scripts = [.. scripts],
            Processes = [.. reading.Processes.Values],
            TrackGroups = statics.TrackGroups(),
            GarpGroups = statics.GarpGroups(),
            StaticAddresses = statics.Addresses(),
            StaticRoutes = statics.Routes(),
            StaticRules = statics.Rules(),
            InterfaceDelays = Delays(reading, completed),
            PolledInterfaces = Polled(reading),
            PollsAllInterfaces = reading.PollsAllInterfaces,
            AllowsIpsetsInNamespace = reading.AllowsIpsetsInNamespace,
        };
        statics.CheckInterfaceLines();
        LintRules.Run(session, instances, completed);
        return IsEmpty(configuration) ? null : configuration;
    }

    // An interface has one pair of delays, and the instance on it that bears least decides.
    private static EquatableArray<NamedInterfaceDelays> Delays(VrrpReading reading, EquatableArray<InstanceSettings> instances)
    {
        if (reading.InterfaceDelays.Count == 0)
        {
            return [];
        }

        List<NamedInterfaceDelays> result = [];
        foreach ((string name, Located<InterfaceDelays> line) in reading.InterfaceDelays)
        {
            InterfaceDelays delays = line.Value;
            foreach (InstanceSettings instance in instances)
            {
                if (instance.Interface == name && instance.Delays.Down < delays.Down)
                {
                    delays = instance.Delays;
                }
            }

            result.Add(new NamedInterfaceDelays(name, delays));
        }

        return [.. result];
    }

    private static EquatableArray<PolledInterface> Polled(VrrpReading reading)
    {
        List<PolledInterface>? result = null;
        foreach ((string name, Located<LinkPolling> line) in reading.PolledInterfaces)
        {
            (result ??= []).Add(new PolledInterface(name, line.Value));
        }

        foreach (InstanceDraft draft in reading.Instances)
        {
            if (draft is { PollsLink: true, Interface.Value: { } name } && result?.Exists(known => known.Interface == name) != true)
            {
                (result ??= []).Add(new PolledInterface(name, LinkPolling.Any));
            }
        }

        return result is null ? [] : [.. result];
    }

    private static bool WantsVirtualLinks(EquatableArray<InstanceSettings> instances)
    {
        for (int i = 0; i < instances.Count; i++)
        {
            if (instances[i].WantsVirtualLink)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEmpty(VrrpConfiguration configuration) =>
        configuration.Instances.Count == 0 && configuration.StaticAddresses.Count == 0 && configuration.StaticRoutes.Count == 0 && configuration.StaticRules.Count == 0;
}
