using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>What the keyword handlers of one reading leave behind; lives in the session.</summary>
internal sealed class VrrpReading
{
    private const uint FirstRulePreference = 16384;
    private RouteNames? _routeNames;

    /// <summary><c>global_defs</c> so far.</summary>
    public GlobalSettings Globals { get; set; } = new();

    /// <summary>The <c>vrrp_instance</c> blocks in the order of the file.</summary>
    public List<InstanceDraft> Instances { get; } = [];

    /// <summary>The same by name.</summary>
    public Dictionary<string, InstanceDraft> InstancesByName { get; } = new(StringComparer.Ordinal);

    /// <summary>The <c>vrrp_sync_group</c> blocks in the order of the file; names are unique.</summary>
    public List<SyncGroupDraft> SyncGroups { get; } = [];

    /// <summary>The <c>vrrp_script</c> blocks by name.</summary>
    public Dictionary<string, ScriptTrackerDraft> Scripts { get; } = new(StringComparer.Ordinal);

    /// <summary>The <c>vrrp_track_process</c> blocks by name.</summary>
    public Dictionary<string, ProcessTracker> Processes { get; } = new(StringComparer.Ordinal);

    /// <summary>The <c>track_group</c> blocks by name.</summary>
    public Dictionary<string, NamedGroupDraft> TrackGroups { get; } = new(StringComparer.Ordinal);

    /// <summary>The <c>garp_group</c> blocks.</summary>
    public List<GarpGroupDraft> GarpGroups { get; } = [];

    /// <summary>Lines of <c>static_ipaddress</c>.</summary>
    public List<Located<StaticAddress>> StaticAddresses { get; } = [];

    /// <summary>Lines of <c>static_routes</c>.</summary>
    public List<Located<RouteSettings>> StaticRoutes { get; } = [];

    /// <summary>Lines of <c>static_rules</c>.</summary>
    public List<Located<RuleSettings>> StaticRules { get; } = [];

    /// <summary>Lines of <c>interface_up_down_delays</c>, the last of each interface.</summary>
    public Dictionary<string, Located<InterfaceDelays>> InterfaceDelays { get; } = new(StringComparer.Ordinal);

    /// <summary>Lines of <c>linkbeat_interfaces</c>, the last of each interface.</summary>
    public Dictionary<string, Located<LinkPolling>> PolledInterfaces { get; } = new(StringComparer.Ordinal);

    /// <summary><c>linkbeat_use_polling</c> of the root.</summary>
    public bool PollsAllInterfaces { get; set; }

    /// <summary><c>namespace_with_ipsets</c>.</summary>
    public bool AllowsIpsetsInNamespace { get; set; }

    /// <summary>What the next rule without a preference gets; they descend, so that the first comes last.</summary>
    public uint NextRulePreference { get; set; } = FirstRulePreference;

    /// <summary>Names of routing tables and the like; the directories must be named in <c>global_defs</c> above the first use.</summary>
    public RouteNames RouteNames => _routeNames ??= new RouteNames(Globals.RouteNamesUsrDirectory, Globals.RouteNamesEtcDirectory);
}
