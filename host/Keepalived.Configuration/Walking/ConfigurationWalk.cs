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
    private readonly BraceBalance _balance;
    private readonly ExpandedConfiguration _configuration;
    private readonly HashSet<string> _announced = new(StringComparer.Ordinal);
    private readonly bool _isChild;
    private bool _endReported;

    private ConfigurationWalk(
        ExpandedConfiguration configuration, KeywordTree tree, KnownKeywords known, ConfigurationSession session, PluginRoles roles)
    {
        _configuration = configuration;
        _tree = tree;
        _known = known;
        _session = session;
        _isChild = roles is PluginRoles.Vrrp or PluginRoles.Checker or PluginRoles.Bfd;
        _statements = new StatementReader(configuration);
        _reader = new KeywordReader(configuration, session);
        _balance = new BraceBalance(configuration);
    }

    /// <summary>Walks a whole configuration.</summary>
    /// <param name="configuration">What preprocessing made.</param>
    /// <param name="tree">The keywords of this process.</param>
    /// <param name="known">The keywords of others.</param>
    /// <param name="session">Where handlers and findings go.</param>
    /// <param name="roles">None in the parent, one in a child, all under <c>-t</c>.</param>
    public static void Run(
        ExpandedConfiguration configuration, KeywordTree tree, KnownKeywords known, ConfigurationSession session, PluginRoles roles)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(session);
        var walk = new ConfigurationWalk(configuration, tree, known, session, roles);
        foreach (Diagnostic diagnostic in configuration.Diagnostics)
        {
            session.Report(diagnostic);
        }

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
        if (node.Shape == KeywordShape.Line)
        {
            CallReader(node, () => node.Line!(_reader, state));
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
            CallReader(node, () => child = node.Open(_reader, state));
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
            ReadContent(parent, node, child, opening);
            _session.IsMuted = isMuted;
        }

        if (child is not null && node.Close is not null)
        {
            Call(node, () => node.Close(_session, state, child));
        }
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
                    CallReader(node, () => node.Line!(_reader, state));
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
        return _balance.TakeLoneClose();
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
            if (StandardKeywords.All.ContainsKey(path))
            {
                AnnounceStandard(path, keyword, statement);
            }
            else
            {
                ReportUnknown(block, keyword, statement);
            }

            _session.IsMuted = false;
        }

        if (_statements.Peek().Kind == StatementKind.Open)
        {
            SkipBlock(_statements.Next());
        }
    }

    private void CallReader(KeywordNode node, Action action) => Call(node, () =>
    {
        action();
        _reader.ReportSurplus();
    });

    /// <summary>Calls a plugin. What it rejects has been reported; anything else that it throws is held against it by name.</summary>
    private void Call(KeywordNode node, Action action)
    {
        try
        {
            action();
        }
        catch (KeywordRejectedException)
        {
            // The reader has reported it and the setting keeps its default.
        }
#pragma warning disable CA1031 // A plugin's defect must not end the reading.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _session.OwnerFailed(node.Owner, exception);
            _session.Report(new(
                DiagnosticClass.Fatal,
                DiagnosticSeverity.Error,
                _reader.Location,
                $"plugin '{node.Owner}' failed on '{node.Spec.Name}': {exception.GetType().Name}: {exception.Message}",
                "report this defect to the plugin's author"));
        }
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
