using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>What the walk has to say, and which process says it.</summary>
public sealed partial class ConfigurationWalk
{
    private const int MostHomes = 3;

    /// <summary>The parent reads the host's keywords too; of the children that load one plugin, the first that is started reports.</summary>
    private bool IsReportedElsewhere(KeywordNode node)
    {
        int readers = (int)(node.Roles & _session.StartedRoles);
        return node.Owner == KeywordTree.HostOwner || (readers & -readers) is var first && first != 0 && first != (int)_session.Roles;
    }

    /// <summary>Reports a stray opening brace. True when a closing brace belongs to it.</summary>
    private bool UnexpectedOpen(Statement statement, bool isRoot)
    {
        const string Message = "no block begins here, yet there is a '{'";
        const string Remedy = "remove it, or write the keyword that it belongs to before it";
        if (isRoot)
        {
            ReportShared(DiagnosticClass.UnexpectedOpeningBrace, statement, Message, Remedy);
        }
        else
        {
            Report(DiagnosticClass.UnexpectedOpeningBrace, statement.Line, statement.Start, Message, Remedy);
        }

        return !Balance.TakeLoneOpen();
    }

    private void MissingClose(Statement opening)
    {
        // Every block around it lacks its brace too: the innermost is the one to name, and naming one is enough. The parent counts
        // braces through the whole file, so a child need not repeat it.
        if (!_endReported && !_isChild)
        {
            _session.IsMuted = false;
            Report(DiagnosticClass.MissingClosingBrace, opening.Line, opening.Start, "the block that begins here is not closed", "add '}'");
        }

        _endReported = true;
    }

    private void Announce(KeywordNode node)
    {
        if (node.Spec.ReplacedBy is { } replacement)
        {
            _session.Report(new(
                node.Spec.IsQuietlyDeprecated ? DiagnosticClass.Ok : DiagnosticClass.Deprecated,
                DiagnosticSeverity.Warning,
                _reader.Location,
                $"'{node.Spec.Name}' is deprecated",
                $"use {replacement}"));
        }

        if (node.Spec.HasNoEffectYet && !_announced.Contains(ParentOf(node.Path)) && _announced.Add(node.Path))
        {
            _session.Report(new(
                DiagnosticClass.Ok, DiagnosticSeverity.Warning, _reader.Location, $"'{node.Spec.Name}' is read and has no effect in this version"));
        }
    }

    // A keyword inside a block that has no effect needs no word of its own.
    private static string ParentOf(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    private void ReportShared(DiagnosticClass findingClass, Statement statement, string message, string remedy)
    {
        if (!_isChild)
        {
            Report(findingClass, statement.Line, statement.Start, message, remedy);
        }
    }

    private void Report(DiagnosticClass findingClass, int line, int offset, string message, string? remedy) =>
        _session.Report(new(findingClass, DiagnosticSeverity.Error, _configuration.LocationOf(line, offset), message, remedy));

    private void ReportUnknown(KeywordBlockNode block, string keyword, Statement statement)
    {
        List<string> homes = [];
        FindHomes(_tree.RootNode, keyword, homes);
        string? remedy = homes.Count > 0 ? $"it belongs into {string.Join(", ", homes.Take(MostHomes))}{(homes.Count > MostHomes ? ", …" : "")}; look for a brace too many or too few"
            : NearestKeyword.Find(keyword, block.Keywords.Keys.Concat(_known.NamesOf(block.Path))) is { } nearest ? $"did you mean '{nearest}'?"
            : null;
        Report(
            DiagnosticClass.UnknownKeyword,
            statement.Line,
            statement.Start,
            $"unknown keyword '{keyword}'" + (block.Path.Length == 0 ? "" : $" in {block.Path}"),
            remedy);
    }

    /// <summary>The blocks that know the keyword: most often a brace is missing where it is met elsewhere.</summary>
    private static void FindHomes(KeywordBlockNode block, string keyword, List<string> homes)
    {
        if (block.Keywords.ContainsKey(keyword))
        {
            homes.Add(block.Path.Length == 0 ? "no block" : block.Path);
        }

        foreach (KeywordBlockNode child in block.Blocks.Values)
        {
            FindHomes(child, keyword, homes);
        }
    }
}
