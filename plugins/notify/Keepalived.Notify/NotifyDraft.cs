using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Notify;

/// <summary>What the keyword handlers of one reading left.</summary>
internal sealed class NotifyDraft
{
    private readonly FifoDraft[] _fifos = [new("notify_fifo", FifoKind.Common), new("vrrp_notify_fifo", FifoKind.Vrrp), new("lvs_notify_fifo", FifoKind.Lvs)];

    public bool WritesStatesOnReload { get; set; }

    public MailSettings Mail { get; set; } = MailSettings.None;

    public EventLogSettings Log { get; set; } = EventLogSettings.Default;

    /// <summary>The operator's templates, the last of a kind.</summary>
    public SortedDictionary<string, (MailTemplateFile File, SourceLocation Location)> Templates { get; } = new(StringComparer.Ordinal);

    public SourceLocation PasswordFileLocation { get; set; }

    public SourceLocation RecipientsLocation { get; set; }

    public FifoDraft Fifo(FifoKind kind) => _fifos[(int)kind];

    /// <summary>Checks what was read and makes the records; null when there is nothing to do but to log.</summary>
    public NotifyConfiguration Build(IConfigurationSession session)
    {
        var fifos = new List<FifoSettings>();
        foreach (FifoDraft draft in _fifos)
        {
            if (draft.Build(session) is { } fifo && !IsTaken(fifo, draft, fifos, session))
            {
                fifos.Add(fifo);
            }
        }

        PluginRoles common = session.StartedRoles.HasFlag(PluginRoles.Checker) ? PluginRoles.Checker : PluginRoles.Vrrp;
        return new NotifyConfiguration([.. fifos], common, WritesStatesOnReload, MailCompletion.Complete(this, session), Log);
    }

    /// <summary>A FIFO that is named twice would get every line twice: the common one comes first and wins.</summary>
    private static bool IsTaken(FifoSettings fifo, FifoDraft draft, List<FifoSettings> fifos, IConfigurationSession session)
    {
        if (fifos.Find(other => other.Path == fifo.Path) is null)
        {
            return false;
        }

        session.Warn(draft.Location, $"'{fifo.Path}' is named by another FIFO keyword too; this {draft.Keyword} is ignored", "give each FIFO a path of its own");
        return true;
    }
}

/// <summary>What was read of one FIFO.</summary>
internal sealed class FifoDraft(string keyword, FifoKind kind)
{
    private string? _path;
    private ScriptUser? _owner;
    private ScriptCommand? _script;
    private SourceLocation _scriptLocation;

    public string Keyword => keyword;

    public SourceLocation Location { get; private set; }

    public bool HasPath => _path is not null;

    public bool HasScript => _script is not null;

    public void Set(string path, ScriptUser? owner, SourceLocation location)
    {
        _path = path;
        _owner = owner;
        Location = location;
    }

    public void SetScript(ScriptCommand script, SourceLocation location)
    {
        _script = script;
        _scriptLocation = location;
    }

    public FifoSettings? Build(IConfigurationSession session)
    {
        if (_path is null)
        {
            if (_script is not null)
            {
                session.Warn(_scriptLocation, $"{keyword}_script has no FIFO to read and is ignored", $"add {keyword} PATH");
            }

            return null;
        }

        if (!_path.StartsWith('/'))
        {
            session.Error(Location, $"the path '{_path}' of {keyword} is not absolute", "begin it with /");
            return null;
        }

        bool isUsable = _script is not null && session.Scripts.Validate(_script, _scriptLocation, session);
        return new FifoSettings(kind, _path, _owner, isUsable ? _script : null);
    }
}
