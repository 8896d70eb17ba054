using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Tracking;

namespace Keepalived.Host.Configuration;

/// <summary>The blocks <c>track_file</c> and <c>vrrp_track_file</c>. The host reads them because two processes refer to them.</summary>
internal static class TrackFileKeywords
{
    private const int HeaviestWeight = 254;

    internal static void Register(IKeywordBlock<IConfigurationSession> root)
    {
        const string Summary = "A file that holds a number; trackers multiply it by their weight.";
        Add(root, new("track_file", "NAME { … }", Summary) { Process = PluginRoles.Vrrp | PluginRoles.Checker });
        Add(root, new("vrrp_track_file", "NAME { … }", Summary) { Process = PluginRoles.Vrrp | PluginRoles.Checker, ReplacedBy = "track_file", IsQuietlyDeprecated = true });
    }

    private static void Add(IKeywordBlock<IConfigurationSession> root, KeywordSpec spec)
    {
        string? replacedBy = spec.ReplacedBy;
        IKeywordBlock<Draft> block = root.Block<Draft>(spec, Open, Close);
        block.Keyword(Of("file", "PATH", "The file."), static (reader, draft) => draft.Path = reader.Word("path"));
        block.Keyword(Of("weight", "INT -254..254 [reverse]", "Factor of the number for references that name none.") with { Default = "1" }, static (reader, draft) =>
            draft.Weight = ReadWeight(reader));
        block.Keyword(Of("init_file", "[INT] [overwrite]", "Write this number at start when the file is missing, or in any case."), static (reader, draft) =>
            draft.Initial = ReadInitialization(reader));

        KeywordSpec Of(string name, string arguments, string summary) =>
            new(name, arguments, summary) { Process = spec.Process, ReplacedBy = replacedBy is null ? null : $"{replacedBy}/{name}", IsQuietlyDeprecated = replacedBy is not null };
    }

    private static Draft Open(IKeywordReader reader, IConfigurationSession session) => new(reader.Word("name of the file tracker"), reader.Location);

    private static TrackWeight ReadWeight(IKeywordReader reader)
    {
        var weight = new TrackWeight((int)reader.Integer("weight", -HeaviestWeight, HeaviestWeight), IsReversed: false);
        if (!reader.TryWord(out string option))
        {
            return weight;
        }

        return option == "reverse"
            ? weight with { IsReversed = true }
            : throw reader.Reject($"'{option}' is no option of weight", "the only option is reverse");
    }

    private static FileInitialization ReadInitialization(IKeywordReader reader)
    {
        var result = new FileInitialization(0, Overwrites: false);
        while (reader.Peek() is { } option)
        {
            if (option.Length > 0 && (char.IsAsciiDigit(option[0]) || option[0] is '-' or '+'))
            {
                result = result with { Value = (int)reader.Integer("initial number", int.MinValue, int.MaxValue) };
                continue;
            }

            reader.TryWord(out _);
            result = option == "overwrite"
                ? result with { Overwrites = true }
                : throw reader.Reject($"'{option}' is no option of init_file", "give a number and overwrite, or nothing");
        }

        return result;
    }

    private static void Close(IConfigurationSession session, IConfigurationSession parent, Draft draft)
    {
        if (draft.Path is not { } path)
        {
            session.Error(draft.Location, $"track_file {draft.Name} has no file and is left out", "add a line 'file PATH'");
            return;
        }

        TrackedFile file = new(draft.Name, path, draft.Weight ?? new TrackWeight(1, false), draft.Initial) { HasWeight = draft.Weight is not null };
        if (!session.Get<TrackedFiles>().TryAdd(file))
        {
            session.Report(new(
                DiagnosticClass.Ok, DiagnosticSeverity.Warning, draft.Location, $"track_file {draft.Name} is there already; this one is never used", "give it another name"));
        }
    }

    private sealed class Draft(string name, SourceLocation location)
    {
        public string Name { get; } = name;

        public SourceLocation Location { get; } = location;

        public string? Path { get; set; }

        public TrackWeight? Weight { get; set; }

        public FileInitialization? Initial { get; set; }
    }
}
