using Keepalived.Configuration;
using Keepalived.Tracking;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The blocks <c>track_interface</c>, <c>track_script</c>, <c>track_file</c>, <c>track_process</c> and <c>track_bfd</c>, the same in instances and sync groups.</summary>
internal static class TrackLineKeywords
{
    private const int Heaviest = 253;

    public static void Register<TBlock>(IKeywordBlock<TBlock> block)
        where TBlock : class, ITrackingBlock
    {
        const string Weight253 = "[weight INT -253..253 [reverse|noreverse]]";
        const string Weight254 = "[weight INT -254..254 [reverse|noreverse]]";
        Add("track_interface", "{ IFNAME [weight INT -253..253 [reverse]] … }", "Interfaces whose loss is a fault or changes the priority; weight 0 by default.", TrackedKind.Interface);
        Add("track_script", $"{{ SCRIPT {Weight253} … }}", "Scripts (vrrp_script) whose failure is a fault or changes the priority.", TrackedKind.Script);
        Add("track_file", $"{{ FILE {Weight254} … }}", "Files (track_file) whose number changes the priority.", TrackedKind.File);
        Add("track_process", $"{{ PROCESS {Weight254} … }}", "Processes (vrrp_track_process) whose loss is a fault or changes the priority.", TrackedKind.Process);
        Add("track_bfd", $"{{ BFD_INSTANCE {Weight253} … }}", "BFD sessions (bfd_instance) whose loss is a fault or changes the priority.", TrackedKind.BfdInstance);

        void Add(string name, string arguments, string summary, TrackedKind kind) =>
            block.Lines(new(name, arguments, summary), (reader, owner) => Read(reader, owner, kind));
    }

    private static void Read(IKeywordReader reader, ITrackingBlock owner, TrackedKind kind)
    {
        string name = reader.Word("name of what is tracked");
        if (!TryFind(reader.Session, kind, name, out object? tracker, out TrackWeight weight, out bool hasWeight))
        {
            throw reader.Reject($"{owner.Title} tracks {Describe(kind)} {name}, which is not defined above", $"define it, or move its definition above {owner.Title}");
        }

        if (owner.Tracking.TryFind(kind, name, out TrackLine? other))
        {
            SourceLocation location = reader.Location;
            reader.Rest();
            reader.Session.Error(location, $"{owner.Title} tracks {Describe(kind)} {name} twice; the first is used", "remove one of the two lines", new(other.Location, "the first is here"));
            return;
        }

        SourceLocation place = reader.Location;
        if (TryReadWeight(reader, kind, out TrackWeight own))
        {
            (weight, hasWeight) = (own, true);
        }

        owner.Tracking.Add(new TrackLine(kind, name, weight, hasWeight, place, tracker));
    }

    private static bool TryFind(IConfigurationSession session, TrackedKind kind, string name, out object? tracker, out TrackWeight weight, out bool hasWeight)
    {
        (weight, hasWeight) = (default, true);
        switch (kind)
        {
            case TrackedKind.Interface:
                tracker = null;
                return true;
            case TrackedKind.Script:
                bool known = session.Get<VrrpReading>().Scripts.TryGetValue(name, out ScriptTrackerDraft? script);
                tracker = script;
                weight = script?.Weight ?? default;
                return known;
            case TrackedKind.File:
                TrackedFile? file = session.Get<TrackedFiles>().Find(name);
                tracker = file;
                (weight, hasWeight) = (file?.Weight ?? default, file?.HasWeight ?? false);
                return file is not null;
            case TrackedKind.Process:
                session.Get<VrrpReading>().Processes.TryGetValue(name, out ProcessTracker? process);
                tracker = process;
                weight = process?.Weight ?? default;
                return process is not null;
            default:
                TrackedBfdInstance? instance = session.Get<TrackedBfdInstances>().Find(name);
                tracker = instance;
                weight = instance?.Weight ?? default;
                return instance is not null;
        }
    }

    // What follows a wrong weight does not make the object untracked: keepalived keeps it with the weight it would have had.
    private static bool TryReadWeight(IKeywordReader reader, TrackedKind kind, out TrackWeight weight)
    {
        weight = default;
        if (!reader.TryWord(out string option))
        {
            return false;
        }

        if (option != "weight")
        {
            ReportOption(reader, option, "the only option is weight");
            return false;
        }

        if (reader.AtEnd)
        {
            reader.Session.Error(reader.NextLocation, "weight is there without its number, and is not used", "add the number");
            return false;
        }

        SourceLocation location = reader.NextLocation;
        int limit = kind == TrackedKind.BfdInstance ? Heaviest : Heaviest + 1;
        int value;
        try
        {
            value = (int)reader.Integer("weight", -limit, limit);
        }
        catch (KeywordRejectedException)
        {
            // Reported by the reader.
            reader.Rest();
            return false;
        }

        if (kind is TrackedKind.Interface or TrackedKind.Script && Math.Abs(value) > Heaviest)
        {
            value = Math.Sign(value) * Heaviest;
            reader.Session.Warn(location, $"the heaviest weight is {Heaviest}; {value} is used", $"write {value}");
        }

        weight = new TrackWeight(value, ReadReverse(reader, kind));
        return true;
    }

    private static bool ReadReverse(IKeywordReader reader, TrackedKind kind)
    {
        if (!reader.TryWord(out string word))
        {
            return false;
        }

        if (word == "reverse")
        {
            return true;
        }

        if (word != "noreverse" || kind == TrackedKind.Interface)
        {
            ReportOption(reader, word, kind == TrackedKind.Interface ? "the only option of weight is reverse" : "weight is followed by reverse, noreverse or nothing");
        }

        return false;
    }

    private static void ReportOption(IKeywordReader reader, string option, string remedy)
    {
        reader.Session.Error(reader.Location, $"'{option}' is no option of {reader.Keyword} and is not used", remedy);
        reader.Rest();
    }

    /// <summary>The word that an operator knows it by.</summary>
    public static string Describe(TrackedKind kind) => kind switch
    {
        TrackedKind.Interface => "interface",
        TrackedKind.Script => "vrrp_script",
        TrackedKind.File => "track_file",
        TrackedKind.Process => "vrrp_track_process",
        _ => "bfd_instance",
    };
}
