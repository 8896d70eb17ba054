using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>What is valid and hardly meant. Each rule can be switched off by its name.</summary>
internal static class LintRules
{
    public const string StrictWithoutAccept = "strict-without-accept";
    public const string WeightMovesNothing = "weight-moves-nothing";
    public const string NopreemptWithMaster = "nopreempt-with-master";
    public const string UnicastWithoutPeers = "unicast-without-peers";
    public const string ScriptSlowerThanFailover = "script-slower-than-failover";

    private const int UsualPriority = 100;
    private const int HighestEffective = 254;

    public static void Register(IKeywordTree keywords)
    {
        keywords.LintRule(StrictWithoutAccept, "A strict instance that does not own its addresses drops every packet to them, ping included.");
        keywords.LintRule(WeightMovesNothing, "A tracker's weight that cannot change who is master.");
        keywords.LintRule(NopreemptWithMaster, "nopreempt is forgotten by an instance that starts as MASTER.");
        keywords.LintRule(UnicastWithoutPeers, "Settings for unicast without a peer.");
        keywords.LintRule(ScriptSlowerThanFailover, "A script notices a failure later than the other routers would notice the loss of this one.");
    }

    public static void Run(IConfigurationSession session, List<CompletedInstance> instances, EquatableArray<InstanceSettings> completed)
    {
        for (int i = 0; i < instances.Count; i++)
        {
            InstanceDraft draft = instances[i].Draft;
            CheckAccept(session, draft, completed[i]);
            CheckWeights(session, draft, completed[i]);
            CheckStart(session, draft);
            CheckPeers(session, draft, completed[i]);
            CheckScripts(session, draft, completed[i]);
        }
    }

    private static void CheckAccept(IConfigurationSession session, InstanceDraft draft, InstanceSettings settings)
    {
        if (!settings.Strict || settings.Accepts || draft.Accept is { Value: false } || settings.Addresses.Count + settings.ExcludedAddresses.Count == 0)
        {
            return;
        }

        string remedy = settings.Version == VrrpVersion.Version3 ? "add accept, or drop strict mode" : "use version 3 with accept, or drop strict mode";
        session.Lint(StrictWithoutAccept, draft.Location, $"{draft.Title} is strict without accept: nothing answers on its addresses unless it has priority 255", remedy);
    }

    private static void CheckWeights(IConfigurationSession session, InstanceDraft draft, InstanceSettings settings)
    {
        List<TrackLine> weighted = [.. draft.Tracking.Lines.Where(line => line.Weight.Value != 0 && line.Kind != TrackedKind.File)];
        if (weighted.Count == 0 || settings.IsOwner || (settings.SyncGroup is not null && settings.Tracking == TrackingSettings.None))
        {
            return;
        }

        SourceLocation location = weighted[0].Location;
        if (!settings.Preempts)
        {
            session.Lint(WeightMovesNothing, location, $"{draft.Title} has nopreempt: with it on all routers a lower priority stays in office, whatever the weights say", "use weight 0, which is a fault, or remove nopreempt");
            return;
        }

        int lowest = settings.Priority - Sum(weighted, line => line.Weight.Value < 0 != line.Weight.IsReversed);
        int highest = settings.Priority + Sum(weighted, line => line.Weight.Value > 0 != line.Weight.IsReversed);
        if (Math.Clamp(lowest, 1, HighestEffective) == Math.Clamp(highest, 1, HighestEffective))
        {
            session.Lint(WeightMovesNothing, location, $"{draft.Title} has priority {settings.Priority}, where its weights change nothing: the highest effective priority is {HighestEffective}", "lower the priority, or use negative weights");
            return;
        }

        // The other router, most likely with the same trackers and no priority of its own, all of them well.
        int other = UsualPriority + (highest - settings.Priority);
        if (settings.StartsAsMaster && lowest > other)
        {
            session.Lint(
                WeightMovesNothing,
                location,
                $"{draft.Title} falls from {settings.Priority} to {lowest} when all it tracks fails: a router of priority {UsualPriority} with the same weights reaches {other} and does not take over",
                $"make the weights larger than the difference of the priorities ({settings.Priority - UsualPriority})");
        }
    }

    private static int Sum(List<TrackLine> lines, Predicate<TrackLine> counted)
    {
        int sum = 0;
        foreach (TrackLine line in lines)
        {
            sum += counted(line) ? Math.Abs(line.Weight.Value) : 0;
        }

        return sum;
    }

    private static void CheckStart(IConfigurationSession session, InstanceDraft draft)
    {
        if (draft.NoPreempt is { Value: true } && draft.StateMaster is { Value: true } state)
        {
            session.Lint(NopreemptWithMaster, state.Location, $"{draft.Title} starts as MASTER, which takes the addresses back at every start: nopreempt needs state BACKUP", "use state BACKUP on all routers");
        }
    }

    private static void CheckPeers(IConfigurationSession session, InstanceDraft draft, InstanceSettings settings)
    {
        SourceLocation? location = draft.UnicastKeyword ?? draft.UnicastTtl?.Location;
        if (location is { } place && !settings.IsUnicast)
        {
            session.Lint(UnicastWithoutPeers, place, $"{draft.Title} has settings for unicast and no peer, so routers that use unicast do not hear it", "name the other routers in unicast_peer");
        }
    }

    private static void CheckScripts(IConfigurationSession session, InstanceDraft draft, InstanceSettings settings)
    {
        double skew = (256 - settings.Priority) / 256.0 * (settings.Version == VrrpVersion.Version2 ? 1 : settings.AdvertisementInterval.TotalSeconds);
        TimeSpan failover = (settings.AdvertisementInterval * settings.DownTimerAdvertisements) + TimeSpan.FromSeconds(skew);
        foreach (TrackReference<ScriptTracker> reference in settings.Tracking.Scripts)
        {
            TimeSpan notice = reference.Tracker.Interval * reference.Tracker.Fall;
            if (notice > failover)
            {
                SourceLocation location = draft.Tracking.TryFind(TrackedKind.Script, reference.Tracker.Name, out TrackLine? line) ? line.Location : draft.Location;
                session.Lint(
                    ScriptSlowerThanFailover,
                    location,
                    $"vrrp_script {reference.Tracker.Name} needs {notice.TotalSeconds:0.###} s to notice a failure, while a dead {draft.Title} is replaced within {failover.TotalSeconds:0.###} s",
                    "shorten interval or fall of the script");
            }
        }
    }
}
