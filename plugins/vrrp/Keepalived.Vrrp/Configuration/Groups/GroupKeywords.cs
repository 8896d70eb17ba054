using Keepalived.Configuration;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The blocks <c>vrrp_sync_group</c>, <c>track_group</c> and <c>garp_group</c>.</summary>
internal static class GroupKeywords
{
    private static readonly TimeSpan _longestInterval = TimeSpan.FromSeconds(4294.967295);

    public static void Register(IKeywordBlock<IConfigurationSession> root)
    {
        RegisterSyncGroup(root);
        RegisterTrackGroup(root);
        RegisterGarpGroup(root);
    }

    private static void RegisterSyncGroup(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<SyncGroupDraft> block = root.Block<SyncGroupDraft>(
            new("vrrp_sync_group", "NAME { … }", "Instances that change state together."),
            OpenSyncGroup,
            static (session, _, draft) => session.Get<VrrpReading>().SyncGroups.Add(draft));
        block.Lines<SyncGroupDraft>(
            new("group", "{ VRRP_INSTANCE… }", "The instances."),
            static (reader, draft) =>
            {
                reader.RefuseSecond(draft.Members.Count > 0);
                return draft;
            },
            static (reader, draft) => ReadNames(reader, draft.Members),
            static (session, _, draft) => ReportEmpty(session, draft.Members, draft.Location, draft.Title));
        TrackLineKeywords.Register(block);
        NotifyKeywords.Register(block);
        block.Keyword(new("smtp_alert", "BOOL?", "Send mail on changes of state; if absent, smtp_alert_vrrp, else smtp_alert.") { Default = "false" }, static (reader, draft) =>
            draft.SmtpAlert = reader.OptionalBoolean());
        block.Keyword(new("global_tracking", "", "The same as sync_group_tracking_weight.") { ReplacedBy = "track_interface, track_script and so on in the group, or sync_group_tracking_weight" }, static (_, draft) =>
            draft.AllowsMemberWeights = true);
        block.Keyword(new("sync_group_tracking_weight", "", "Members keep the weights of their own trackers."), static (_, draft) => draft.AllowsMemberWeights = true);
        block.Keyword(new("notify_priority_changes", "BOOL?", "Notify of changes of the effective priority; holds for members that say nothing.") { Default = "false" }, static (reader, draft) =>
            draft.NotifiesPriorityChanges = reader.OptionalBoolean());
    }

    private static void RegisterTrackGroup(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<NamedGroupDraft> block = root.Block<NamedGroupDraft>(
            new("track_group", "NAME { … }", "Instances that hear of the loss of static addresses, routes and rules."), OpenTrackGroup);
        block.Lines<NamedGroupDraft>(
            new("group", "{ VRRP_INSTANCE… }", "The instances."),
            static (_, draft) => draft,
            static (reader, draft) => ReadNames(reader, draft.Members));
    }

    private static void RegisterGarpGroup(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<GarpGroupDraft> block = root.Block<GarpGroupDraft>(
            new("garp_group", "{ … }", "Interfaces whose announcements keep a distance in time."),
            static (reader, _) =>
            {
                reader.Rest();
                return new GarpGroupDraft(reader.Location);
            },
            static (session, _, draft) => session.Get<VrrpReading>().GarpGroups.Add(draft));
        block.Keyword(new("garp_interval", "SECONDS 0..4294.967295", "Least time between two gratuitous ARPs.") { Default = "0" }, static (reader, draft) =>
            draft.GarpInterval = reader.Seconds("interval", TimeSpan.Zero, _longestInterval));
        block.Keyword(new("gna_interval", "SECONDS 0..4294.967295", "Least time between two neighbour advertisements.") { Default = "0" }, static (reader, draft) =>
            draft.NeighbourAdvertisementInterval = reader.Seconds("interval", TimeSpan.Zero, _longestInterval));
        block.Keyword(new("interface", "IFNAME", "An interface that it holds for."), static (reader, draft) =>
            draft.Interfaces.Add(new(VirtualAddressReader.InterfaceName(reader), reader.Location)));
        block.Lines<GarpGroupDraft>(
            new("interfaces", "{ IFNAME… }", "Interfaces that share one distance."),
            static (_, draft) => draft,
            static (reader, draft) =>
            {
                draft.IsAggregated = true;
                while (!reader.AtEnd)
                {
                    SourceLocation location = reader.NextLocation;
                    draft.Interfaces.Add(new(VirtualAddressReader.InterfaceName(reader), location));
                }
            },
            static (session, _, draft) => ReportEmpty(session, draft.Interfaces, draft.Location, "garp_group"));
    }

    private static SyncGroupDraft? OpenSyncGroup(IKeywordReader reader, IConfigurationSession session)
    {
        string name = ReadName(reader, "vrrp_sync_group");
        SyncGroupDraft? other = session.Get<VrrpReading>().SyncGroups.Find(group => group.Name == name);
        return other is null
            ? new SyncGroupDraft(name, reader.Location)
            : throw reader.Reject($"vrrp_sync_group {name} is there already; this one is left out", "give it another name", note: new(other.Location, "the first is here"));
    }

    private static NamedGroupDraft? OpenTrackGroup(IKeywordReader reader, IConfigurationSession session)
    {
        string name = ReadName(reader, "track_group");
        var draft = new NamedGroupDraft(name, reader.Location);

        // Known from its first line on: what refers to it must stand below it.
        return session.Get<VrrpReading>().TrackGroups.TryAdd(name, draft)
            ? draft
            : throw reader.Reject($"track_group {name} is there already; this one is left out", "give it another name",
                note: new(session.Get<VrrpReading>().TrackGroups[name].Location, "the first is here"));
    }

    // keepalived wants exactly one word; none and several are the same mistake to it, and the block is left out.
    private static string ReadName(IKeywordReader reader, string block)
    {
        if (!reader.TryWord(out string name))
        {
            throw reader.Reject($"{block} has no name", $"write {block} NAME {{");
        }

        return reader.TryWord(out string surplus)
            ? throw reader.Reject($"'{surplus}' follows the name of {block} {name}", "put a name of several words into double quotes")
            : name;
    }

    private static void ReadNames(IKeywordReader reader, List<Located<string>> names)
    {
        while (!reader.AtEnd)
        {
            SourceLocation location = reader.NextLocation;
            names.Add(new(reader.Word("name of a vrrp_instance"), location));
        }
    }

    private static void ReportEmpty(IConfigurationSession session, List<Located<string>> names, SourceLocation location, string title)
    {
        if (names.Count == 0)
        {
            session.Warn(location, $"{title} has an empty list", "name its members, one per line");
        }
    }
}
