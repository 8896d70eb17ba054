using Keepalived.Configuration;
using Keepalived.Tracking;

namespace Keepalived.Vrrp.Configuration;

/// <summary>
/// Makes what an instance or group tracks out of its lines: weights that cannot hold are taken away, the group's objects are added to its
/// members', names become records. Everything it changes is reported.
/// </summary>
internal sealed class TrackingCompletion(IConfigurationSession session, SystemInterfaces interfaces)
{
    /// <summary>What a group tracks. Weights make no sense with an owner, whose priority is fixed.</summary>
    public List<TrackLine> OfGroup(SyncGroupDraft group, bool hasOwner)
    {
        List<TrackLine> lines = [];
        foreach (TrackLine line in group.Tracking.Lines)
        {
            CheckInterface(group, line);
            if (hasOwner && line.Weight.Value != 0 && line.Kind != TrackedKind.Process)
            {
                Error(line, group, "has a weight, and the group a member with priority 255: the weight is not used", "remove the weight, or give the member another priority");
                lines.Add(line with { Weight = default });
            }
            else
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    /// <summary>What an instance tracks, with the lines of its group.</summary>
    public List<TrackLine> OfInstance(InstanceDraft instance, bool isOwner, SyncGroupDraft? group, List<TrackLine> groupLines)
    {
        List<TrackLine> lines = [];
        foreach (TrackLine line in instance.Tracking.Lines)
        {
            TrackLine? kept = IsOwnInterface(instance, line, isSaid: true) ? null : line;
            if (kept is not null)
            {
                CheckInterface(instance, kept);
            }

            if (group is { AllowsMemberWeights: false })
            {
                kept = WithoutWeight(kept, instance, $"the instance is in vrrp_sync_group {group.Name}", group: true);
            }

            if (isOwner)
            {
                kept = WithoutWeight(kept, instance, "the instance owns its addresses", group: false);
            }

            if (kept is not null)
            {
                lines.Add(kept);
            }
        }

        Merge(instance, lines, groupLines);
        return lines;
    }

    /// <summary>Turns lines into records. A script that cannot run is left out.</summary>
    public TrackingSettings Resolve(List<TrackLine> lines)
    {
        if (lines.Count == 0)
        {
            return TrackingSettings.None;
        }

        return new TrackingSettings
        {
            Interfaces = [.. lines.Where(line => line.Kind == TrackedKind.Interface).Select(line => new InterfaceReference(line.Name, line.Weight))],
            Scripts = [.. lines.Where(line => line.Kind == TrackedKind.Script).Select(line => (line.Weight, Script: ((ScriptTrackerDraft)line.Tracker!).Complete(session)))
                .Where(pair => pair.Script is not null).Select(pair => new TrackReference<ScriptTracker>(pair.Script!, pair.Weight))],
            Files = Of<TrackedFile>(lines, TrackedKind.File),
            Processes = Of<ProcessTracker>(lines, TrackedKind.Process),
            BfdInstances = Of<TrackedBfdInstance>(lines, TrackedKind.BfdInstance),
        };
    }

    private static EquatableArray<TrackReference<T>> Of<T>(List<TrackLine> lines, TrackedKind kind) =>
        [.. lines.Where(line => line.Kind == kind).Select(line => new TrackReference<T>((T)line.Tracker!, line.Weight))];

    // An interface becomes a fault instead; so does a file whose weight nobody wrote; everything else is not tracked at all.
    private TrackLine? WithoutWeight(TrackLine? line, InstanceDraft instance, string reason, bool group)
    {
        if (line is null or { Weight.Value: 0 } or { Kind: TrackedKind.Process })
        {
            return line;
        }

        bool staysTracked = line.Kind == TrackedKind.Interface ? group : line is { Kind: TrackedKind.File, HasWeight: false };
        string effect = staysTracked ? "is taken as weight 0" : "is not tracked";
        Error(line, instance, $"has weight {line.Weight} and {effect}, since {reason}", group ? "track it in the group, say weight 0, or add sync_group_tracking_weight to the group" : "say weight 0");
        return staysTracked ? line with { Weight = default } : null;
    }

    private void Merge(InstanceDraft instance, List<TrackLine> lines, List<TrackLine> groupLines)
    {
        foreach (TrackLine line in groupLines)
        {
            int own = lines.FindIndex(l => l.Kind == line.Kind && l.Name == line.Name);
            if (own < 0)
            {
                if (!IsOwnInterface(instance, line, isSaid: false))
                {
                    lines.Add(line);
                }

                continue;
            }

            Error(lines[own], instance, "is tracked by its sync group too", "remove one of the two lines");
            if (line.Weight.Value != 0)
            {
                lines[own] = lines[own] with { Weight = line.Weight };
            }
        }
    }

    private bool IsOwnInterface(InstanceDraft instance, TrackLine line, bool isSaid)
    {
        bool isOwn = line.Kind == TrackedKind.Interface && line.Name == instance.Interface?.Value;
        if (isOwn && isSaid)
        {
            Error(line, instance, "is its own interface, which is tracked anyway", "remove the line");
        }

        return isOwn;
    }

    private void CheckInterface(ITrackingBlock owner, TrackLine line)
    {
        if (line.Kind == TrackedKind.Interface)
        {
            interfaces.Check(line.Name, line.Location, $"{owner.Title}: track_interface");
        }
    }

    private void Error(TrackLine line, ITrackingBlock owner, string message, string remedy) =>
        session.Error(line.Location, $"{owner.Title}: {TrackLineKeywords.Describe(line.Kind)} {line.Name} {message}", remedy);
}
