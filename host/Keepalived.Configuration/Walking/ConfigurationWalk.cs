using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>
/// Follows the configuration through the keyword tree and calls the handlers. It knows no protocol. It goes on after every mistake, and
/// says each one once: of the processes that read the same configuration, the parent (no role) reports what concerns the root and
/// <c>global_defs</c> as a whole, a child what stands in the blocks of its plugins; a walk for all roles (<c>-t</c>) reports everything.
/// </summary>
public sealed partial class ConfigurationWalk
{
    private readonly KeywordTree _tree;
    private readonly KnownKeywords _known;
    private readonly ConfigurationSession _session;
    private readonly StatementReader _statements;
    private readonly KeywordReader _reader;
    private readonly IKeywordReader _handed;
    private readonly ConfigurationRecorder? _recorder;
    private readonly ExpandedConfiguration _configuration;
    private readonly HashSet<string> _announced = new(StringComparer.Ordinal);
    private readonly RepeatedBlocks _repeats;
    private readonly bool _isChild;
    private BraceBalance? _balance;
    private bool _endReported;

    private ConfigurationWalk(
        ExpandedConfiguration configuration,
        KeywordTree tree,
        KnownKeywords known,
        ConfigurationSession session,
        PluginRoles roles,
        ConfigurationRecorder? recorder)
    {
        _configuration = configuration;
        _tree = tree;
        _known = known;
        _session = session;
        _isChild = roles is PluginRoles.Vrrp or PluginRoles.Checker or PluginRoles.Bfd;
        _statements = new StatementReader(configuration);
        _repeats = new RepeatedBlocks(configuration, _statements, session);
        _reader = new KeywordReader(configuration, session);
        _recorder = recorder;
        _handed = recorder is null ? _reader : new RecordingReader(_reader, recorder);
    }

    /// <summary>Counted when the first brace does not fit: a sound configuration never needs it.</summary>
    private BraceBalance Balance => _balance ??= new BraceBalance(_configuration);

    /// <summary>Walks a whole configuration.</summary>
    /// <param name="configuration">What preprocessing made.</param>
    /// <param name="tree">The keywords of this process.</param>
    /// <param name="known">The keywords of others.</param>
    /// <param name="session">Where handlers and findings go.</param>
    /// <param name="roles">None in the parent, one in a child, all under <c>-t</c>.</param>
    /// <param name="recorder">Keeps what every handler took, for <c>config show</c> and <c>config diff</c>; null costs nothing.</param>
    public static void Run(
        ExpandedConfiguration configuration,
        KeywordTree tree,
        KnownKeywords known,
        ConfigurationSession session,
        PluginRoles roles,
        ConfigurationRecorder? recorder = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(session);
        var walk = new ConfigurationWalk(configuration, tree, known, session, roles, recorder);
        session.Take(configuration);
        session.StartedRoles = known.RolesToStart(RootScan.Run(configuration)) & session.AllowedRoles;
        walk.ReadBlock(tree.RootNode, session, default);
        session.IsMuted = false;
    }

    /// <summary>Reads keywords until the block's closing brace; the root ends with the configuration.</summary>
    private void ReadBlock(KeywordBlockNode block, object state, Statement opening)
    {
        bool isRoot = ReferenceEquals(block, _tree.RootNode);
        int extraDepth = 0;
        while (true)
        {
            Statement statement = _statements.Next();
            switch (statement.Kind)
            {
                case StatementKind.Words:
                    ReadKeyword(block, state, statement);
                    break;
                case StatementKind.Open:
                    extraDepth += UnexpectedOpen(statement, isRoot) ? 1 : 0;
                    break;
                case StatementKind.Close when extraDepth > 0:
                    extraDepth--;
                    break;
                case StatementKind.Close when isRoot:
                    ReportShared(DiagnosticClass.UnexpectedClosingBrace, statement, "this '}' closes nothing", "remove it, or add the missing '{' before it");
                    break;
                case StatementKind.Close:
                    return;
                default:
                    if (!isRoot)
                    {
                        MissingClose(opening);
                    }

                    return;
            }
        }
    }

    private void ReadKeyword(KeywordBlockNode block, object state, Statement statement)
    {
        ReadOnlySpan<byte> text = _configuration.TextOf(statement.Line);
        int offset = statement.Start;
        PlainWord.TryTake(text, ref offset, statement.End, out Range range, out int start);
        if (!TryFind(block, text[range], out KeywordNode? node))
        {
            Unregistered(block, PlainWord.Decode(text, range, start), statement);
            return;
        }

        _session.IsMuted = _isChild && IsReportedElsewhere(node);
        _reader.StartKeyword(statement, node.Spec.Name, start, offset);
        Announce(node);
        _recorder?.Begin(node, _configuration, statement.Line, start);
        if (node.Shape == KeywordShape.Line)
        {
            ReadLine(node, state);
        }
        else
        {
            ReadBlockOf(block, node, state, statement);
        }

        _session.IsMuted = false;
    }

    private void ReadBlockOf(KeywordBlockNode parent, KeywordNode node, object state, Statement statement)
    {
        object? child = node.Open is null ? state : null;
        if (node.Open is not null)
        {
            child = Open(node, state);
        }
        else
        {
            _reader.ReportSurplus();
        }

        bool isMuted = _session.IsMuted;
        if (!EnterBlock(statement, out Statement opening))
        {
            // Nothing to read.
        }
        else if (child is null)
        {
            SkipBlock(opening);
        }
        else
        {
            _session.IsMuted = false;
            ReadOrRepeat(parent, node, child, opening);
            _session.IsMuted = isMuted;
        }

        if (child is not null && node.Close is not null)
        {
            Close(node, state, child);
        }
    }

    /// <summary>What stands in the block; a block that says what an earlier one said is not read again, unless what it says is recorded.</summary>
    private void ReadOrRepeat(KeywordBlockNode parent, KeywordNode node, object child, Statement opening)
    {
        if (node.Shape == KeywordShape.Block && child is IRepeatableBlock repeatable && _recorder is null)
        {
            if (!_repeats.TryRepeat(node, repeatable))
            {
                RepeatableContent content = _repeats.Begin();
                ReadContent(parent, node, child, opening);
                _repeats.Remember(node, child, content);
            }

            return;
        }

        _recorder?.Enter();
        ReadContent(parent, node, child, opening);
        _recorder?.Leave();
    }

    private void ReadContent(KeywordBlockNode parent, KeywordNode node, object child, Statement opening)
    {
        if (node.Shape == KeywordShape.Block)
        {
            ReadBlock(parent.Child(node.Spec.Name), child, opening);
        }
        else
        {
            ReadValues(node, child, opening);
        }
    }

    /// <summary>Calls the handler for each line until the closing brace.</summary>
    private void ReadValues(KeywordNode node, object state, Statement opening)
    {
        int extraDepth = 0;
        while (true)
        {
            Statement statement = _statements.Next();
            switch (statement.Kind)
            {
                case StatementKind.Words:
                    _reader.StartValues(statement, node.Spec.Name);
                    _recorder?.Begin(null, _configuration, statement.Line, statement.Start);
                    ReadLine(node, state);
                    break;
                case StatementKind.Open:
                    extraDepth += UnexpectedOpen(statement, isRoot: false) ? 1 : 0;
                    break;
                case StatementKind.Close when extraDepth > 0:
                    extraDepth--;
                    break;
                case StatementKind.Close:
                    return;
                default:
                    MissingClose(opening);
                    return;
            }
        }
    }

    /// <summary>Takes the opening brace of a keyword's block. False when there is no block to read.</summary>
    private bool EnterBlock(Statement keyword, out Statement opening)
    {
        opening = _statements.Peek();
        if (opening.Kind == StatementKind.Open)
        {
            _statements.Next();
            return true;
        }

        opening = keyword;
        Report(DiagnosticClass.MissingOpeningBrace, keyword.Line, keyword.End, $"'{_reader.Keyword}' needs a block, but no '{{' follows", "add '{'");
        return Balance.TakeLoneClose();
    }

    private void SkipBlock(Statement opening)
    {
        if (!_statements.SkipBlock())
        {
            MissingClose(opening);
        }
    }

    /// <summary>A keyword that nobody in this process registered, and its block.</summary>
    private void Unregistered(KeywordBlockNode block, string keyword, Statement statement)
    {
        string path = KnownKeywords.PathOf(block.Path, keyword);
        if (!_known.IsDeclared(path))
        {
            bool isShared = block.Path is "" or "global_defs";
            _session.IsMuted = _isChild && isShared;
            ReportUnknown(block, keyword, statement);
            _session.IsMuted = false;
        }

        if (_statements.Peek().Kind == StatementKind.Open)
        {
            SkipBlock(_statements.Next());
        }
    }

    private void ReadLine(KeywordNode node, object state)
    {
        try
        {
            node.Line!(_handed, state);
            _reader.ReportSurplus();
            _recorder?.Accept();
        }
        catch (KeywordRejectedException)
        {
            // The reader has reported it and the setting keeps its default.
        }
#pragma warning disable CA1031 // A plugin's defect must not end the reading.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failed(node, exception);
        }
    }

    private object? Open(KeywordNode node, object state)
    {
        try
        {
            object? child = node.Open!(_handed, state);
            _reader.ReportSurplus();
            return child;
        }
        catch (KeywordRejectedException)
        {
            return null;
        }
#pragma warning disable CA1031 // A plugin's defect must not end the reading.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failed(node, exception);
            return null;
        }
    }

    private void Close(KeywordNode node, object state, object child)
    {
        try
        {
            node.Close!(_session, state, child);
        }
        catch (KeywordRejectedException)
        {
            // Reported.
        }
#pragma warning disable CA1031 // A plugin's defect must not end the reading.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failed(node, exception);
        }
    }

    /// <summary>A plugin threw what no plugin should: held against it by name.</summary>
    private void Failed(KeywordNode node, Exception exception)
    {
        _session.OwnerFailed(node.Owner, exception);
        _session.Report(new(
            DiagnosticClass.Fatal,
            DiagnosticSeverity.Error,
            _reader.Location,
            $"plugin '{node.Owner}' failed on '{node.Spec.Name}': {exception.GetType().Name}: {exception.Message}",
            "report this defect to the plugin's author"));
    }

    private static bool TryFind(KeywordBlockNode block, ReadOnlySpan<byte> word, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out KeywordNode? node)
    {
        const int LongestKeyword = 128;
        node = null;
        if (word.Length > LongestKeyword)
        {
            return false;
        }

        Span<char> name = stackalloc char[LongestKeyword];
        for (int i = 0; i < word.Length; i++)
        {
            name[i] = (char)word[i];
        }

        return block.Keywords.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..word.Length], out node);
    }
}
