using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>What is there without any instance: static addresses, routes and rules, and how interfaces are watched.</summary>
internal static class StaticKeywords
{
    /// <summary>Keywords of the root that are reason to run the process, for the plugin's attribute.</summary>
    public const string StartingNames = InstanceKeywords.Name + " static_ipaddress static_routes static_rules";

    /// <summary>The plugin's other keywords of the root.</summary>
    public const string FurtherNames =
        "vrrp_sync_group vrrp_script vrrp_track_process track_group garp_group interface_up_down_delays linkbeat_interfaces linkbeat_use_polling namespace_with_ipsets";

    private static readonly TimeSpan _longestDelay = TimeSpan.FromSeconds(255);

    public static void Register(IKeywordBlock<IConfigurationSession> root)
    {
        root.Lines(new("static_ipaddress", "{ ADDRESS[/LENGTH] [options] … }", "Addresses that the daemon adds whatever state instances have."), ReadAddress);
        root.Lines(new("static_routes", "{ ROUTE… }", "Routes that the daemon adds whatever state instances have."), static (reader, session) =>
        {
            VrrpReading reading = session.Get<VrrpReading>();
            SourceLocation location = reader.Location;
            RouteSettings route = new RouteReader(reader, reading.RouteNames, isStatic: true).Read();
            reading.StaticRoutes.Add(new(route with { TrackGroup = KnownGroup(session, route.TrackGroup, location) }, location));
        });
        root.Lines(new("static_rules", "{ RULE… }", "Rules that the daemon adds whatever state instances have."), static (reader, session) =>
        {
            VrrpReading reading = session.Get<VrrpReading>();
            SourceLocation location = reader.Location;
            RuleSettings rule = new RuleReader(reader, reading, isStatic: true).Read();
            reading.StaticRules.Add(new(rule with { TrackGroup = KnownGroup(session, rule.TrackGroup, location) }, location));
        });
        root.Lines(new("interface_up_down_delays", "{ IFNAME DOWN [UP] … }", "Seconds 0..255 for which an interface's going down and coming up is waited out; UP is 0 by default."), ReadDelays);
        root.Lines(new("linkbeat_interfaces", "{ IFNAME [MII|ETHTOOL|IOCTL] … }", "Interfaces whose link is polled."), ReadPolling);
        root.Keyword(new("linkbeat_use_polling", "", "Poll the link of all interfaces."), static (_, session) =>
            session.Get<VrrpReading>().PollsAllInterfaces = true);
        root.Keyword(new("namespace_with_ipsets", "", "Use ipsets inside a network namespace on kernels before 3.13 too."), static (_, session) =>
            session.Get<VrrpReading>().AllowsIpsetsInNamespace = true);
    }

    private static void ReadAddress(IKeywordReader reader, IConfigurationSession session)
    {
        SourceLocation location = reader.Location;
        string? group = null;
        VirtualAddress address = VirtualAddressReader.Read(reader, word =>
        {
            if (word != "track_group")
            {
                return false;
            }

            group = reader.Word("name of the track_group");
            return true;
        });
        session.Get<VrrpReading>().StaticAddresses.Add(new(new StaticAddress(address, KnownGroup(session, group, location)), location));
    }

    private static string? KnownGroup(IConfigurationSession session, string? name, SourceLocation location)
    {
        if (name is null || session.Get<VrrpReading>().TrackGroups.ContainsKey(name))
        {
            return name;
        }

        session.Error(location, $"there is no track_group {name} above", "define it, or move its definition up");
        return null;
    }

    private static void ReadDelays(IKeywordReader reader, IConfigurationSession session)
    {
        SourceLocation location = reader.Location;
        string name = VirtualAddressReader.InterfaceName(reader);
        TimeSpan down = reader.AtEnd ? TimeSpan.Zero : reader.Seconds("delay", TimeSpan.Zero, _longestDelay);
        TimeSpan up = reader.AtEnd ? TimeSpan.Zero : reader.Seconds("delay", TimeSpan.Zero, _longestDelay);
        session.Get<VrrpReading>().InterfaceDelays[name] = new(new InterfaceDelays(down, up), location);
    }

    private static void ReadPolling(IKeywordReader reader, IConfigurationSession session)
    {
        SourceLocation location = reader.Location;
        string name = VirtualAddressReader.InterfaceName(reader);
        LinkPolling polling = LinkPolling.Any;
        if (reader.TryWord(out string word))
        {
            polling = word switch
            {
                "MII" => LinkPolling.Mii,
                "ETHTOOL" => LinkPolling.Ethtool,
                "IOCTL" => LinkPolling.Ioctl,
                _ => throw reader.Reject($"'{word}' is no way to poll a link", "use MII, ETHTOOL or IOCTL"),
            };
        }

        session.Get<VrrpReading>().PolledInterfaces[name] = new(polling, location);
    }
}
