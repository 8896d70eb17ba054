using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>
/// The tree of keywords that plugins build at start and the walk follows at each reading. Names are case sensitive; the first
/// registration of a name in a block wins and a second by another plugin is an error that names both.
/// </summary>
public interface IKeywordTree
{
    /// <summary>The root. Its handlers get the session as their block state.</summary>
    IKeywordBlock<IConfigurationSession> Root { get; }

    /// <summary>
    /// A block that another plugin or the host registers, for adding keywords to it: <c>global_defs</c>, <c>virtual_server/real_server</c>.
    /// It may be asked for before the block exists. The state that the block's owner opens it with must be a <typeparamref name="TState"/>;
    /// for <c>global_defs</c> it is <see cref="IConfigurationSession"/>.
    /// </summary>
    IKeywordBlock<TState> Extend<TState>(string path)
        where TState : class;

    /// <summary>
    /// Names a lint rule that the plugin reports with <see cref="IConfigurationSession.Lint"/>, so that it can be listed and switched off
    /// by name. A rule that two plugins name is one rule.
    /// </summary>
    /// <param name="name">Lower case letters, digits, hyphens.</param>
    /// <param name="summary">One sentence on what it finds.</param>
    void LintRule(string name, string summary)
    {
    }
}

/// <summary>What is known of a keyword besides its handler; feeds <c>--list-keywords</c>, <c>config explain</c> and the documentation.</summary>
/// <param name="Name">The word in the file.</param>
/// <param name="Arguments">Shape and range of the arguments, for example <c>INT 1..255</c>; empty when there are none.</param>
/// <param name="Summary">One sentence on what it does.</param>
public sealed record KeywordSpec(string Name, string Arguments, string Summary)
{
    /// <summary>The value that holds when the keyword is absent; null when there is none to speak of.</summary>
    public string? Default { get; init; }

    /// <summary>For a deprecated keyword, the one to use instead; using the old one is reported and works.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>For a deprecated keyword that keepalived still takes without a word: using it is said, but is no finding for the verdict of <c>-t</c>.</summary>
    public bool IsQuietlyDeprecated { get; init; }

    /// <summary>For another spelling of a keyword of the same block, that keyword: <c>config diff</c> takes the two for one.</summary>
    public string? AliasOf { get; init; }

    /// <summary>For a keyword that is read but whose effect does not exist yet: one warning says so.</summary>
    public bool HasNoEffectYet { get; init; }

    /// <summary>The processes that act on it, for documentation; <see cref="PluginRoles.None"/> = those of the plugin.</summary>
    public PluginRoles Process { get; init; }
}

/// <summary>A block of keywords. <typeparamref name="TState"/> is what its handlers fill in.</summary>
public interface IKeywordBlock<TState>
    where TState : class
{
    /// <summary>Adds a keyword that takes one line.</summary>
    void Keyword(KeywordSpec spec, KeywordHandler<TState> handler);

    /// <summary>
    /// Adds a keyword that opens a block of keywords.
    /// </summary>
    /// <param name="spec">The keyword.</param>
    /// <param name="open">Reads the arguments and makes the child's state; returning null (after reporting why) skips the block.</param>
    /// <param name="close">Called at the closing brace with the parent's and the child's state.</param>
    IKeywordBlock<TChild> Block<TChild>(KeywordSpec spec, BlockOpener<TState, TChild> open, BlockCloser<TState, TChild>? close = null)
        where TChild : class;

    /// <summary>Adds a keyword that opens a block whose lines are values, not keywords; the handler is called for each line.</summary>
    void Lines(KeywordSpec spec, KeywordHandler<TState> line);

    /// <summary>Adds a keyword with arguments that opens a block whose lines are values, for example <c>virtual_server_group NAME { … }</c>.</summary>
    /// <param name="spec">The keyword.</param>
    /// <param name="open">Reads the arguments and makes the child's state; returning null (after reporting why) skips the block.</param>
    /// <param name="line">Called for each line with the child's state.</param>
    /// <param name="close">Called at the closing brace with the parent's and the child's state.</param>
    void Lines<TChild>(
        KeywordSpec spec, BlockOpener<TState, TChild> open, KeywordHandler<TChild> line, BlockCloser<TState, TChild>? close = null)
        where TChild : class;
}

/// <summary>Reads one line. Throwing away the line is done by the reader's own failures; see <see cref="IKeywordReader"/>.</summary>
public delegate void KeywordHandler<TState>(IKeywordReader reader, TState state);

/// <summary>Opens a block.</summary>
public delegate TChild? BlockOpener<TState, TChild>(IKeywordReader reader, TState state);

/// <summary>Closes a block.</summary>
public delegate void BlockCloser<TState, TChild>(IConfigurationSession session, TState state, TChild child);

/// <summary>
/// The state of a block that can take over what an equal block said. Large files say the same of most servers in the same words: a block whose
/// text between the braces is that of an earlier one is then not read again.
/// </summary>
public interface IRepeatableBlock
{
    /// <summary>
    /// Takes over what was read inside another block of the same keyword with the same text, which left nothing in the session: no finding and
    /// no collection. What its opening line said is not part of it; its closer has run.
    /// </summary>
    /// <param name="other">The state of the other block.</param>
    /// <returns>False when something depends on the place too: the block is then read as ever.</returns>
    bool TryRepeat(object other);
}
