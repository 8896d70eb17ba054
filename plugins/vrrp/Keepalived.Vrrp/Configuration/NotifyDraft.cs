using Keepalived.Configuration;
using Keepalived.Scripts;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The <c>notify*</c> lines of an instance or sync group as written, by keyword.</summary>
internal sealed class NotifyDraft
{
    private Dictionary<string, Located<ScriptCommand>>? _scripts;

    /// <summary><c>notify_deleted</c> was there, with or without a script.</summary>
    public bool SaysDeleted { get; set; }

    /// <summary>Adds a script; false when the keyword has one already.</summary>
    public bool TryAdd(string keyword, Located<ScriptCommand> script) =>
        (_scripts ??= new(StringComparer.Ordinal)).TryAdd(keyword, script);

    /// <summary>The scripts that can run; what is wrong with the others is reported.</summary>
    public NotifyScripts Complete(IConfigurationSession session)
    {
        if (_scripts is not { } scripts)
        {
            return SaysDeleted ? NotifyScripts.None with { SaysDeleted = true } : NotifyScripts.None;
        }

        return new NotifyScripts
        {
            Master = Usable("notify_master"),
            Backup = Usable("notify_backup"),
            Fault = Usable("notify_fault"),
            Stop = Usable("notify_stop"),
            Deleted = Usable("notify_deleted"),
            LowerPriority = Usable("notify_master_rx_lower_pri"),
            Any = Usable("notify"),
            SaysDeleted = SaysDeleted,
        };

        ScriptCommand? Usable(string keyword) =>
            scripts.TryGetValue(keyword, out Located<ScriptCommand>? script) && session.Scripts.Validate(script.Value, script.Location, session) ? script.Value : null;
    }
}

/// <summary>What has <c>notify*</c> lines.</summary>
internal interface INotifyBlock
{
    NotifyDraft Notify { get; }
}

/// <summary>The <c>notify*</c> keywords that instances and sync groups share.</summary>
internal static class NotifyKeywords
{
    private const string Shape = "CMD|\"CMD ARGS\" [USER [[:]GROUP]]";

    /// <summary>Adds them.</summary>
    public static void Register<TBlock>(IKeywordBlock<TBlock> block)
        where TBlock : class, INotifyBlock
    {
        Add(block, "notify_master", "Run on becoming master.");
        Add(block, "notify_backup", "Run on becoming backup.");
        Add(block, "notify_fault", "Run on entering FAULT.");
        Add(block, "notify_stop", "Run when VRRP stops.");
        Add(block, "notify", "Run for every event with type, name, state and priority.");
    }

    /// <summary>Adds one keyword with a script.</summary>
    public static void Add<TBlock>(IKeywordBlock<TBlock> block, string name, string summary)
        where TBlock : class, INotifyBlock =>
        block.Keyword(new(name, Shape, summary), static (reader, owner) => Read(reader, owner.Notify));

    /// <summary>Takes the script of a line.</summary>
    public static void Read(IKeywordReader reader, NotifyDraft draft)
    {
        Located<ScriptCommand> script = ReadCommand(reader);
        if (!draft.TryAdd(reader.Keyword, script))
        {
            reader.Session.Error(reader.Location, $"there is a {reader.Keyword} script already; {script.Value.Program} is not used", "keep one of the two lines, or call both from one script");
        }
    }

    private static Located<ScriptCommand> ReadCommand(IKeywordReader reader)
    {
        IReadOnlyList<string> words = reader.Command("script");
        if (words.Count == 0)
        {
            throw reader.Reject("the command is empty", "name a program");
        }

        ScriptUser? user = null;
        if (!reader.AtEnd)
        {
            user = reader.Session.Scripts.ResolveUser(reader)
                ?? throw reader.Reject($"{reader.Keyword} is left out: its user does not exist", "name an existing user and group");
        }

        return new(new ScriptCommand(words[0], words.Skip(1).ToEquatableArray(), user), reader.Location);
    }
}
