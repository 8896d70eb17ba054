using Keepalived.Configuration;
using Keepalived.Scripts;
using Keepalived.Tracking;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The blocks <c>vrrp_script</c> and <c>vrrp_track_process</c>.</summary>
internal static class TrackerKeywords
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(4294);
    private static readonly TimeSpan _longestDelay = TimeSpan.FromHours(1);

    public static void Register(IKeywordBlock<IConfigurationSession> root)
    {
        RegisterScript(root);
        RegisterProcess(root);
    }

    private static void RegisterScript(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<ScriptTrackerDraft> block = root.Block<ScriptTrackerDraft>(
            new("vrrp_script", "NAME { … }", "A program that is run periodically; instances and groups track its success."),
            (reader, _) => new ScriptTrackerDraft(reader.Word("name of the script"), reader.Location),
            static (session, _, draft) => Close(session, draft));
        block.Keyword(new("script", "CMD ARGS… (quoted, escaped)", "The program."), static (reader, draft) => ReadScript(reader, draft));
        block.Keyword(new("interval", "SECONDS 0..4294", "Time between two runs; 0 means 1.") { Default = "1" }, static (reader, draft) =>
            draft.Interval = new(ReadTime(reader), reader.Location));
        block.Keyword(new("timeout", "SECONDS 0..4294", "Time limit of a run, the interval if not set; 0 means 1."), static (reader, draft) =>
            draft.Timeout = new(ReadTime(reader), reader.Location));
        block.Keyword(new("weight", "INT -253..253 [reverse]", "Weight of references that name none.") { Default = "0" }, static (reader, draft) =>
            ReadWeight(reader, 253, weight => draft.Weight = weight));
        block.Keyword(new("rise", "INT 1..2147483647", "Successes in a row before it is up.") { Default = "1" }, static (reader, draft) =>
            draft.Rise = (int)reader.Integer("number of runs", 1, int.MaxValue));
        block.Keyword(new("fall", "INT 1..2147483647", "Failures in a row before it is down.") { Default = "1" }, static (reader, draft) =>
            draft.Fall = (int)reader.Integer("number of runs", 1, int.MaxValue));
        block.Keyword(new("user", "USER [[:]GROUP]", "Who runs it.") { Default = "script_user" }, static (reader, draft) =>
        {
            draft.HasUser = true;
            draft.User = null;
            draft.User = reader.Session.Scripts.ResolveUser(reader);
        });
        block.Keyword(new("init_fail", "", "It is down until its first success."), static (_, draft) => draft.StartsFailed = true);
    }

    private static void RegisterProcess(IKeywordBlock<IConfigurationSession> root)
    {
        IKeywordBlock<ProcessTrackerDraft> block = root.Block<ProcessTrackerDraft>(
            new("vrrp_track_process", "NAME { … }", "Processes that must run; instances and groups track their number."),
            (reader, _) => new ProcessTrackerDraft(reader.Word("name of the process tracker"), reader.Location),
            static (session, _, draft) => draft.Close(session));
        block.Keyword(new("process", "CMD [PARAM…]", "The program, by name or path; parameters make the whole command line matter."), static (reader, draft) =>
        {
            draft.Program = reader.Word("program");
            draft.Parameters = reader.Rest();
        });
        block.Keyword(new("param_match", "[initial|partial]", "How parameters are compared; exactly when nothing follows."), static (reader, draft) =>
            draft.Match = ReadMatch(reader));
        block.Keyword(new("weight", "INT -254..254 [reverse]", "Weight of references that name none.") { Default = "0" }, static (reader, draft) =>
            ReadWeight(reader, 254, weight => draft.Weight = weight));
        block.Keyword(new("quorum", "INT 1..65535", "Fewest processes that must run.") { Default = "1" }, static (reader, draft) =>
            draft.Quorum = (int)reader.Integer("number of processes", 1, 65535));
        block.Keyword(new("quorum_max", "INT 0..65535", "Most processes that may run; 0 without quorum: none may. Unlimited when not set."), static (reader, draft) =>
            draft.SetMaximum(reader, (int)reader.Integer("number of processes", 0, 65535)));
        block.Keyword(new("delay", "SECONDS 0.000001..3600", "Time to wait out a gain and a loss.") { Default = "0" }, static (reader, draft) =>
            draft.TerminateDelay = draft.ForkDelay = ReadDelay(reader));
        block.Keyword(new("terminate_delay", "SECONDS 0.000001..3600", "Time to wait out a loss.") { Default = "0" }, static (reader, draft) =>
            draft.TerminateDelay = ReadDelay(reader));
        block.Keyword(new("fork_delay", "SECONDS 0.000001..3600", "Time to wait out a gain.") { Default = "0" }, static (reader, draft) =>
            draft.ForkDelay = ReadDelay(reader));
        block.Keyword(new("full_command", "", "Compare the whole command line instead of the kernel's name of the process."), static (_, draft) => draft.UsesFullCommand = true);
    }

    private static void ReadScript(IKeywordReader reader, ScriptTrackerDraft draft)
    {
        SourceLocation location = reader.NextLocation;
        List<string> words = [.. reader.Command("script")];
        while (!reader.AtEnd)
        {
            words.Add(reader.EscapedWord("argument"));
        }

        draft.Words = new(words, location);
    }

    private static TimeSpan ReadTime(IKeywordReader reader)
    {
        SourceLocation location = reader.NextLocation;
        TimeSpan time = reader.Seconds("time", TimeSpan.Zero, _longest, 3);
        if (time > TimeSpan.Zero)
        {
            return time;
        }

        reader.Session.Warn(location, $"{reader.Keyword} cannot be 0; 1 second is used", $"write {reader.Keyword} 1");
        return TimeSpan.FromSeconds(1);
    }

    private static TimeSpan ReadDelay(IKeywordReader reader) => reader.Seconds("delay", TimeSpan.FromMicroseconds(1), _longestDelay);

    private static void ReadWeight(IKeywordReader reader, int limit, Action<TrackWeight> set)
    {
        TrackWeight weight = new((int)reader.Integer("weight", -limit, limit), IsReversed: false);
        if (reader.TryWord(out string option))
        {
            weight = option == "reverse" ? weight with { IsReversed = true } : throw reader.Reject($"'{option}' is no option of weight", "the only option is reverse");
        }

        set(weight);
    }

    private static ParameterMatch ReadMatch(IKeywordReader reader)
    {
        if (!reader.TryWord(out string word))
        {
            return ParameterMatch.Exact;
        }

        return word switch
        {
            "initial" => ParameterMatch.Initial,
            "partial" => ParameterMatch.Partial,
            _ => throw reader.Reject($"'{word}' is no way to compare parameters", "use initial, partial or nothing"),
        };
    }

    private static void Close(IConfigurationSession session, ScriptTrackerDraft draft)
    {
        VrrpReading reading = session.Get<VrrpReading>();
        if (draft.Words is not { Value.Count: > 0 })
        {
            session.Error(draft.Location, $"vrrp_script {draft.Name} has no script and is left out", "add a line 'script \"CMD ARGS\"'");
        }
        else if (draft.HasUser && draft.User is null)
        {
            // The missing user has been reported.
        }
        else if (!reading.Scripts.TryAdd(draft.Name, draft))
        {
            session.Report(new(
                DiagnosticClass.Ok, DiagnosticSeverity.Warning, draft.Location, $"vrrp_script {draft.Name} is there already; this one is never used", "give it another name")
            {
                Note = new(reading.Scripts[draft.Name].Location, "the first is here"),
            });
        }
    }
}

/// <summary>A <c>vrrp_script</c> block as written.</summary>
internal sealed class ScriptTrackerDraft(string name, SourceLocation location)
{
    private ScriptTracker? _settings;
    private bool _isChecked;

    public string Name { get; } = name;

    public SourceLocation Location { get; } = location;

    public Located<List<string>>? Words { get; set; }

    public Located<TimeSpan>? Interval { get; set; }

    public Located<TimeSpan>? Timeout { get; set; }

    public TrackWeight Weight { get; set; }

    public int Rise { get; set; } = 1;

    public int Fall { get; set; } = 1;

    public bool HasUser { get; set; }

    public ScriptUser? User { get; set; }

    public bool StartsFailed { get; set; }

    /// <summary>The finished tracker; null (reported once) when its script cannot run. To be called when <c>global_defs</c> is complete.</summary>
    public ScriptTracker? Complete(IConfigurationSession session)
    {
        if (_isChecked)
        {
            return _settings;
        }

        _isChecked = true;
        (List<string> words, SourceLocation place) = (Words!.Value, Words.Location);
        ScriptCommand command = new(words[0], [.. words.Skip(1)], User);
        if (!session.Scripts.Validate(command, place, session))
        {
            session.Error(place, $"vrrp_script {Name} is not tracked, since its script cannot be run", "correct what is said of the script");
            return null;
        }

        TimeSpan interval = Interval?.Value ?? TimeSpan.FromSeconds(1);
        return _settings = new ScriptTracker
        {
            Name = Name,
            Command = command,
            Interval = interval,
            Timeout = Timeout?.Value ?? interval,
            Rise = Rise,
            Fall = Fall,
            Weight = Weight,
            StartsFailed = StartsFailed,
        };
    }
}

/// <summary>A <c>vrrp_track_process</c> block as written.</summary>
internal sealed class ProcessTrackerDraft(string name, SourceLocation location)
{
    private int? _maximum;

    public string? Program { get; set; }

    public IReadOnlyList<string> Parameters { get; set; } = [];

    public ParameterMatch? Match { get; set; }

    public TrackWeight Weight { get; set; }

    public int? Quorum { get; set; }

    public TimeSpan TerminateDelay { get; set; }

    public TimeSpan ForkDelay { get; set; }

    public bool UsesFullCommand { get; set; }

    /// <summary>Takes <c>quorum_max</c>, which must not be below a <c>quorum</c> above it.</summary>
    public void SetMaximum(IKeywordReader reader, int maximum)
    {
        if (Quorum is { } quorum && maximum < quorum)
        {
            throw reader.Reject($"quorum_max {maximum} is less than quorum {quorum}", $"use at least {quorum}");
        }

        _maximum = maximum;
    }

    /// <summary>Adds the finished tracker to the reading.</summary>
    public void Close(IConfigurationSession session)
    {
        if (Program is null)
        {
            session.Error(location, $"vrrp_track_process {name} has no process and is left out", "add a line 'process PROGRAM'");
            return;
        }

        bool comparesParameters = Parameters.Count > 0 || Match is not null;
        ProcessTracker tracker = new()
        {
            Name = name,
            Program = Program,
            Parameters = [.. Parameters],
            UsesFullCommand = UsesFullCommand || comparesParameters,
            ComparesParameters = comparesParameters,
            Match = Match ?? ParameterMatch.Exact,
            Weight = Weight,
            Quorum = Quorum ?? (_maximum == 0 ? 0 : 1),
            QuorumMaximum = _maximum,
            TerminateDelay = TerminateDelay,
            ForkDelay = ForkDelay,
        };
        if (!session.Get<VrrpReading>().Processes.TryAdd(name, tracker))
        {
            session.Report(new(
                DiagnosticClass.Ok, DiagnosticSeverity.Warning, location, $"vrrp_track_process {name} is there already; this one is never used", "give it another name"));
        }
    }
}
